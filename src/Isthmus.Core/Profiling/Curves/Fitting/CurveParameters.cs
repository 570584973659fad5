namespace Isthmus.Core.Profiling.Curves.Fitting;

/// <summary>a, ln b and ln c of a curve, or how something changes with them.</summary>
internal readonly record struct CurveParameters(double A, double LogB, double LogC)
{
    // An asymptote above 1 is of use where a curve is not level yet at x = 1.
    private const double LeastA = 1e-4, MostA = 2, LeastLog = -14, MostLogB = 34, MostLogC = 7;

    /// <summary>b.</summary>
    public double B => Math.Exp(LogB);

    /// <summary>c.</summary>
    public double C => Math.Exp(LogC);

    /// <summary>Whether the fit has run away: b or c to nothing, so that the curve does not rise.</summary>
    public bool IsLevel => LogB <= LeastLog + 1e-6 || LogC <= LeastLog + 1e-6;

    /// <summary>The nearest that a fit admits.</summary>
    public CurveParameters Admitted() => new(Math.Clamp(A, LeastA, MostA), Math.Clamp(LogB, LeastLog, MostLogB), Math.Clamp(LogC, LeastLog, MostLogC));

    /// <summary>Whether all are numbers.</summary>
    public bool IsFinite => double.IsFinite(A) && double.IsFinite(LogB) && double.IsFinite(LogC);
}
