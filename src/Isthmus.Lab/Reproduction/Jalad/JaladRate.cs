using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>Everything that ran at one bandwidth of the emulated link.</summary>
/// <param name="Rate">The emulated bandwidth, each way.</param>
/// <param name="MeasuredBandwidth">What the runtime measured of it, which it planned with.</param>
/// <param name="MeasuredRoundTrip">The round trip that it measured.</param>
/// <param name="Outcomes">The methods.</param>
public sealed record JaladRate(BitsPerSecond Rate, BitsPerSecond MeasuredBandwidth, Milliseconds MeasuredRoundTrip, ImmutableArray<JaladOutcome> Outcomes)
{
    /// <summary>The bandwidth as the paper counts: kilobytes (1000 bytes) per second.</summary>
    public double KilobytesPerSecond => Rate.Value / 8e3;

    /// <summary>The outcome of a method.</summary>
    public JaladOutcome Of(string method) => Outcomes.First(o => o.Method == method);
}
