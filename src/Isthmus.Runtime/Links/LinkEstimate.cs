using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>What is believed of one direction of a link.</summary>
/// <param name="RoundTrip">The time of an empty request and its answer.</param>
/// <param name="Bandwidth">The bandwidth that one request gets.</param>
/// <param name="Age">Since the last transfer that told something; infinite if there was none.</param>
/// <param name="RoundTripCount">How many transfers told the round-trip time so far.</param>
/// <param name="BandwidthCount">How many told the bandwidth.</param>
public sealed record LinkEstimate(Milliseconds RoundTrip, BitsPerSecond Bandwidth, Milliseconds Age, int RoundTripCount, int BandwidthCount)
{
    /// <summary>How long a request of this size is on its way, there and back, without the node's own time.</summary>
    public Milliseconds Transfer(ByteCount bytes) => RoundTrip + Bandwidth.TransferTime(bytes);
}
