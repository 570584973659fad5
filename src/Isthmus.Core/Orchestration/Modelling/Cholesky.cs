using System.Numerics.Tensors;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>The lower triangular root of a symmetric matrix, row by row in one array.</summary>
internal static class Cholesky
{
    /// <summary>Finds L with L·Lᵀ = A. What is not positive because of rounding is taken as nothing.</summary>
    /// <param name="a">A, n × n.</param>
    /// <param name="n">The number of rows.</param>
    /// <param name="root">Is overwritten with L; what is above the diagonal is 0.</param>
    /// <returns>Whether every pivot was positive.</returns>
    public static bool Root(ReadOnlySpan<double> a, int n, Span<double> root)
    {
        bool positive = true;
        for (int i = 0; i < n; i++)
        {
            Span<double> row = root.Slice(i * n, n);
            for (int j = 0; j < i; j++)
            {
                double pivot = root[(j * n) + j];
                row[j] = pivot <= 0 ? 0 : (a[(i * n) + j] - Dot(row[..j], root.Slice(j * n, j))) / pivot;
            }

            double left = a[(i * n) + i] - Dot(row[..i], row[..i]);
            positive &= left > 0;
            row[i] = left > 0 ? Math.Sqrt(left) : 0;
            row[(i + 1)..].Clear();
        }

        return positive;
    }

    /// <summary>Solves L·Lᵀ·x = b in place.</summary>
    public static void Solve(ReadOnlySpan<double> root, int n, Span<double> b)
    {
        for (int i = 0; i < n; i++)
        {
            double pivot = root[(i * n) + i];
            b[i] = pivot <= 0 ? 0 : (b[i] - Dot(root.Slice(i * n, i), b[..i])) / pivot;
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double pivot = root[(i * n) + i];
            b[i] = pivot <= 0 ? 0 : b[i] / pivot;
            for (int j = 0; j < i; j++) b[j] -= root[(i * n) + j] * b[i];
        }
    }

    /// <summary>The scalar product; of nothing 0.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => x.IsEmpty ? 0 : TensorPrimitives.Dot(x, y);
}
