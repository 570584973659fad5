namespace Isthmus.Core.Codec;

/// <summary>About how many bits symbols take that are coded without contexts, from a sample of them.</summary>
internal static class SymbolEntropy
{
    private const int Most = 4096;
    private const int Run = 64;

    /// <summary>Estimates.</summary>
    /// <param name="symbols">At least one symbol.</param>
    /// <returns>Bits for all of them.</returns>
    public static double Estimate(ReadOnlySpan<byte> symbols)
    {
        Span<int> counts = stackalloc int[2 * 256];
        counts.Clear();
        int step = symbols.Length <= Most ? Run : (int)((long)symbols.Length * Run / Most);
        int total = 0;
        for (int start = 0; start < symbols.Length; start += step)
        {
            ReadOnlySpan<byte> run = symbols.Slice(start, Math.Min(Run, symbols.Length - start));

            // Two sets in turn: adding to one that was written a moment ago waits for it.
            for (int i = 0; i < run.Length; i++) counts[((i & 1) << 8) + run[i]]++;
            total += run.Length;
        }

        double bits = total * Math.Log2(total);
        int used = 0;
        for (int s = 0; s < 256; s++)
        {
            int n = counts[s] + counts[256 + s];
            if (n == 0) continue;
            used++;
            bits -= n * Math.Log2(n);
        }

        // A sample looks more regular than all (Miller, 1955).
        bits += (used - 1) / (2 * Math.Log(2));
        return bits / total * symbols.Length;
    }
}
