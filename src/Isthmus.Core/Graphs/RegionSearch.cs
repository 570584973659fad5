using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>
/// Looks for the heads that end inside a region: the groups between two neighbouring single-tensor cuts. Heads grow by one
/// group at a time; where there are too many of one size for the budget, those with the fewest crossing bytes go on. The
/// choice looks at positions alone, so the result is canonical whether or not the budget was enough.
/// </summary>
/// <param name="network">The grouped network.</param>
/// <param name="first">The region's first group.</param>
/// <param name="end">The group after its last one.</param>
internal sealed class RegionSearch(CutGroups network, int first, int end)
{
    private readonly int _size = end - first;
    private long _work;

    /// <summary>The heads of the region, its beginning first and, unless the budget ended before, its end last.</summary>
    /// <param name="macs">Multiply-accumulates before the region.</param>
    /// <param name="crossing">The tensors that cross at its beginning, ascending.</param>
    /// <param name="budget">About how many heads may be looked at; never more than twice as many.</param>
    public IEnumerable<PartialHead> Run(long macs, ImmutableArray<int> crossing, long budget)
    {
        UInt128[] none = new UInt128[(_size + 127) / 128];
        ImmutableArray<int> ready = [.. Enumerable.Range(0, _size).Where(i => IsReady(none, i))];
        List<PartialHead> level = [new(none, 0, macs, crossing.Sum(t => network.Tensors[t].Bytes), crossing, ready)];
        for (int count = 0; ; count++)
        {
            foreach (PartialHead head in level) yield return head;
            if (count == _size) yield break;

            long width = Math.Max(1, budget / _size / Math.Max(1, level.Max(h => h.Ready.Length)));
            if (level.Count > width)
            {
                level.Sort(Compare);
                level.RemoveRange((int)width, level.Count - (int)width);
            }

            Dictionary<Members, PartialHead> next = [];
            foreach (PartialHead head in level)
            {
                foreach (int index in head.Ready)
                {
                    // A head of a wide region is as much work as many of a narrow one.
                    _work += 1 + ((head.Ready.Length + head.Crossing.Length + head.Members.Length) / 16);
                    if (_work > 2 * budget) yield break;
                    Grow(head, index, next);
                }
            }

            level = [.. next.Values];
        }
    }

    /// <summary>The order in which heads are preferred: narrow, then few tensors, then deep, then by position.</summary>
    public static int Compare(PartialHead a, PartialHead b)
    {
        int order = a.Bytes.CompareTo(b.Bytes);
        if (order == 0) order = a.Crossing.Length.CompareTo(b.Crossing.Length);
        if (order == 0) order = b.Count.CompareTo(a.Count);
        return order != 0 ? order : a.Crossing.AsSpan().SequenceCompareTo(b.Crossing.AsSpan());
    }

    private bool IsReady(UInt128[] members, int index)
    {
        foreach (int before in network.Groups[first + index].Before)
        {
            if (before >= first && !Has(members, before - first)) return false;
        }

        return true;
    }

    private static bool Has(UInt128[] members, int index) => (members[index >> 7] >> (index & 127) & 1) != 0;

    private void Grow(PartialHead head, int index, Dictionary<Members, PartialHead> into)
    {
        UInt128[] members = [.. head.Members];
        members[index >> 7] |= UInt128.One << (index & 127);
        if (into.ContainsKey(new(members))) return;

        CutGroup group = network.Groups[first + index];
        long bytes = head.Bytes;
        List<int> crossing = [.. head.Crossing];
        foreach (int tensor in group.Used)
        {
            bool stillUsed = false;
            foreach (int consumer in network.Tensors[tensor].Consumers)
            {
                stillUsed = consumer >= end || (consumer >= first && !Has(members, consumer - first));
                if (stillUsed) break;
            }

            int place = stillUsed ? -1 : crossing.BinarySearch(tensor);
            if (place < 0) continue;
            crossing.RemoveAt(place);
            bytes -= network.Tensors[tensor].Bytes;
        }

        foreach (int tensor in group.Made)
        {
            Insert(crossing, tensor);
            bytes += network.Tensors[tensor].Bytes;
        }

        List<int> ready = [.. head.Ready];
        ready.Remove(index);
        foreach (int after in group.After)
        {
            if (after < end && IsReady(members, after - first)) Insert(ready, after - first);
        }

        into.Add(new(members), new(members, head.Count + 1, head.Macs + group.Macs, bytes, [.. crossing], [.. ready]));
    }

    // The lists are sorted, and never have the item yet.
    private static void Insert(List<int> sorted, int item) => sorted.Insert(~sorted.BinarySearch(item), item);

    // A set of groups as a dictionary's key.
    private readonly struct Members(UInt128[] bits) : IEquatable<Members>
    {
        private readonly UInt128[] _bits = bits;

        public bool Equals(Members other) => _bits.AsSpan().SequenceEqual(other._bits);

        public override bool Equals(object? obj) => obj is Members other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (UInt128 part in _bits) hash.Add(part);
            return hash.ToHashCode();
        }
    }
}
