using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class ContextClustersTests
{
    [Fact]
    public void Merge_OfAnyCounts_TakesTheCheapestPairEachTime()
    {
        Random random = new(3);
        for (int round = 0; round < 20; round++)
        {
            int contexts = random.Next(2, 12), most = random.Next(1, 8);
            long[] counts = new long[contexts * 256];
            for (int i = 0; i < counts.Length; i++)
            {
                if (i % 256 < 12 && random.Next(3) > 0) counts[i] = random.Next(1000);
            }

            (byte[] map, List<double[]> tables) = ContextClusters.Merge(counts, most);

            // The same by brute force: groups of contexts, every pair tried anew.
            List<List<int>> groups = [.. Enumerable.Range(0, contexts).Select(c => new List<int> { c })];
            while (groups.Count > most)
            {
                (List<int> a, List<int> b) = groups.SelectMany((a, i) => groups.Take(i).Select(b => (a, b))).MinBy(p => Bits(counts, [.. p.a, .. p.b]) - Bits(counts, p.a) - Bits(counts, p.b));
                groups.Remove(b);
                a.AddRange(b);
            }

            Assert.Equal(groups.Count, tables.Count);
            double expected = groups.Sum(g => Bits(counts, g));
            double actual = Enumerable.Range(0, tables.Count).Sum(t => Bits(counts, [.. Enumerable.Range(0, contexts).Where(c => map[c] == t)]));
            Assert.InRange(actual, expected - 1e-6, expected + (1e-6 * (1 + expected)));
            for (int c = 0; c < contexts; c++) Assert.True(map[c] < tables.Count);
            for (int t = 0; t < tables.Count; t++)
            {
                for (int s = 0; s < 256; s++) Assert.Equal(Enumerable.Range(0, contexts).Where(c => map[c] == t).Sum(c => counts[(c * 256) + s]), tables[t][s]);
            }
        }
    }

    private static double Bits(long[] counts, List<int> contexts)
    {
        double[] sums = [.. Enumerable.Range(0, 256).Select(s => (double)contexts.Sum(c => counts[(c * 256) + s]))];
        double total = sums.Sum();
        return sums.Where(s => s > 0).Sum(s => s * Math.Log2(total / s));
    }
}
