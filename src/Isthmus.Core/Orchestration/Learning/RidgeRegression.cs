namespace Isthmus.Core.Orchestration.Learning;

/// <summary>Linear least squares with a prior, one observation at a time: A = λI + Σ x·xᵀ, b = λ·θ₀ + Σ x·y, θ = A⁻¹·b.</summary>
internal sealed class RidgeRegression
{
    private readonly double _ridge;
    private readonly double[] _prior;
    private readonly double[] _factor;
    private readonly double[] _scratch;
    private bool _fresh;

    public RidgeRegression(double[] prior, double ridge)
    {
        int n = prior.Length;
        _ridge = ridge;
        _prior = prior;
        A = new double[n * n];
        B = new double[n];
        for (int i = 0; i < n; i++)
        {
            A[(i * n) + i] = ridge;
            B[i] = ridge * prior[i];
        }

        _factor = new double[n * n];
        _scratch = new double[n];
        Theta = new double[n];
    }

    public int Length => B.Length;

    public double[] A { get; }

    public double[] B { get; }

    /// <summary>The squares of what predictions were wrong by, and how many.</summary>
    public double SquaredErrors { get; set; }

    public double Count { get; set; }

    private double[] Theta { get; }

    /// <summary>Adds an observation; older ones weigh so much less.</summary>
    public void Add(ReadOnlySpan<double> x, double y, double memory)
    {
        double wrong = y - Predict(x);
        SquaredErrors = (SquaredErrors * memory) + (wrong * wrong);
        Count = (Count * memory) + 1;
        int n = Length;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) A[(i * n) + j] = (A[(i * n) + j] * memory) + (x[i] * x[j]);
            B[i] = (B[i] * memory) + (x[i] * y);
            if (memory >= 1) continue;
            A[(i * n) + i] += (1 - memory) * _ridge;
            B[i] += (1 - memory) * _ridge * _prior[i];
        }

        _fresh = false;
    }

    public double Predict(ReadOnlySpan<double> x)
    {
        Solve();
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += x[i] * Theta[i];
        return sum;
    }

    /// <summary>xᵀ·A⁻¹·x: how little is known of x.</summary>
    public double Width(ReadOnlySpan<double> x)
    {
        Solve();
        int n = Length;
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            double value = x[i];
            for (int j = 0; j < i; j++) value -= _factor[(i * n) + j] * _scratch[j];
            _scratch[i] = value / _factor[(i * n) + i];
            sum += _scratch[i] * _scratch[i];
        }

        return sum;
    }

    /// <summary>Must be called after <see cref="A"/> or <see cref="B"/> was written to. False if A is not positive definite.</summary>
    public bool Refresh()
    {
        _fresh = false;
        return Solve();
    }

    // A = L·Lᵀ (Cholesky), then θ.
    private bool Solve()
    {
        if (_fresh) return true;
        int n = Length;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = A[(i * n) + j];
                for (int k = 0; k < j; k++) sum -= _factor[(i * n) + k] * _factor[(j * n) + k];
                if (i == j && !(sum > 0))
                {
                    // Rounding: what was added is far larger than λ. The smallest step that keeps a factor.
                    if (!(A[(i * n) + i] > 0)) return false;
                    sum = A[(i * n) + i] * 1e-14;
                }

                _factor[(i * n) + j] = i == j ? Math.Sqrt(sum) : sum / _factor[(j * n) + j];
            }
        }

        for (int i = 0; i < n; i++)
        {
            double value = B[i];
            for (int j = 0; j < i; j++) value -= _factor[(i * n) + j] * Theta[j];
            Theta[i] = value / _factor[(i * n) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double value = Theta[i];
            for (int j = i + 1; j < n; j++) value -= _factor[(j * n) + i] * Theta[j];
            Theta[i] = value / _factor[(i * n) + i];
        }

        return _fresh = true;
    }
}
