namespace Isthmus.Core.Profiling.Curves.Fitting;

/// <summary>
/// Weighted least squares on the raw residuals of a curve with three parameters: Gauss and Newton's steps, damped as Levenberg (1944) and Marquardt (1963) do, from the best few of a
/// model's starts.
/// </summary>
internal static class LeastSquares
{
    private const int Steps = 200;
    private const int Descents = 4;

    /// <summary>The best fit; null if there are fewer than three points or nothing that rises fits.</summary>
    /// <param name="model">The kind.</param>
    /// <param name="points">What it is fitted to.</param>
    /// <param name="from">A fit of nearly the same points, from which alone it is tried; null to look for starts.</param>
    public static CurveParameters? Fit(ICurveModel model, WeightedPoints points, CurveParameters? from = null)
    {
        if (points.Count < 3) return null;
        IEnumerable<CurveParameters> starts = from is { } near ? [near]
            : model.Starts(points).Where(s => s.IsFinite).Select(s => s.Admitted()).Select(s => (Start: s, Error: points.SquaredError(model.Curve(s)))).OrderBy(s => s.Error).Take(Descents).Select(s => s.Start);
        CurveParameters? best = null;
        double least = double.PositiveInfinity;
        foreach (CurveParameters start in starts)
        {
            (CurveParameters end, double error) = Descend(model, points, start);
            if (error >= least) continue;
            best = end;
            least = error;
        }

        return best is { IsLevel: false } ? best : null;
    }

    private static (CurveParameters End, double Error) Descend(ICurveModel model, WeightedPoints points, CurveParameters start)
    {
        CurveParameters at = start;
        double error = Normal(model, points, at, out Equations equations), damping = 1e-3;
        for (int step = 0; step < Steps && damping < 1e12; step++)
        {
            if (equations.Solve(damping) is not { } move)
            {
                damping *= 10;
                continue;
            }

            CurveParameters next = new CurveParameters(at.A + move.A, at.LogB + move.LogB, at.LogC + move.LogC).Admitted();
            double nextError = Normal(model, points, next, out Equations nextEquations);
            if (!(nextError < error))
            {
                damping *= 4;
                continue;
            }

            bool settled = error - nextError <= 1e-13 * error;
            (at, error, equations) = (next, nextError, nextEquations);
            damping = Math.Max(1e-12, damping / 5);
            if (settled) break;
        }

        return (at, error);
    }

    // The normal equations at a place, and the weighted squared error there.
    private static double Normal(ICurveModel model, WeightedPoints points, in CurveParameters at, out Equations equations)
    {
        equations = default;
        double error = 0;
        for (int i = 0; i < points.Count; i++)
        {
            double residual = points.Shares[i] - model.Value(at, points.Fractions[i], out CurveParameters g), w = points.Weights[i];
            error += w * residual * residual;
            equations.Add(g, w, residual);
        }

        return error;
    }

    // JᵀWJ·δ = JᵀWr.
    private struct Equations
    {
        private double _aa, _ab, _ac, _bb, _bc, _cc, _ra, _rb, _rc;

        public void Add(in CurveParameters g, double weight, double residual)
        {
            double a = weight * g.A, b = weight * g.LogB, c = weight * g.LogC;
            _aa += a * g.A;
            _ab += a * g.LogB;
            _ac += a * g.LogC;
            _bb += b * g.LogB;
            _bc += b * g.LogC;
            _cc += c * g.LogC;
            _ra += a * residual;
            _rb += b * residual;
            _rc += c * residual;
        }

        // Cholesky's factors of the damped matrix, each of its diagonal terms a little larger.
        public readonly CurveParameters? Solve(double damping)
        {
            double floor = 1e-12 * (_aa + _bb + _cc), aa = (_aa * (1 + damping)) + floor, bb = (_bb * (1 + damping)) + floor, cc = (_cc * (1 + damping)) + floor;
            if (!(aa > 0)) return null;
            double l11 = Math.Sqrt(aa), l21 = _ab / l11, l31 = _ac / l11, d2 = bb - (l21 * l21);
            if (!(d2 > 0)) return null;
            double l22 = Math.Sqrt(d2), l32 = (_bc - (l31 * l21)) / l22, d3 = cc - (l31 * l31) - (l32 * l32);
            if (!(d3 > 0)) return null;
            double l33 = Math.Sqrt(d3), y1 = _ra / l11, y2 = (_rb - (l21 * y1)) / l22, y3 = (_rc - (l31 * y1) - (l32 * y2)) / l33;
            double z3 = y3 / l33, z2 = (y2 - (l32 * z3)) / l22, z1 = (y1 - (l21 * z2) - (l31 * z3)) / l11;
            CurveParameters move = new(z1, z2, z3);
            return move.IsFinite ? move : null;
        }
    }
}
