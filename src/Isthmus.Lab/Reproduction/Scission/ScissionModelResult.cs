using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>What came out on one network that was measured here.</summary>
public sealed record ScissionModelResult
{
    /// <summary>The network.</summary>
    public required string Model { get; init; }

    /// <summary>Photographs that each plan answered in each case.</summary>
    public required int Photographs { get; init; }

    /// <summary>What each block takes on each node.</summary>
    public required ImmutableArray<BlockTime> Blocks { get; init; }

    /// <summary>Sums of blocks beside wholes.</summary>
    public required ImmutableArray<BlockAddition> Additions { get; init; }

    /// <summary>What was chosen and how it went.</summary>
    public required ImmutableArray<ScissionCase> Cases { get; init; }

    /// <summary>Plans of the network in Scission's space.</summary>
    public required long Configurations { get; init; }
}
