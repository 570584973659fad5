using System.Numerics.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// For each of many series the ones before it that together say most of it: one after the other, each the one that leaves the least squared
/// error beside those already chosen (orthogonal least squares; Chen, Billings and Luo, 1989).
/// </summary>
internal static class ReferenceChoice
{
    // Of a series of which so much is known already the rest is noise.
    private const double LeastNew = 0.05;

    /// <summary>Chooses.</summary>
    /// <param name="rows">The series, of equal length. Their means are taken off, and their lengths made one.</param>
    /// <param name="most">How many to choose for each, at most.</param>
    /// <param name="least">The least correlation with what is left to say.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>For each series the numbers of those chosen, the first first.</returns>
    public static int[][] Choose(float[][] rows, int most, double least, CancellationToken cancellationToken)
    {
        foreach (float[] row in rows)
        {
            TensorPrimitives.Subtract(row, TensorPrimitives.Sum<float>(row) / row.Length, row);
            float norm = TensorPrimitives.Norm<float>(row);
            if (norm > 0) TensorPrimitives.Divide(row, norm, row);
        }

        int[][] chosen = new int[rows.Length][];
        Parallel.For(0, rows.Length, new ParallelOptions { CancellationToken = cancellationToken }, c => chosen[c] = Of(rows, c, most, least));
        return chosen;
    }

    private static int[] Of(float[][] rows, int c, int most, double least)
    {
        List<int> chosen = [];
        List<float[]> basis = [];
        // What is not yet said of the series, as seen by each candidate; and how much of each candidate is within the basis.
        double[] open = new double[c], known = new double[c];
        for (int r = 0; r < c; r++) open[r] = TensorPrimitives.Dot<float>(rows[c], rows[r]);
        while (chosen.Count < most)
        {
            double best = least;
            int next = -1;
            for (int r = 0; r < c; r++)
            {
                if (1 - known[r] < LeastNew) continue;
                double correlation = Math.Abs(open[r]) / Math.Sqrt(1 - known[r]);
                if (correlation > best) (best, next) = (correlation, r);
            }

            if (next < 0) break;
            chosen.Add(next);
            if (chosen.Count == most) break;
            float[] direction = (float[])rows[next].Clone();
            foreach (float[] b in basis) TensorPrimitives.MultiplyAdd(b, -TensorPrimitives.Dot<float>(direction, b), direction, direction);
            TensorPrimitives.Divide(direction, TensorPrimitives.Norm<float>(direction), direction);
            basis.Add(direction);
            double share = TensorPrimitives.Dot<float>(rows[c], direction);
            for (int r = 0; r < c; r++)
            {
                double along = TensorPrimitives.Dot<float>(rows[r], direction);
                open[r] -= share * along;
                known[r] += along * along;
            }
        }

        return [.. chosen];
    }
}
