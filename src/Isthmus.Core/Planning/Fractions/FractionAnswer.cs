namespace Isthmus.Core.Planning.Fractions;

/// <summary>How much of an image is sent, and what comes of it.</summary>
/// <param name="Fraction">The share of the bytes; 0: nothing is sent, the device answers.</param>
/// <param name="Accuracy">Expected, 0…1.</param>
/// <param name="Milliseconds">Predicted latency.</param>
/// <param name="Value">What was maximised.</param>
public sealed record FractionAnswer(double Fraction, double Accuracy, double Milliseconds, double Value)
{
    /// <summary>Whether the device answers alone.</summary>
    public bool IsLocal => Fraction == 0;
}
