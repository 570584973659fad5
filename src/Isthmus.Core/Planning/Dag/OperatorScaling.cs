using System.Collections.Immutable;

namespace Isthmus.Core.Planning.Dag;

/// <summary>
/// Makes operators' times add up to what was measured of whole blocks. What a profiler says of single kernels is right in proportion only: being timed takes time, and what
/// lies between kernels is nobody's.
/// </summary>
public static class OperatorScaling
{
    /// <summary>
    /// Blocks' times from measured beginnings: the differences of neighbouring heads, after heads that contradict each other (a longer one that took less time) have been
    /// replaced by their mean, as the closest rising sequence has it (pool adjacent violators).
    /// </summary>
    /// <param name="heads">Milliseconds of the network's beginnings, each longer than the one before; the last is the whole network.</param>
    /// <returns>As many blocks as heads; each zero or more.</returns>
    public static ImmutableArray<double> Blocks(IReadOnlyList<double> heads)
    {
        ArgumentNullException.ThrowIfNull(heads);
        List<(double Sum, int Count)> pools = [];
        foreach (double head in heads)
        {
            pools.Add((head, 1));
            while (pools.Count > 1 && pools[^2].Sum / pools[^2].Count >= pools[^1].Sum / pools[^1].Count)
            {
                pools[^2] = (pools[^2].Sum + pools[^1].Sum, pools[^2].Count + pools[^1].Count);
                pools.RemoveAt(pools.Count - 1);
            }
        }

        ImmutableArray<double>.Builder blocks = ImmutableArray.CreateBuilder<double>(heads.Count);
        double before = 0;
        foreach ((double sum, int count) in pools)
        {
            double head = Math.Max(before, sum / count);
            for (int i = 0; i < count; i++)
            {
                blocks.Add(head - before);
                before = head;
            }
        }

        return blocks.MoveToImmutable();
    }

    /// <summary>Scales operators so that each block's add up to the block's time.</summary>
    /// <param name="kernels">Milliseconds of each operator, as the profiler has them.</param>
    /// <param name="blockOf">The block of each operator.</param>
    /// <param name="blocks">Milliseconds of each block.</param>
    /// <returns>Milliseconds of each operator. A block none of whose operators has a time shares it evenly; a block without operators passes its time on to the next that has some.</returns>
    public static ImmutableArray<double> Scale(IReadOnlyList<double> kernels, IReadOnlyList<int> blockOf, IReadOnlyList<double> blocks)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(blockOf);
        ArgumentNullException.ThrowIfNull(blocks);
        double[] sums = new double[blocks.Count], times = [.. blocks];
        int[] counts = new int[blocks.Count];
        for (int i = 0; i < kernels.Count; i++)
        {
            sums[blockOf[i]] += kernels[i];
            counts[blockOf[i]]++;
        }

        int last = Array.FindLastIndex(counts, c => c > 0);
        for (int b = 0; b < times.Length; b++)
        {
            if (counts[b] > 0 || last < 0) continue;
            int to = b < last ? Array.FindIndex(counts, b, c => c > 0) : last;
            times[to] += times[b];
            times[b] = 0;
        }

        return [.. kernels.Select((k, i) => sums[blockOf[i]] > 0 ? k * times[blockOf[i]] / sums[blockOf[i]] : times[blockOf[i]] / counts[blockOf[i]])];
    }
}
