using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Menus;

/// <summary>How a menu is made.</summary>
public sealed record PlanMenuOptions
{
    /// <summary>The most actions of a menu.</summary>
    public const int MaxActions = 1000;

    /// <summary>The most actions of one place, 1…100. Default 8.</summary>
    public int PerPlace { get; init; } = 8;

    /// <summary>The accuracy of the most accurate network from un-encoded pictures, 0…1; null (the default) for what its profile's calibration says, or 1 if there is none: accuracy is then agreement with it.</summary>
    public double? Accuracy { get; init; }

    /// <summary>How many times as long a node's work may come to take, because others share it; each at least 1. Default 1, 2, 4 and 8.</summary>
    public ImmutableArray<double> Contention { get; init; } = [1, 2, 4, 8];

    /// <summary>How many times as long bytes may come to take; each above 0. Default 1 and 4.</summary>
    public ImmutableArray<double> Slower { get; init; } = [1, 4];

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate()
    {
        if (PerPlace is < 1 or > 100) throw Wrong("a place has from 1 to 100 actions");
        if (Accuracy is not (null or (>= 0 and <= 1))) throw Wrong("an accuracy is a share from 0 to 1");
        if (Contention.IsDefaultOrEmpty || Contention.Length > 16 || Contention.Any(c => c is not (>= 1 and <= 10_000))) throw Wrong("1 to 16 factors of contention, each from 1 to 10000, are possible");
        if (Slower.IsDefaultOrEmpty || Slower.Length > 16 || Slower.Any(s => s is not (> 0 and <= 10_000))) throw Wrong("1 to 16 factors of slower links, each above 0 to 10000, are possible");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"A menu cannot be made like that: {what}.");
}
