namespace Isthmus.Core.Tests.Orchestration.Modelling;

/// <summary>Batch least squares with the prior as further rows, by Gaussian elimination: the oracle.</summary>
internal sealed class BatchRegression
{
    private readonly int _n;
    private readonly double[,] _precision;
    private readonly double[] _right;

    public BatchRegression(IReadOnlyList<(double Mean, double Deviation)> prior)
    {
        _n = prior.Count;
        _precision = new double[_n, _n];
        _right = new double[_n];
        for (int i = 0; i < _n; i++)
        {
            _precision[i, i] = 1 / (prior[i].Deviation * prior[i].Deviation);
            _right[i] = prior[i].Mean * _precision[i, i];
        }
    }

    public void Add(double[] x, double y, double noise)
    {
        for (int i = 0; i < _n; i++)
        {
            _right[i] += x[i] * y / noise;
            for (int j = 0; j < _n; j++) _precision[i, j] += x[i] * x[j] / noise;
        }
    }

    public (double Mean, double Variance) Predict(double[] x)
    {
        double[] mean = Solve(_right), spread = Solve(x);
        return (x.Zip(mean, static (a, b) => a * b).Sum(), x.Zip(spread, static (a, b) => a * b).Sum());
    }

    private double[] Solve(double[] right)
    {
        double[,] a = (double[,])_precision.Clone();
        double[] b = [.. right];
        for (int i = 0; i < _n; i++)
        {
            for (int r = i + 1; r < _n; r++)
            {
                double factor = a[r, i] / a[i, i];
                for (int c = i; c < _n; c++) a[r, c] -= factor * a[i, c];
                b[r] -= factor * b[i];
            }
        }

        for (int i = _n - 1; i >= 0; i--)
        {
            for (int c = i + 1; c < _n; c++) b[i] -= a[i, c] * b[c];
            b[i] /= a[i, i];
        }

        return b;
    }
}
