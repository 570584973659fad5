using System.Collections.Immutable;
using Isthmus.Inference.Graphs;

namespace Isthmus.Runtime.Profiling;

/// <summary>Which of a network's cuts are worth measuring.</summary>
public static class CutSelection
{
    private const double MostWork = 0.99;

    /// <summary>
    /// At most <paramref name="count"/> cuts. First those that no earlier cut matches in bytes: whatever the speeds and links, with
    /// codecs of the same ratio one of them is the best place to leave for a faster node. If they are too many, the network is divided
    /// into as many parts of equal work as may be chosen, and each part gives its smallest. If they are too few, the smallest of the
    /// parts that have none join, because activations of different layers are not squeezed alike.
    /// </summary>
    /// <param name="cuts">All cuts by depth.</param>
    /// <param name="count">How many may be chosen.</param>
    /// <returns>The chosen ones by depth.</returns>
    public static ImmutableArray<CutAnalysis> Choose(ImmutableArray<CutAnalysis> cuts, int count)
    {
        // After practically all of the work there is nothing to gain elsewhere: the answer itself is as small.
        cuts = [.. cuts.Where(c => c.MacShare < MostWork)];
        if (cuts.Length <= count) return cuts;
        if (count <= 0) return [];
        List<CutAnalysis> records = [];
        long least = long.MaxValue;
        foreach (CutAnalysis cut in cuts)
        {
            if (cut.Bytes.Value >= least) continue;
            least = cut.Bytes.Value;
            records.Add(cut);
        }

        HashSet<CutAnalysis> chosen = new(ReferenceEqualityComparer.Instance);
        if (records.Count > count)
        {
            foreach (IGrouping<int, CutAnalysis> part in records.GroupBy(c => Part(c, count))) chosen.Add(part.MinBy(c => c.Bytes.Value)!);
        }
        else
        {
            chosen.UnionWith(records);
        }

        // The parts without a cut, those with the least bytes first.
        HashSet<int> covered = [.. chosen.Select(c => Part(c, count))];
        foreach (CutAnalysis cut in cuts.GroupBy(c => Part(c, count)).Where(p => !covered.Contains(p.Key)).Select(p => p.MinBy(c => c.Bytes.Value)!).OrderBy(c => c.Bytes.Value))
        {
            if (chosen.Count >= count) break;
            chosen.Add(cut);
        }

        foreach (CutAnalysis cut in cuts.OrderBy(c => c.Bytes.Value))
        {
            if (chosen.Count >= count) break;
            chosen.Add(cut);
        }

        return [.. cuts.Where(chosen.Contains)];
    }

    private static int Part(CutAnalysis cut, int count) => Math.Min(count - 1, (int)(cut.MacShare * count));
}
