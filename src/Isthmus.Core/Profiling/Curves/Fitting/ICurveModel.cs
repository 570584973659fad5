namespace Isthmus.Core.Profiling.Curves.Fitting;

/// <summary>A kind of curve with three parameters, as a fit sees it: a, ln b and ln c, so that b and c stay above zero.</summary>
internal interface ICurveModel
{
    /// <summary>The curve of these parameters.</summary>
    IAccuracyCurve Curve(in CurveParameters parameters);

    /// <summary>The value at x, and how it changes with each parameter.</summary>
    double Value(in CurveParameters parameters, double x, out CurveParameters gradient);

    /// <summary>Parameters from which a descent is worth trying, in any order.</summary>
    IEnumerable<CurveParameters> Starts(WeightedPoints points);
}
