namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>
/// Watches how far response times are off what was expected, in standard deviations, and says when they are off for good: two cumulative sums (Page's CUSUM, 1954), one for longer and
/// one for shorter, each falling back by a half for each response. A single response counts at most four, so that outliers alone do not raise an alarm.
/// </summary>
public sealed class ResponseDrift
{
    private const double Slack = 0.5;
    private const double Most = 4;
    private const double Weight = 0.25;

    private double _longer;
    private double _shorter;
    private double _mean;
    private int _seen;

    /// <summary>Begins a test.</summary>
    /// <param name="threshold">The sum at which drift is found.</param>
    public ResponseDrift(double threshold) => Threshold = threshold;

    /// <summary>The sum at which drift is found.</summary>
    public double Threshold { get; }

    /// <summary>How many milliseconds the last responses were off on average, longer above 0; weighted by 1/4 for the last, 3/16 for the one before, and so on.</summary>
    public double OffMs => _mean;

    /// <summary>Takes a response in.</summary>
    /// <param name="deviations">By how many standard deviations it is longer than expected, noise and uncertainty of the expectation together.</param>
    /// <param name="offMs">By how many milliseconds.</param>
    /// <returns>Whether drift is found; <see cref="Reset"/> begins anew.</returns>
    public bool Add(double deviations, double offMs)
    {
        double value = Math.Clamp(deviations, -Most, Most);
        _longer = Math.Max(0, _longer + value - Slack);
        _shorter = Math.Max(0, _shorter - value - Slack);
        _mean = _seen == 0 ? offMs : _mean + (Weight * (offMs - _mean));
        _seen = 1;
        return Math.Max(_longer, _shorter) >= Threshold;
    }

    /// <summary>Forgets all responses.</summary>
    public void Reset() => (_longer, _shorter, _mean, _seen) = (0, 0, 0, 0);

    internal double[] Numbers() => [_longer, _shorter, _mean, _seen];

    internal bool TryRestore(ReadOnlySpan<double> saved)
    {
        if (!(saved[0] >= 0 && saved[1] >= 0 && saved[0] <= Threshold + Most && saved[1] <= Threshold + Most)) return false;
        (_longer, _shorter, _mean, _seen) = (saved[0], saved[1], saved[2], saved[3] > 0 ? 1 : 0);
        return true;
    }

    internal void CopyFrom(ResponseDrift other) => (_longer, _shorter, _mean, _seen) = (other._longer, other._shorter, other._mean, other._seen);
}
