using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// One request with one way to send: how much of the image is worth sending, and whether anything is? Sending the fraction x takes fixed + perFraction·x milliseconds and is right
/// with probability A(x); the device alone needs nothing sent. Every answer is exact: a closed form and its corners (Zhao et al., Globecom Workshops 2020).
/// </summary>
public sealed class SingleRequest
{
    private readonly IAccuracyCurve _curve;
    private readonly double _fixedMs;
    private readonly double _perFraction;
    private readonly LocalAnswer? _local;
    private readonly double _lowest;

    /// <summary>Describes the request.</summary>
    /// <param name="curve">The accuracy of the network that would get the image.</param>
    /// <param name="fixedMs">Milliseconds that sending takes however little is sent: encoding, round trip, computing.</param>
    /// <param name="perFraction">Milliseconds that sending everything takes beyond these: 8·bytes/bandwidth.</param>
    /// <param name="local">What the device does alone; null: it cannot.</param>
    /// <param name="lowest">The smallest fraction that may be sent; default a thousandth, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative or not finite, or the smallest fraction is not in 0…1.</exception>
    public SingleRequest(IAccuracyCurve curve, double fixedMs, double perFraction, LocalAnswer? local, double lowest = 0.001)
    {
        ArgumentNullException.ThrowIfNull(curve);
        if (!(fixedMs >= 0 && double.IsFinite(fixedMs))) throw new ArgumentOutOfRangeException(nameof(fixedMs));
        if (!(perFraction >= 0 && double.IsFinite(perFraction))) throw new ArgumentOutOfRangeException(nameof(perFraction));
        if (!(lowest is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(lowest));
        _curve = curve;
        _fixedMs = fixedMs;
        _perFraction = perFraction;
        _local = local;
        _lowest = lowest;
    }

    /// <summary>The most accuracy − λ·x; of what is equally good, the one that sends less.</summary>
    /// <param name="perFraction">λ ≥ 0: what all of the image's bytes must bring, as a share of accuracy. Of a price for a byte: times the image's bytes.</param>
    public FractionAnswer AccuracyLessBytes(double perFraction)
    {
        double x = AccuracyGain.Fraction(_curve, perFraction, _lowest, 1);
        FractionAnswer sent = Sent(x, (_, accuracy) => accuracy - (perFraction * x));
        return _local is { } local && local.Accuracy >= sent.Value ? Local(local, local.Accuracy) : sent;
    }

    /// <summary>The most accuracy that is in time; of what is equally good, what is faster.</summary>
    /// <returns>Null if nothing is in time.</returns>
    public FractionAnswer? AccuracyUnderDeadline(double milliseconds)
    {
        FractionAnswer? local = _local is { } l && l.Milliseconds <= milliseconds ? Local(l, l.Accuracy) : null;
        if (!(Fits(milliseconds) is { } highest)) return local;
        // What no longer grows need not be sent.
        double x = Math.Clamp(_curve.Inverse(_curve.At(highest)) ?? highest, _lowest, highest);
        FractionAnswer sent = Sent(x, (_, accuracy) => accuracy);
        return local is not null && (local.Accuracy > sent.Accuracy || (local.Accuracy == sent.Accuracy && local.Milliseconds <= sent.Milliseconds)) ? local : sent;
    }

    /// <summary>The least latency that is accurate enough.</summary>
    /// <returns>Null if nothing is accurate enough.</returns>
    public FractionAnswer? LatencyUnderFloor(double accuracy)
    {
        FractionAnswer? local = _local is { } l && l.Accuracy >= accuracy ? Local(l, -l.Milliseconds) : null;
        if (!(_curve.Inverse(accuracy) is { } least)) return local;
        FractionAnswer sent = Sent(Math.Max(_lowest, least), (ms, _) => -ms);
        return local is not null && local.Milliseconds <= sent.Milliseconds ? local : sent;
    }

    /// <summary>The most satisfaction of a user with floors of accuracy and time.</summary>
    /// <returns>Null if nothing keeps the floors.</returns>
    public FractionAnswer? Satisfaction(SatisfactionWeights user)
    {
        ArgumentNullException.ThrowIfNull(user);
        FractionAnswer? local = _local is { } l && user.Of(l.Accuracy, l.Milliseconds) is { } alone ? Local(l, alone) : null;
        if (!(Fits(user.MostMilliseconds) is { } highest) || !(_curve.Inverse(user.LeastAccuracy) is { } least) || least > highest) return local;
        double gain = user.Accuracy / user.AccuracyScale;
        double cost = user.Time * _perFraction / user.MillisecondScale;
        double lowest = Math.Max(least, _lowest);
        double x = gain > 0 ? AccuracyGain.Fraction(_curve, cost / gain, lowest, Math.Max(lowest, highest)) : lowest;
        FractionAnswer sent = Sent(x, (ms, accuracy) => (gain * (accuracy - user.LeastAccuracy)) + (user.Time * (user.MostMilliseconds - ms) / user.MillisecondScale));
        return local is not null && local.Value >= sent.Value ? local : sent;
    }

    // The largest fraction that is in time; null if not even the smallest is.
    private double? Fits(double milliseconds)
    {
        double left = milliseconds - _fixedMs;
        return left < _lowest * _perFraction || left < 0 ? null : _perFraction == 0 ? 1 : Math.Clamp(left / _perFraction, _lowest, 1);
    }

    private FractionAnswer Sent(double fraction, Func<double, double, double> value)
    {
        double ms = _fixedMs + (_perFraction * fraction);
        double accuracy = _curve.At(fraction);
        return new(fraction, accuracy, ms, value(ms, accuracy));
    }

    private static FractionAnswer Local(LocalAnswer local, double value) => new(0, local.Accuracy, local.Milliseconds, value);
}
