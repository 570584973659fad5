namespace Isthmus.Core.Codec;

/// <summary>
/// Lets contexts whose symbols are distributed alike share a table: the two that cost the fewest bits together more than apart are merged, again and
/// again, until there are few enough.
/// </summary>
internal static class ContextClusters
{
    private const int Symbols = 256;

    /// <summary>Merges contexts.</summary>
    /// <param name="counts">How often each of 256 symbols occurred in each context.</param>
    /// <param name="most">The most tables.</param>
    /// <returns>The table of each context, and the counts of each table.</returns>
    public static (byte[] Map, List<double[]> Tables) Merge(ReadOnlySpan<long> counts, int most)
    {
        int contexts = counts.Length / Symbols;
        byte[] map = [.. Enumerable.Range(0, contexts).Select(c => (byte)c)];
        List<double[]> tables = [];
        for (int c = 0; c < contexts; c++)
        {
            double[] own = new double[Symbols];
            for (int s = 0; s < Symbols; s++) own[s] = counts[(c * Symbols) + s];
            tables.Add(own);
        }

        List<double> bits = [.. tables.Select(Bits)];
        double[,] together = new double[contexts, contexts];
        for (int a = 0; a < contexts; a++)
        {
            for (int b = 0; b < a; b++) together[a, b] = BitsOfBoth(tables[a], tables[b]);
        }

        while (tables.Count > most)
        {
            (int first, int second, double least) = (0, 1, double.PositiveInfinity);
            for (int a = 0; a < tables.Count; a++)
            {
                for (int b = 0; b < a; b++)
                {
                    double more = together[a, b] - bits[a] - bits[b];
                    if (more < least) (first, second, least) = (b, a, more);
                }
            }

            for (int s = 0; s < Symbols; s++) tables[first][s] += tables[second][s];
            bits[first] = together[second, first];

            // The last takes the place of what was merged away.
            int last = tables.Count - 1;
            for (int c = 0; c < contexts; c++)
            {
                if (map[c] == second) map[c] = (byte)first;
                else if (map[c] == last) map[c] = (byte)second;
            }

            tables[second] = tables[last];
            bits[second] = bits[last];
            tables.RemoveAt(last);
            bits.RemoveAt(last);
            for (int a = 0; a < tables.Count; a++)
            {
                if (a != first) together[Math.Max(a, first), Math.Min(a, first)] = BitsOfBoth(tables[a], tables[first]);
                if (second < tables.Count && a != second) together[Math.Max(a, second), Math.Min(a, second)] = BitsOfBoth(tables[a], tables[second]);
            }
        }

        return (map, tables);
    }

    private static double Bits(double[] counts) => Bits(counts, counts, 0);

    private static double BitsOfBoth(double[] a, double[] b) => Bits(a, b, 1);

    private static double Bits(double[] a, double[] b, double weight)
    {
        double bits = 0, total = 0;
        for (int s = 0; s < a.Length; s++)
        {
            double n = a[s] + (weight * b[s]);
            if (n == 0) continue;
            bits -= n * Math.Log2(n);
            total += n;
        }

        return total == 0 ? 0 : bits + (total * Math.Log2(total));
    }
}
