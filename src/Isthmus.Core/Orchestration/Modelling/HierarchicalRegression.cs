using System.Numerics.Tensors;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>
/// Bayesian linear regression, one observation at a time, of y = xᵀs + vᵀd + noise, where s is shared by all groups and d belongs to one group. Given s, groups know nothing of each
/// other, so the joint posterior of all is kept exactly as the posterior of s and, of each group, d given s: mean m + B·s and covariance C. An observation costs O((S + G)²), whatever
/// the number of groups. Equal to batch least squares with the prior as further rows.
/// </summary>
internal sealed class HierarchicalRegression
{
    private const double Most = 1e14;

    private readonly Group[] _groups;
    private readonly double[] _z;
    private readonly double[] _pz;
    private readonly double[] _cx;
    private readonly double[] _root;
    private bool _stale = true;

    /// <summary>Begins with independent parameters.</summary>
    /// <param name="shared">Mean and standard deviation of each shared parameter.</param>
    /// <param name="groups">The same of each group.</param>
    public HierarchicalRegression(IReadOnlyList<(double Mean, double Deviation)> shared, IReadOnlyList<IReadOnlyList<(double Mean, double Deviation)>> groups)
    {
        Shared = shared.Count;
        Mean = [.. shared.Select(static p => p.Mean)];
        Covariance = Diagonal(shared);
        _groups = [.. groups.Select(g => new Group([.. g.Select(static p => p.Mean)], new double[g.Count * shared.Count], Diagonal(g)))];
        _z = new double[Shared];
        _pz = new double[Shared];
        _root = new double[Shared * Shared];
        _cx = new double[_groups.Length == 0 ? 0 : _groups.Max(static g => g.Size)];
    }

    /// <summary>The number of shared parameters.</summary>
    public int Shared { get; }

    /// <summary>The number of groups.</summary>
    public int Groups => _groups.Length;

    /// <summary>The mean of the shared parameters.</summary>
    public double[] Mean { get; }

    /// <summary>Their covariance, row by row.</summary>
    public double[] Covariance { get; }

    /// <summary>A group's parameters given the shared ones.</summary>
    public Group this[int group] => _groups[group];

    /// <summary>What is expected, and the variance of that expectation without noise.</summary>
    public (double Mean, double Variance) Predict(int group, ReadOnlySpan<double> shared, ReadOnlySpan<double> own)
    {
        Group g = _groups[group];
        Effective(g, shared, own);
        double variance = 0;
        for (int i = 0; i < Shared; i++)
        {
            if (_z[i] != 0) variance += _z[i] * Cholesky.Dot(_z, Covariance.AsSpan(i * Shared, Shared));
        }

        return (Cholesky.Dot(_z, Mean) + Cholesky.Dot(own, g.Mean), Math.Max(0, variance) + Spread(g, own));
    }

    /// <summary>Takes an observation in.</summary>
    /// <param name="group">The group.</param>
    /// <param name="shared">The features x of the shared parameters.</param>
    /// <param name="own">The features v of the group's.</param>
    /// <param name="y">What was observed.</param>
    /// <param name="noise">The variance of its noise, above 0.</param>
    public void Learn(int group, ReadOnlySpan<double> shared, ReadOnlySpan<double> own, double y, double noise)
    {
        Group g = _groups[group];
        g.Stale = _stale = true;
        Effective(g, shared, own);
        double given = Spread(g, own) + noise;
        double left = y - Cholesky.Dot(own, g.Mean);

        // The group's parameters given the shared ones.
        int size = g.Size;
        for (int i = 0; i < size; i++)
        {
            double gain = _cx[i] / given;
            if (gain == 0) continue;
            g.Mean[i] += gain * left;
            if (Shared > 0) TensorPrimitives.MultiplyAdd(_z, -gain, g.Slope.AsSpan(i * Shared, Shared), g.Slope.AsSpan(i * Shared, Shared));
            TensorPrimitives.MultiplyAdd(_cx.AsSpan(0, size), -gain, g.Covariance.AsSpan(i * size, size), g.Covariance.AsSpan(i * size, size));
        }

        // The shared ones.
        double variance = given;
        for (int i = 0; i < Shared; i++)
        {
            _pz[i] = Cholesky.Dot(_z, Covariance.AsSpan(i * Shared, Shared));
            variance += _z[i] * _pz[i];
        }

        variance = Math.Max(variance, given);
        double error = left - Cholesky.Dot(_z, Mean);
        for (int i = 0; i < Shared; i++)
        {
            double gain = _pz[i] / variance;
            if (gain == 0) continue;
            Mean[i] += gain * error;
            TensorPrimitives.MultiplyAdd(_pz, -gain, Covariance.AsSpan(i * Shared, Shared), Covariance.AsSpan(i * Shared, Shared));
        }
    }

    /// <summary>Draws shared parameters from what is believed of them.</summary>
    /// <param name="shared">Is overwritten.</param>
    /// <param name="random">Where randomness comes from.</param>
    /// <param name="spread">How many times as far from the mean as is believed.</param>
    /// <param name="normal">Room for as many numbers.</param>
    public void Draw(Span<double> shared, ResumableRandom random, double spread, Span<double> normal)
    {
        RefreshShared();
        random.Normal(normal[..Shared]);
        for (int i = 0; i < Shared; i++) shared[i] = Mean[i] + (spread * Cholesky.Dot(_root.AsSpan(i * Shared, i + 1), normal[..(i + 1)]));
    }

    /// <summary>A group's parameters given shared ones: their mean, or drawn from what is believed of them.</summary>
    /// <param name="group">The group.</param>
    /// <param name="shared">The shared parameters.</param>
    /// <param name="other">Other shared parameters, for the later ones of the group's.</param>
    /// <param name="from">Where those begin.</param>
    /// <param name="own">Is overwritten.</param>
    /// <param name="random">Where randomness comes from; null for the mean.</param>
    /// <param name="spread">How many times as far from the mean as is believed.</param>
    /// <param name="normal">Room for as many numbers.</param>
    public void Given(int group, ReadOnlySpan<double> shared, ReadOnlySpan<double> other, int from, Span<double> own, ResumableRandom? random, double spread, Span<double> normal)
    {
        Group g = _groups[group];
        if (random is not null)
        {
            g.Refresh();
            random.Normal(normal[..g.Size]);
        }

        for (int i = 0; i < g.Size; i++)
        {
            own[i] = g.Mean[i] + Cholesky.Dot(g.Slope.AsSpan(i * Shared, Shared), i < from ? shared : other);
            if (random is not null) own[i] += spread * Cholesky.Dot(g.Root.AsSpan(i * g.Size, i + 1), normal[..(i + 1)]);
        }
    }

    /// <summary>Prepares for drawing what has changed, so that drawing itself takes less.</summary>
    public void Refresh()
    {
        RefreshShared();
        foreach (Group g in _groups) g.Refresh();
    }

    /// <summary>Whether all numbers are such that they can be reckoned with.</summary>
    public bool Sane
    {
        get
        {
            if (!Bounded(Mean, Covariance, Shared)) return false;
            foreach (Group g in _groups)
            {
                if (!Bounded(g.Mean, g.Covariance, g.Size)) return false;
            }

            return true;
        }
    }

    /// <summary>Says that parameters were overwritten from outside.</summary>
    public void Overwritten()
    {
        _stale = true;
        foreach (Group g in _groups) g.Stale = true;
    }

    /// <summary>Believes less of a group's parameters: adds these variances.</summary>
    public void Widen(int group, ReadOnlySpan<double> variances)
    {
        Group g = _groups[group];
        g.Stale = true;
        for (int i = 0; i < g.Size; i++) g.Covariance[(i * g.Size) + i] += variances[i];
    }

    /// <summary>
    /// Believes less of the shared parameters: adds these variances, as if independent steps had been added to them. What the groups are given the new ones follows from what they were
    /// given the old ones.
    /// </summary>
    public void Widen(ReadOnlySpan<double> variances)
    {
        // K = C·(C + Q)⁻¹; of the old parameters given the new ones the mean is s̄ + K·(s − s̄), the covariance C − K·C.
        int n = Shared;
        double[] wide = [.. Covariance], root = new double[n * n], k = new double[n * n];
        for (int i = 0; i < n; i++) wide[(i * n) + i] += variances[i];
        Cholesky.Root(wide, n, root);
        for (int i = 0; i < n; i++)
        {
            Span<double> row = k.AsSpan(i * n, n);
            Covariance.AsSpan(i * n, n).CopyTo(row);
            Cholesky.Solve(root, n, row);
        }

        double[] given = Minus(Covariance, Product(k, Covariance, n, n, n));
        double[] offset = [.. Mean];
        for (int i = 0; i < n; i++) offset[i] -= Cholesky.Dot(k.AsSpan(i * n, n), Mean);
        foreach (Group g in _groups) g.Replace(k, given, offset, n);
        wide.CopyTo(Covariance, 0);
        _stale = true;
    }

    /// <summary>
    /// The posterior for other parameters: those named by an earlier position stay as they are, those without are new, and what is not named is forgotten (marginalised). Groups
    /// likewise.
    /// </summary>
    /// <param name="prior">The new regression, as it begins.</param>
    /// <param name="shared">For each of its shared parameters the position here, −1 if it is new.</param>
    /// <param name="groups">For each of its groups the position here, −1 if it is new, and for each parameter of that group the position there.</param>
    public void MoveTo(HierarchicalRegression prior, ReadOnlySpan<int> shared, IReadOnlyList<(int Group, int[] Own)> groups)
    {
        int[] kept = [.. shared.ToArray().Where(static i => i >= 0)], gone = [.. Enumerable.Range(0, Shared).Except(kept)];
        int[] places = [.. Enumerable.Range(0, prior.Shared).Where(Places(shared))];
        int n = kept.Length;
        double[] within = Select(Covariance, kept, kept, Shared), root = new double[n * n];
        Cholesky.Root(within, n, root);

        // s_gone given s_kept: mean s̄_gone + R·(s_kept − s̄_kept), covariance C_gg − R·C_kg.
        double[] regression = Select(Covariance, gone, kept, Shared);
        for (int i = 0; i < gone.Length; i++) Cholesky.Solve(root, n, regression.AsSpan(i * n, n));
        double[] given = Minus(Select(Covariance, gone, gone, Shared), Product(regression, Select(Covariance, kept, gone, Shared), gone.Length, n, gone.Length));
        double[] offset = new double[gone.Length];
        for (int i = 0; i < gone.Length; i++)
        {
            offset[i] = Mean[gone[i]];
            for (int j = 0; j < n; j++) offset[i] -= regression[(i * n) + j] * Mean[kept[j]];
        }

        for (int i = 0; i < n; i++)
        {
            prior.Mean[places[i]] = Mean[kept[i]];
            for (int j = 0; j < n; j++) prior.Covariance[(places[i] * prior.Shared) + places[j]] = within[(i * n) + j];
        }

        for (int u = 0; u < groups.Count; u++)
        {
            (int from, int[] own) = groups[u];
            if (from < 0) continue;
            Group old = _groups[from], now = prior._groups[u];
            int m = gone.Length;
            double[] lost = Select(old.Slope, [.. Enumerable.Range(0, old.Size)], gone, Shared), spread = Product(lost, given, old.Size, m, m);
            for (int i = 0; i < now.Size; i++)
            {
                int o = own[i];
                if (o < 0) continue;
                Span<double> l = lost.AsSpan(o * m, m);
                now.Mean[i] = old.Mean[o] + Cholesky.Dot(l, offset);
                for (int j = 0; j < n; j++)
                {
                    double slope = old.Slope[(o * Shared) + kept[j]];
                    for (int k = 0; k < m; k++) slope += l[k] * regression[(k * n) + j];
                    now.Slope[(i * prior.Shared) + places[j]] = slope;
                }

                for (int j = 0; j < now.Size; j++)
                {
                    if (own[j] >= 0) now.Covariance[(i * now.Size) + j] = old.Covariance[(o * old.Size) + own[j]] + Cholesky.Dot(spread.AsSpan(o * m, m), lost.AsSpan(own[j] * m, m));
                }
            }
        }

        prior.Overwritten();

        static Func<int, bool> Places(ReadOnlySpan<int> shared)
        {
            int[] all = shared.ToArray();
            return i => all[i] >= 0;
        }
    }

    private static bool Bounded(double[] mean, double[] covariance, int n)
    {
        for (int i = 0; i < n; i++)
        {
            // Rounding leaves a little below zero of what is known exactly.
            if (!(Math.Abs(mean[i]) < Most) || !(covariance[(i * n) + i] is > -1e-7 and < Most)) return false;
        }

        return true;
    }

    private void RefreshShared()
    {
        if (!_stale) return;
        Cholesky.Root(Covariance, Shared, _root);
        _stale = false;
    }

    // z = x + Bᵀ·v: what an observation says of the shared parameters, directly and by way of the group's.
    private void Effective(Group g, ReadOnlySpan<double> shared, ReadOnlySpan<double> own)
    {
        shared.CopyTo(_z);
        if (Shared == 0) return;
        for (int i = 0; i < g.Size; i++)
        {
            if (own[i] != 0) TensorPrimitives.MultiplyAdd(g.Slope.AsSpan(i * Shared, Shared), own[i], _z, _z);
        }
    }

    // vᵀ·C·v, and C·v for the update.
    private double Spread(Group g, ReadOnlySpan<double> own)
    {
        double variance = 0;
        for (int i = 0; i < g.Size; i++)
        {
            _cx[i] = Cholesky.Dot(own, g.Covariance.AsSpan(i * g.Size, g.Size));
            variance += own[i] * _cx[i];
        }

        return Math.Max(0, variance);
    }

    private static double[] Diagonal(IReadOnlyList<(double Mean, double Deviation)> parameters)
    {
        int n = parameters.Count;
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++) a[(i * n) + i] = parameters[i].Deviation * parameters[i].Deviation;
        return a;
    }

    private static double[] Product(double[] a, double[] b, int rows, int inner, int columns)
    {
        double[] c = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < inner; k++)
            {
                if (a[(i * inner) + k] is var x and not 0 && columns > 0)
                {
                    TensorPrimitives.MultiplyAdd(b.AsSpan(k * columns, columns), x, c.AsSpan(i * columns, columns), c.AsSpan(i * columns, columns));
                }
            }
        }

        return c;
    }

    private static double[] Minus(double[] a, double[] b)
    {
        for (int i = 0; i < a.Length; i++) b[i] = a[i] - b[i];
        return b;
    }

    private static double[] Select(double[] a, int[] rows, int[] columns, int width)
    {
        double[] c = new double[rows.Length * columns.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < columns.Length; j++) c[(i * columns.Length) + j] = a[(rows[i] * width) + columns[j]];
        }

        return c;
    }

    /// <summary>A group's parameters given the shared ones s: mean m + B·s, covariance C.</summary>
    /// <param name="mean">m.</param>
    /// <param name="slope">B, a row for each parameter.</param>
    /// <param name="covariance">C, row by row.</param>
    internal sealed class Group(double[] mean, double[] slope, double[] covariance)
    {
        public double[] Mean { get; } = mean;

        public double[] Slope { get; private set; } = slope;

        public double[] Covariance { get; } = covariance;

        public double[] Root { get; } = new double[covariance.Length];

        public bool Stale { get; set; } = true;

        public int Size => Mean.Length;

        // The root of the covariance, if that has changed.
        internal void Refresh()
        {
            if (!Stale) return;
            Cholesky.Root(Covariance, Size, Root);
            Stale = false;
        }

        // s_old = offset + K·s_new + noise of covariance "given".
        internal void Replace(double[] k, double[] given, double[] offset, int n)
        {
            Stale = true;
            double[] spread = Product(Slope, given, Size, n, n);
            for (int i = 0; i < Size; i++)
            {
                Mean[i] += Cholesky.Dot(Slope.AsSpan(i * n, n), offset);
                for (int j = 0; j < Size; j++) Covariance[(i * Size) + j] += Cholesky.Dot(spread.AsSpan(i * n, n), Slope.AsSpan(j * n, n));
            }

            Slope = Product(Slope, k, Size, n, n);
        }
    }
}
