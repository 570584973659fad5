using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

/// <summary>The choice of reference series, beside one that solves every candidate's least squares from scratch.</summary>
public sealed class ReferenceChoiceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Choose_OfMixedSeries_IsWhatLeavesTheLeastErrorAtEachStep(int seed)
    {
        const int Length = 60, Series = 14, Most = 4;
        Random random = new(seed);
        float[][] sources = [.. Enumerable.Range(0, 6).Select(_ => Noise())];
        float[][] rows = [.. Enumerable.Range(0, Series).Select(_ => Mixed())];
        double[][] plain = [.. rows.Select(r => r.Select(v => (double)v - r.Average()).ToArray())];
        int[][] chosen = ReferenceChoice.Choose(rows, Most, 0.02, TestContext.Current.CancellationToken);
        int checkedSteps = 0;
        for (int c = 1; c < Series; c++)
        {
            for (int k = 0; k < chosen[c].Length; k++)
            {
                int[] before = chosen[c][..k];
                double least = Enumerable.Range(0, c).Except(before).Min(r => Left(plain, c, [.. before, r]));
                Assert.Equal(least, Left(plain, c, [.. before, chosen[c][k]]), 1e-3 * Left(plain, c, []));
                checkedSteps++;
            }
        }

        Assert.True(checkedSteps > 30);

        float[] Noise() => [.. Enumerable.Range(0, Length).Select(_ => (float)(random.NextDouble() - 0.5))];

        float[] Mixed()
        {
            float[] row = Noise();
            for (int i = 0; i < Length; i++) row[i] *= 0.5f;
            foreach (float[] source in sources)
            {
                float weight = (float)((random.NextDouble() * 2) - 1);
                for (int i = 0; i < Length; i++) row[i] += (weight * source[i]) + 0.3f;
            }

            return row;
        }
    }

    [Fact]
    public void Choose_OfSeriesThatHaveNothingInCommon_ChoosesNone()
    {
        float[][] rows = [[1, 0, 0, 0, -1], [0, 1, 0, -1, 0], [0, 0, 0, 0, 0]];
        Assert.All(ReferenceChoice.Choose(rows, 3, 0.05, TestContext.Current.CancellationToken), Assert.Empty);
    }

    [Fact]
    public void Choose_OfACopy_ChoosesItAndStops()
    {
        float[] one = [1, 5, 2, 7, 1, 0], other = [0, 1, 0, 3, 9, 4];
        Assert.Equal([1], ReferenceChoice.Choose([[.. other], [.. one], [.. one.Select(v => -2 * v)]], 3, 0.05, TestContext.Current.CancellationToken)[2]);
    }

    // The squared error of a series that is explained by others, by Gauss' elimination.
    private static double Left(double[][] rows, int c, int[] others)
    {
        int n = others.Length;
        double[,] a = new double[n, n + 1];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) a[i, j] = Dot(rows[others[i]], rows[others[j]]);
            a[i, n] = Dot(rows[others[i]], rows[c]);
        }

        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < n; k++)
            {
                if (k == i) continue;
                double factor = a[k, i] / a[i, i];
                for (int j = i; j <= n; j++) a[k, j] -= factor * a[i, j];
            }
        }

        double left = 0;
        for (int t = 0; t < rows[c].Length; t++)
        {
            double error = rows[c][t];
            for (int i = 0; i < n; i++) error -= a[i, n] / a[i, i] * rows[others[i]][t];
            left += error * error;
        }

        return left;

        static double Dot(double[] x, double[] y) => x.Zip(y, (p, q) => p * q).Sum();
    }
}
