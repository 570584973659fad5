using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>
/// A machine that is not at hand, as the JALAD paper models it: a segment of Q multiply-accumulates takes T = w·2Q/F. A multiply-accumulate is
/// two floating-point operations.
/// </summary>
/// <param name="Peak">F: the machine's peak rate.</param>
/// <param name="Coefficient">
/// w: how many times as long as at the peak it takes; 1 is the peak itself, which no machine reaches. <see cref="ProportionalFit"/> finds it from measurements.
/// </param>
public sealed record ProportionalMachine(FlopsPerSecond Peak, double Coefficient = 1)
{
    /// <summary>The largest coefficient.</summary>
    public const double MaxCoefficient = 1e6;

    /// <summary>How long so many multiply-accumulates take: w·2Q/F.</summary>
    public Milliseconds TimeOf(double macs) => Peak.TimeOf(macs) * Coefficient;

    /// <summary>The rate and the coefficient, such as "12 TFLOPS, w = 2".</summary>
    public override string ToString() => $"{Peak}, w = {Coefficient:0.####}";
}
