namespace Isthmus.Core.Profiling.Curves;

/// <summary>Where the accuracy at one fraction lies with 95 % confidence, if the curve is of the right kind.</summary>
/// <param name="Fraction">x.</param>
/// <param name="Low">Lower end, 0…1.</param>
/// <param name="High">Upper end.</param>
public readonly record struct CurveBand(double Fraction, double Low, double High);
