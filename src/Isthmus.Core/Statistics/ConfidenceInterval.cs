namespace Isthmus.Core.Statistics;

/// <summary>Where a quantity lies with the confidence that whoever made the interval states.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end, not below <paramref name="Low"/>.</param>
public readonly record struct ConfidenceInterval(double Low, double High)
{
    /// <summary>The confidence of every interval that is shown or stored: 95 %.</summary>
    public const double Level = 0.95;

    /// <summary>Whether a value lies in the interval, its ends included.</summary>
    public bool Contains(double value) => value >= Low && value <= High;
}
