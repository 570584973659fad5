namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>Which users have a weak link. The paper's mixtures between all regular and all weak are not known; these are ours.</summary>
/// <param name="Name">A letter.</param>
/// <param name="Text">What it stands for.</param>
/// <param name="Weak">Whether the user of this position, from 0, has a weak link.</param>
internal sealed record ShahhosseiniScenario(string Name, string Text, Func<int, bool> Weak)
{
    /// <summary>From all regular to all weak.</summary>
    public static ShahhosseiniScenario[] All { get; } =
    [
        new("A", "all links regular", _ => false),
        new("B", "every third link weak", u => u % 3 == 2),
        new("C", "every other link weak", u => u % 2 == 1),
        new("D", "all links weak", _ => true),
    ];
}
