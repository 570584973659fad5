namespace Isthmus.Core.Profiling.Curves;

/// <summary>A point that a <see cref="TableCurve"/> goes through.</summary>
/// <param name="Fraction">x, above 0 and at most 1.</param>
/// <param name="Accuracy">The accuracy there, 0…1.</param>
public readonly record struct CurveKnot(double Fraction, double Accuracy);
