using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>What every method chose under one table of links and one constraint.</summary>
/// <param name="Conditions">The links.</param>
/// <param name="IsPrivate">Whether the picture had to stay on the device and something had to leave it.</param>
/// <param name="Outcomes">A row for each method.</param>
public sealed record ScissionCase(ScissionConditions Conditions, bool IsPrivate, ImmutableArray<ScissionOutcome> Outcomes)
{
    /// <summary>The method's row.</summary>
    public ScissionOutcome Of(string method) => Outcomes.First(o => o.Method == method);

    /// <summary>In a few words.</summary>
    public string Name => $"{Conditions.Name}{(IsPrivate ? ", the picture stays and something leaves" : "")}";
}
