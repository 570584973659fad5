namespace Isthmus.Core.Codec;

/// <summary>
/// Where to clip before coarse quantisation: few levels spread over the whole range waste most of them on values that hardly occur, so the range is
/// chosen that makes the squared error least (Cohen, Choi and Bajić, "Lightweight compression of neural network feature tensors for collaborative
/// intelligence", arXiv 2105.07102). Data-driven from a histogram, or analytic for the exponential distribution, which activations behind a ReLU resemble.
/// </summary>
public static class ClippingRange
{
    // Steps are tried from the whole range down, by half octaves, then ever closer to the best.
    private const int Halvings = 40;
    private const int GiveUpAfter = 12;

    /// <summary>
    /// The range [0, T] that quantises an exponential distribution of mean 1 with the least mean squared error, when L levels k·T/(L − 1) are rounded to.
    /// For values of which a share is zero and the rest exponential, T scales with the mean of those that are not zero; for a Laplace distribution
    /// each side is one, with half of the levels.
    /// </summary>
    /// <param name="levels">L, at least 2.</param>
    public static double OfExponential(int levels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 2);

        // The error has one minimum; golden sections find it.
        double golden = (Math.Sqrt(5) - 1) / 2;
        double low = 0.1;
        double high = 2 + (2 * Math.Log(levels));
        for (int i = 0; i < 60; i++)
        {
            double a = high - (golden * (high - low));
            double b = low + (golden * (high - low));
            if (ExponentialError(levels, a) < ExponentialError(levels, b)) high = b;
            else low = a;
        }

        return (low + high) / 2;
    }

    /// <summary>The analytic range [0, T] of values behind a ReLU, from what is known of their distribution.</summary>
    /// <param name="zeroShare">The share of exact zeros, 0 to below 1.</param>
    /// <param name="mean">The mean of all values, zeros included.</param>
    /// <param name="levels">L, at least 2.</param>
    /// <returns>T.</returns>
    public static double OfActivations(double zeroShare, double mean, int levels)
    {
        if (!(zeroShare is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(zeroShare), zeroShare, "A share of zeros is 0 to below 1.");
        return OfExponential(levels) * mean / (1 - zeroShare);
    }

    /// <summary>The mean squared error of rounding an exponential distribution of mean 1 to L levels on [0, T].</summary>
    internal static double ExponentialError(int levels, double clip)
    {
        // The integral of (v − c)²·e^−v is −e^−v·((v − c)² + 2(v − c) + 2).
        static double Tail(double v, double c) => Math.Exp(-v) * (((v - c) * (v - c)) + (2 * (v - c)) + 2);
        double step = clip / (levels - 1);
        double error = 0;
        for (int k = 0; k < levels; k++)
        {
            double c = k * step;
            error += Tail(k == 0 ? 0 : c - (step / 2), c) - (k == levels - 1 ? 0 : Tail(c + (step / 2), c));
        }

        return error;
    }

    /// <summary>The quantiser of L levels with the least squared error on a tensor, or on one channel of it if those values are given.</summary>
    /// <param name="values">The values; those that are not finite are left out.</param>
    /// <param name="levels">L, 2…255.</param>
    /// <param name="deadZone">From which part of a step on a value is not zero, 0.5…1: 0.5 rounds to the nearest level.</param>
    /// <param name="reconstruction">Receives the L values of the levels: the means of what falls to each, exactly 0 for zero.</param>
    /// <returns>The quantiser.</returns>
    public static LevelQuantiser Fit(ReadOnlySpan<float> values, int levels, double deadZone, Span<float> reconstruction) =>
        Fit(values, FloatRange.Of(values), levels, deadZone, reconstruction);

    internal static LevelQuantiser Fit(ReadOnlySpan<float> values, FloatRange range, int levels, double deadZone, Span<float> reconstruction)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(reconstruction.Length, levels);
        LevelHistogram histogram = new(values, range);
        try
        {
            double bestError = double.PositiveInfinity;
            double bestStep = 0;
            int bestZero = 0;
            bool signed = range.Min < 0 && range.Max > 0;
            int first = range.Max <= 0 ? levels - 1 : signed && levels > 2 ? 1 : 0;
            int last = range.Min >= 0 ? 0 : signed && levels > 2 ? levels - 2 : levels - 1;
            int stride = Math.Max(1, (last - first + 1) / 16);
            for (int zero = first; zero <= last; zero += stride)
            {
                double widest = Math.Max(
                    zero < levels - 1 ? Math.Max((double)range.Max, 0) / (levels - 1 - zero) : 0,
                    zero > 0 ? Math.Max(-(double)range.Min, 0) / zero : 0);
                if (widest == 0) widest = Math.Max(Math.Abs((double)range.Min), Math.Abs((double)range.Max));
                if (widest == 0) widest = 1;
                double least = double.PositiveInfinity;
                double at = 0;
                for (int i = 0, since = 0; i < Halvings && since < GiveUpAfter; i++, since++)
                {
                    double error = Error(histogram, levels, zero, widest * Math.Pow(2, -i / 2.0), deadZone);
                    if (!(error < least)) continue;
                    (least, at, since) = (error, i / 2.0, 0);
                }

                for (double d = 0.25; d >= 0.03; d /= 2)
                {
                    double middle = at;
                    foreach (double octaves in (ReadOnlySpan<double>)[middle - d, middle + d])
                    {
                        if (octaves < 0) continue;
                        double error = Error(histogram, levels, zero, widest * Math.Pow(2, -octaves), deadZone);
                        if (error < least) (least, at) = (error, octaves);
                    }
                }

                if (least < bestError) (bestError, bestStep, bestZero) = (least, widest * Math.Pow(2, -at), zero);
            }

            // A step of the range of float has an inverse in double.
            bestStep = Math.Max(bestStep, (double)float.Epsilon / 1024);
            Reconstruct(histogram, levels, bestZero, bestStep, deadZone, reconstruction);
            return new LevelQuantiser(levels, bestZero, bestStep, deadZone);
        }
        finally
        {
            histogram.Dispose();
        }
    }

    private static double Error(in LevelHistogram histogram, int levels, int zero, double step, double deadZone) =>
        Error(histogram, negative: false, levels - 1 - zero, step, deadZone) + Error(histogram, negative: true, zero, step, deadZone);

    // With each level at the mean of what falls to it: the energy, less what the levels keep of it.
    private static double Error(in LevelHistogram histogram, bool negative, int levels, double step, double deadZone)
    {
        double error = histogram.Energy(negative);
        if (error == 0) return 0;
        for (int k = 1; k <= levels; k++)
        {
            (double count, double sum) = histogram.Between(negative, From(k, step, deadZone), k == levels ? double.PositiveInfinity : From(k + 1, step, deadZone));
            if (count > 0) error -= sum / count * sum;
        }

        return error;
    }

    private static double From(int level, double step, double deadZone) => level == 1 ? deadZone * step : (level - 0.5) * step;

    private static void Reconstruct(in LevelHistogram histogram, int levels, int zero, double step, double deadZone, Span<float> reconstruction)
    {
        reconstruction[zero] = 0;
        for (int level = 0; level < levels; level++)
        {
            if (level == zero) continue;
            bool negative = level < zero;
            int k = Math.Abs(level - zero);
            bool last = level == 0 || level == levels - 1;
            double from = From(k, step, deadZone);
            double to = last ? double.PositiveInfinity : From(k + 1, step, deadZone);
            (double count, double sum) = histogram.Between(negative, from, to);

            // Less than a value is what the cut of a bin left over, and the mean of a cut bin may lie on the other side of the cut.
            float magnitude = (float)Math.Min(count >= 0.5 ? Math.Clamp(sum / count, from, to) : k * step, float.MaxValue);
            reconstruction[level] = negative ? -magnitude : magnitude;
        }
    }
}
