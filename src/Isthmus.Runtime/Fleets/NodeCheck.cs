using System.Collections.Immutable;
using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Fleets;

/// <summary>What a node of a fleet said of itself when it was looked for. Its JSON is what scripts rely on.</summary>
/// <param name="Name">Its name in the fleet.</param>
/// <param name="Tier">Its tier in the fleet.</param>
/// <param name="Url">Its address; null for this machine.</param>
/// <param name="Machine">The machine on which it runs; nodes of one machine are measured one after another.</param>
/// <param name="Reached">Whether it answered; always, for this machine.</param>
public sealed record NodeCheck(string Name, Tier Tier, string? Url, string Machine, bool Reached)
{
    /// <summary>Why it was not reached; null if it was.</summary>
    public string? Problem { get; init; }

    /// <summary>The version of Isthmus that it runs; null if it was not reached.</summary>
    public string? Version { get; init; }

    /// <summary>Its inference runtime and execution provider; null if it was not reached.</summary>
    public string? Runtime { get; init; }

    /// <summary>The machine: operating system, architecture, processor count; null if it was not reached.</summary>
    public string? Host { get; init; }

    /// <summary>Threads of one inference; null if it was not reached.</summary>
    public int? Threads { get; init; }

    /// <summary>The factor by which it is slowed down on purpose; null if it was not reached.</summary>
    public double? Slowdown { get; init; }

    /// <summary>The name that it gives itself; null if it was not reached.</summary>
    public string? OwnName { get; init; }

    /// <summary>The tier that it serves; null if it was not reached.</summary>
    public Tier? OwnTier { get; init; }

    /// <summary>Whether it serves another tier than the fleet says.</summary>
    public bool TierDiffers => OwnTier is { } own && own != Tier;

    /// <summary>Whether it runs another version than this machine.</summary>
    public bool VersionDiffers { get; init; }

    /// <summary>What its owner remembers of it.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
