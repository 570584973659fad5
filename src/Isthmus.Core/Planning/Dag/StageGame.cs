namespace Isthmus.Core.Planning.Dag;

/// <summary>
/// Mixes known partitions so that the longest stage of the mixture is shortest, and finds the weights of the stages that go with it: a matrix game, solved by
/// the simplex method with Bland's rule. What the mixture takes is what the Lagrangian bound can still become with these partitions.
/// </summary>
internal static class StageGame
{
    private const double Zero = 1e-12;

    /// <summary>Solves the game.</summary>
    /// <param name="partitions">The stages of each partition; all of the same length.</param>
    /// <param name="shares">Receives the share of each partition in the mixture.</param>
    /// <returns>The longest stage of the mixture, and the weight of each stage.</returns>
    public static (double Value, double[] Weights) Solve(IReadOnlyList<double[]> partitions, out double[] shares)
    {
        int rows = partitions[0].Length, columns = partitions.Count;
        shares = new double[columns];
        double largest = partitions.Max(p => p.Max());
        int free = Enumerable.Range(0, columns).FirstOrDefault(i => partitions[i].Max() <= largest * Zero, -1);
        if (largest <= 0 || free >= 0)
        {
            shares[Math.Max(free, 0)] = 1;
            return (0, Enumerable.Repeat(1.0 / rows, rows).ToArray());
        }

        // maximise Σ y subject to A y ≤ 1, y ≥ 0, with the stages divided by the largest; the value of the game is 1 / Σ y.
        int width = columns + rows + 1;
        double[,] tableau = new double[rows + 1, width];
        int[] basis = new int[rows];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++) tableau[r, c] = partitions[c][r] / largest;
            tableau[r, columns + r] = 1;
            tableau[r, width - 1] = 1;
            basis[r] = columns + r;
        }

        for (int c = 0; c < columns; c++) tableau[rows, c] = -1;
        // Bland's rule ends by itself; the bound is against rounding.
        for (int step = 0; step < 50 * width; step++)
        {
            int enter = -1;
            for (int c = 0; c < width - 1 && enter < 0; c++)
            {
                if (tableau[rows, c] < -Zero) enter = c;
            }

            if (enter < 0) break;
            int leave = -1;
            double least = double.PositiveInfinity;
            for (int r = 0; r < rows; r++)
            {
                if (tableau[r, enter] <= Zero) continue;
                double ratio = tableau[r, width - 1] / tableau[r, enter];
                if (ratio < least - Zero || (ratio <= least + Zero && leave >= 0 && basis[r] < basis[leave]))
                {
                    least = Math.Min(least, ratio);
                    leave = r;
                }
            }

            if (leave < 0) break;
            Pivot(tableau, leave, enter);
            basis[leave] = enter;
        }

        double sum = 0;
        for (int r = 0; r < rows; r++)
        {
            if (basis[r] >= columns) continue;
            shares[basis[r]] = Math.Max(0, tableau[r, width - 1]);
            sum += shares[basis[r]];
        }

        for (int c = 0; c < columns; c++) shares[c] /= sum;
        double[] weights = new double[rows];
        double all = 0;
        for (int r = 0; r < rows; r++) all += weights[r] = Math.Max(0, tableau[rows, columns + r]);
        for (int r = 0; r < rows; r++) weights[r] = all > 0 ? weights[r] / all : 1.0 / rows;
        return (largest / sum, weights);
    }

    private static void Pivot(double[,] tableau, int row, int column)
    {
        int height = tableau.GetLength(0), width = tableau.GetLength(1);
        double pivot = tableau[row, column];
        for (int c = 0; c < width; c++) tableau[row, c] /= pivot;
        for (int r = 0; r < height; r++)
        {
            double factor = tableau[r, column];
            if (r == row || factor == 0) continue;
            for (int c = 0; c < width; c++) tableau[r, c] -= factor * tableau[row, c];
        }
    }
}
