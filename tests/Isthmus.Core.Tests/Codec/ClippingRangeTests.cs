using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class ClippingRangeTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Fit_OfActivations_IsAsGoodAsASearchOverAllRanges(int levels)
    {
        for (int seed = 0; seed < 6; seed++)
        {
            float[] values = seed % 2 == 0 ? Activations.Relu(4000, 0.15 * seed, seed + 1) : [.. Activations.Linear(4000, seed).Select(v => Math.Max(v, 0))];
            double chosen = SquaredError(values, Fit(values, levels, out float[] reconstruction), reconstruction);
            double best = Best(values, levels, [0]);
            Assert.True(chosen <= 1.03 * best, $"{levels} levels, seed {seed}: {chosen / best}");
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Fit_OfSignedValues_IsAsGoodAsASearchOverAllRangesAndZeros(int levels)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            float[] values = [.. Activations.Linear(2000, seed).Select(v => v - (seed * 0.8f))];
            double chosen = SquaredError(values, Fit(values, levels, out float[] reconstruction), reconstruction);
            Assert.True(chosen <= 1.03 * Best(values, levels, [.. Enumerable.Range(1, levels - 2)]), $"{levels} levels, seed {seed}");
        }
    }

    [Fact]
    public void Fit_OfAnything_HasFiniteRisingLevelsWithZeroExact()
    {
        foreach (int levels in new[] { 2, 3, 4, 16, 255 })
        {
            foreach ((string kind, float[] values) in Activations.Kinds(700, levels))
            {
                LevelQuantiser quantiser = Fit(values, levels, out float[] reconstruction);
                Assert.Equal(0, BitConverter.SingleToInt32Bits(reconstruction[quantiser.Zero]));
                Assert.All(reconstruction, v => Assert.True(float.IsFinite(v), kind));
                for (int level = 1; level < levels; level++) Assert.True(reconstruction[level] >= reconstruction[level - 1], kind);
            }
        }
    }

    [Fact]
    public void Fit_OfASampleOfALargeTensor_IsAsGoodAsOfAll()
    {
        float[] values = Activations.Relu(300_000, 0.6, 2);
        double sampled = SquaredError(values, Fit(values, 8, out float[] reconstruction), reconstruction);
        Assert.True(sampled <= 1.03 * Best(values, 8, [0]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void OfExponential_OfAnyLevels_HasTheLeastErrorOfAllRanges(int levels)
    {
        double clip = ClippingRange.OfExponential(levels);
        double error = ClippingRange.ExponentialError(levels, clip);
        for (double other = 0.2; other < 12; other += 0.02)
            Assert.True(error <= ClippingRange.ExponentialError(levels, other) * (1 + 1e-9), $"{other}");

        // The closed form against a sum over a fine grid.
        double sum = 0;
        const double D = 1e-4;
        for (double v = D / 2; v < 40; v += D)
        {
            double nearest = Math.Min(Math.Round(v / (clip / (levels - 1))), levels - 1) * clip / (levels - 1);
            sum += (v - nearest) * (v - nearest) * Math.Exp(-v) * D;
        }

        Assert.Equal(sum, error, 6);
    }

    [Fact]
    public void OfActivations_OfAnExponentialTail_IsNearlyAsGoodAsTheDataDrivenRange()
    {
        float[] values = Activations.Relu(50_000, 0.7, 8);
        double clip = ClippingRange.OfActivations(values.Count(v => v == 0) / 50_000.0, values.Average(), 8);
        LevelQuantiser analytic = new(8, 0, clip / 7, 0.5);
        double driven = SquaredError(values, Fit(values, 8, out float[] reconstruction), reconstruction);
        Assert.InRange(SquaredError(values, analytic, Centroids(values, analytic)) / driven, 0.99, 1.1);
    }

    private static LevelQuantiser Fit(float[] values, int levels, out float[] reconstruction)
    {
        reconstruction = new float[levels];
        return ClippingRange.Fit(values, levels, 0.5, reconstruction);
    }

    private static double SquaredError(float[] values, LevelQuantiser quantiser, float[] reconstruction)
    {
        byte[] symbols = new byte[values.Length];
        quantiser.Quantise(values, symbols);
        double error = 0;
        for (int i = 0; i < values.Length; i++) error += ((double)values[i] - reconstruction[symbols[i]]) * ((double)values[i] - reconstruction[symbols[i]]);
        return error;
    }

    private static float[] Centroids(float[] values, LevelQuantiser quantiser)
    {
        byte[] symbols = new byte[values.Length];
        quantiser.Quantise(values, symbols);
        double[] sums = new double[quantiser.Levels];
        int[] counts = new int[quantiser.Levels];
        for (int i = 0; i < values.Length; i++)
        {
            sums[symbols[i]] += values[i];
            counts[symbols[i]]++;
        }

        return [.. sums.Select((s, l) => l == quantiser.Zero || counts[l] == 0 ? 0 : (float)(s / counts[l]))];
    }

    // The least error over a fine grid of ranges, with each level at its true mean.
    private static double Best(float[] values, int levels, int[] zeros)
    {
        double best = double.PositiveInfinity;
        float largest = values.Max(Math.Abs);
        foreach (int zero in zeros)
        {
            for (int i = 1; i <= 120; i++)
            {
                LevelQuantiser quantiser = new(levels, zero, largest * 1.2 * i / 120 / Math.Max(zero, levels - 1 - zero), 0.5);
                best = Math.Min(best, SquaredError(values, quantiser, Centroids(values, quantiser)));
            }
        }

        return best;
    }
}
