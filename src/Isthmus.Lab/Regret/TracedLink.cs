using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Lab.Regret;

/// <summary>
/// What a link under a trace really does to a transfer: bytes leave at the rate of each moment, and the last one arrives one delay after it has
/// left. Jitter and loss of the trace are left out. No transfer slows another down.
/// </summary>
/// <param name="trace">The trace of the device's access; its first line holds from the start.</param>
/// <param name="beyond">Round trip beyond the access, such as from the edge's place to the cloud's.</param>
public sealed class TracedLink(LinkTrace trace, Milliseconds beyond)
{
    /// <summary>The round trip of an empty request that begins at a time.</summary>
    public double RoundTrip(double at)
    {
        LinkTraceStep now = Step(at, out _);
        return now.Up.Delay.Value + now.Down.Delay.Value + beyond.Value;
    }

    /// <summary>The bandwidth from the device at a time.</summary>
    public BitsPerSecond Bandwidth(double at) => Step(at, out _).Up.Rate;

    /// <summary>When the last byte arrives.</summary>
    /// <param name="start">When the first could leave, milliseconds.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="up">Whether they go from the device.</param>
    /// <param name="speed">The rate that this transfer really gets is this many times the trace's: noise.</param>
    public double Arrival(double start, long bytes, bool up, double speed = 1)
    {
        double left = bytes * 8e3 / speed, at = start;
        while (true)
        {
            LinkTraceStep step = Step(at, out double next);
            double rate = (up ? step.Up : step.Down).Rate.Value;
            double needs = double.IsPositiveInfinity(rate) ? 0 : left / rate;
            // Half the round trip, as everywhere in the cost model, whichever way.
            if (at + needs <= next) return at + needs + ((step.Up.Delay.Value + step.Down.Delay.Value + beyond.Value) / 2);
            left -= (next - at) * rate;
            at = next;
        }
    }

    private LinkTraceStep Step(double at, out double next)
    {
        LinkTraceStep? step = trace.At(new(at), out Milliseconds end);
        next = end.Value;
        return step ?? trace.Steps[0];
    }
}
