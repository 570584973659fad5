namespace Isthmus.Bench.Compression;

/// <summary>
/// How far a network's answer is from the un-split network's: the Kullback-Leibler divergence of the two distributions over the classes. It sees what
/// a codec does to every photograph, where agreement sees only answers that changed.
/// </summary>
internal static class OutputDivergence
{
    // What is less likely than this counts as this: an answer that rounds to 0 must not cost infinitely much.
    private const double Least = 1e-9;

    /// <summary>The classes' probabilities: the scores themselves if they are such, else their softmax.</summary>
    public static float[] Probabilities(ReadOnlySpan<float> scores)
    {
        double sum = 0, largest = double.NegativeInfinity;
        bool negative = false;
        foreach (float score in scores)
        {
            sum += score;
            largest = Math.Max(largest, score);
            negative |= score < 0;
        }

        float[] result = scores.ToArray();
        if (!negative && Math.Abs(sum - 1) < 0.01) return result;
        sum = 0;
        foreach (float score in scores) sum += Math.Exp(score - largest);
        for (int i = 0; i < result.Length; i++) result[i] = (float)(Math.Exp(scores[i] - largest) / sum);
        return result;
    }

    /// <summary>Σ p·ln(p / q), in nats.</summary>
    /// <param name="whole">p, the un-split network's probabilities.</param>
    /// <param name="split">q, those of the network that was split.</param>
    public static double Of(ReadOnlySpan<float> whole, ReadOnlySpan<float> split)
    {
        double sum = 0;
        for (int i = 0; i < whole.Length; i++)
        {
            if (whole[i] > Least) sum += whole[i] * Math.Log(whole[i] / Math.Max(split[i], Least));
        }

        return Math.Max(0, sum);
    }
}
