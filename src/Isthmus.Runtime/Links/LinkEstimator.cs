using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>
/// Estimates the round-trip time and the bandwidth of one direction of a link from real transfers. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// The model is duration = round trip + 8 · bytes / bandwidth, where the duration is the time on the way there and back: what a
/// request took for its sender, less what the receiver says that it spent. The answer's bytes count as if they went the same way.
/// </para>
/// <para>
/// The round trip is the median of the last small transfers, which neither a queue that builds up now and then nor two outliers
/// move. With it, each larger transfer gives a time per byte. These are averaged with weights that grow with the transfer's size,
/// since the same jitter spoils a small one more, and that fall with age; in time per byte, not bandwidth, because times add up.
/// Two large transfers in a row that disagree with the average in the same direction replace it: a step.
/// </para>
/// </remarks>
public sealed class LinkEstimator
{
    // A transfer's time per byte can be this little; it stands for 100 Gbit/s, beyond which nothing here matters.
    private const double LeastMillisecondsPerByte = 8e3 / 100e9;

    // A transfer that came by this factor, and these milliseconds, slower than it was sent was held up by the link.
    private const double HeldUp = 1.1;
    private const double HeldUpAtLeast = 3;

    // A transfer that was held up for so many milliseconds has full weight: it is long beside any jitter, whatever its size.
    private const double FullWeightPaced = 100;

    /// <summary>A sender that holds itself back to the estimate goes faster than it by this factor.</summary>
    public const double PaceGain = 1.25;

    private readonly LinkEstimatorOptions _options;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly Queue<double> _roundTrips = new();
    private double _roundTrip;
    private double _perByte;
    private double _suspect = double.NaN;
    private int _roundTripCount;
    private int _bandwidthCount;
    private long _lastBandwidth;
    private long _last;
    private bool _any;

    /// <summary>Creates an estimator that knows nothing yet.</summary>
    /// <param name="clock">The clock by which knowledge ages.</param>
    /// <param name="options">The weights; null for the defaults.</param>
    public LinkEstimator(TimeProvider clock, LinkEstimatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _options = options ?? LinkEstimatorOptions.Default;
        _options.Validate();
        _clock = clock;
        _roundTrip = _options.InitialRoundTrip.Value;
        _perByte = Math.Max(LeastMillisecondsPerByte, 8e3 / _options.InitialBandwidth.Value);
    }

    /// <summary>What is believed now.</summary>
    public LinkEstimate Current
    {
        get
        {
            lock (_lock)
            {
                Milliseconds age = _any ? Milliseconds.Since(_clock, _last) : Milliseconds.Infinite;
                return new(new(_roundTrip), new(8e3 / _perByte), age, _roundTripCount, _bandwidthCount);
            }
        }
    }

    /// <summary>Starts from what was measured before, such as a profile's link. Transfers since weigh against it as against one transfer of full weight.</summary>
    public void Seed(Milliseconds roundTrip, BitsPerSecond bandwidth)
    {
        lock (_lock)
        {
            _roundTrips.Clear();
            _roundTrips.Enqueue(roundTrip.Value);
            _roundTrip = roundTrip.Value;
            _roundTripCount = 1;
            _perByte = Math.Max(LeastMillisecondsPerByte, 8e3 / bandwidth.Value);
            _bandwidthCount = 1;
            _suspect = double.NaN;
            _any = true;
            _last = _lastBandwidth = _clock.GetTimestamp();
        }
    }

    /// <summary>Takes a transfer into account.</summary>
    /// <param name="bytes">Bytes of the request and its answer.</param>
    /// <param name="onTheWay">Its time on the way there and back; see the remarks. Ignored if it is no positive number.</param>
    public void Record(ByteCount bytes, Milliseconds onTheWay)
    {
        double duration = onTheWay.Value;
        if (!(duration > 0) || !double.IsFinite(duration)) return;
        lock (_lock)
        {
            _any = true;
            _last = _clock.GetTimestamp();
            if (bytes <= _options.SmallTransfer)
            {
                RecordRoundTrip(Math.Max(0, duration - (bytes.Value * _perByte * (_bandwidthCount > 0 ? 1 : 0))));
                return;
            }

            // Whatever its size, no transfer is shorter than a round trip.
            if (duration < _roundTrip) RecordRoundTrip(duration);
            RecordBandwidth(bytes.Value, duration);
        }
    }

    /// <summary>Takes a transfer into account that its sender held back to a pace, or that was cut off.</summary>
    /// <remarks>
    /// What came as slowly as it was sent says no more than that the link is at least so fast: it raises the estimate and never lowers it. What came more slowly,
    /// or was cut off while more was on the way, was held up by the link, and says how fast that is. Senders go a little faster than the estimate
    /// (<see cref="PaceGain"/>), so a link that became faster is found step by step.
    /// </remarks>
    /// <param name="bytes">Bytes that came.</param>
    /// <param name="arrival">From the first of them to the last, as the receiver saw it.</param>
    /// <param name="sending">From the first to the last that was sent, as the sender saw it.</param>
    /// <param name="isCut">Whether more was on the way when the receiver stopped.</param>
    public void RecordPaced(ByteCount bytes, Milliseconds arrival, Milliseconds sending, bool isCut)
    {
        // A receiver that was busy reads everything at once: what came cannot have come faster than it was sent.
        double duration = Math.Max(arrival.Value, sending.Value);
        if (!(duration > 0) || !double.IsFinite(duration) || bytes.Value < 1) return;
        bool heldUp = isCut || arrival.Value > (sending.Value * HeldUp) + HeldUpAtLeast;
        double perByte = Math.Max(LeastMillisecondsPerByte, duration / bytes.Value);
        lock (_lock)
        {
            // A rate that was reached is no opinion: it needs no weight.
            if (perByte < _perByte) _perByte = perByte;
            else if (!heldUp) return;
            else Average(perByte, Math.Min(1, duration / FullWeightPaced));
            _any = true;
            _last = _lastBandwidth = _clock.GetTimestamp();
            _bandwidthCount++;
        }
    }

    private void RecordRoundTrip(double duration)
    {
        _roundTrips.Enqueue(duration);
        while (_roundTrips.Count > _options.RoundTripWindow) _roundTrips.Dequeue();
        double[] sorted = [.. _roundTrips.Order()];
        // The lower median: of two that disagree, the one with less of a queue in it.
        _roundTrip = sorted[(sorted.Length - 1) / 2];
        _roundTripCount++;
    }

    private void RecordBandwidth(long bytes, double duration)
    {
        double perByte = Math.Max(LeastMillisecondsPerByte, (duration - _roundTrip) / bytes);
        // Where the round trip is nearly all of the time, the rest is jitter and tells little of the bandwidth.
        double share = Math.Clamp((duration - _roundTrip) / duration / 0.25, 0.02, 1);
        double size = Math.Min(1, (double)bytes / _options.FullWeight.Value);
        Average(perByte, size * share);
        _bandwidthCount++;
        _lastBandwidth = _clock.GetTimestamp();
    }

    private void Average(double perByte, double weight)
    {
        if (_bandwidthCount == 0)
        {
            _perByte = perByte;
        }
        else
        {
            double age = _clock.GetElapsedTime(_lastBandwidth).TotalSeconds;
            double faded = 1 - Math.Pow(0.5, age / _options.HalfLife.TotalSeconds);
            double alpha = 1 - ((1 - (_options.Weight * weight)) * (1 - (faded * weight)));
            bool far = IsFar(perByte) && weight >= 0.1;
            bool step = far && !double.IsNaN(_suspect) && (perByte > _perByte) == (_suspect > _perByte);
            // The first that disagrees moves the average by half its weight: if it is noise, little is lost.
            double next = step ? Math.Sqrt(_suspect * perByte) : _perByte + (alpha * (far ? 0.5 : 1) * (perByte - _perByte));
            // A transfer that tells next to nothing neither confirms nor clears a suspicion.
            if (weight >= 0.1) _suspect = far && !step ? perByte : double.NaN;
            _perByte = Math.Max(LeastMillisecondsPerByte, next);
        }
    }

    private bool IsFar(double perByte) => perByte > _perByte * _options.StepFactor || perByte < _perByte / _options.StepFactor;
}
