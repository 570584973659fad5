using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>What the published measurements say with one table of links.</summary>
/// <param name="Links">The file of the table.</param>
/// <param name="Megabytes">The size of the picture.</param>
/// <param name="Winners">The best answer for each network, without a constraint.</param>
/// <param name="PrivateWinners">The best answer of those that compute the first block on the device and let something leave.</param>
public sealed record ScissionTable(string Links, double Megabytes, ImmutableArray<ScissionWinner> Winners, ImmutableArray<ScissionWinner> PrivateWinners)
{
    /// <summary>How many networks stay on a tier.</summary>
    public int On(string tier) => Winners.Count(w => w.Tier == tier);
}
