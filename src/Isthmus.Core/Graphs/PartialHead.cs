using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>A head that the search has reached: everything up to a region's beginning, and some groups of the region.</summary>
/// <param name="Members">Which groups of the region it has, one bit each.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Macs">Multiply-accumulates of the whole head.</param>
/// <param name="Bytes">Bytes that cross behind it.</param>
/// <param name="Crossing">The tensors that cross, by index, ascending.</param>
/// <param name="Ready">The groups of the region that could be next, as indices within the region, ascending.</param>
internal sealed record PartialHead(UInt128[] Members, int Count, long Macs, long Bytes, ImmutableArray<int> Crossing, ImmutableArray<int> Ready)
{
    /// <summary>Whether the other head has everything that this one has.</summary>
    public bool IsWithin(PartialHead other)
    {
        for (int i = 0; i < Members.Length; i++)
        {
            if ((Members[i] & ~other.Members[i]) != 0) return false;
        }

        return true;
    }

    /// <summary>Whether the head has a group of the region.</summary>
    public bool Has(int index) => (Members[index >> 7] >> (index & 127) & 1) != 0;
}
