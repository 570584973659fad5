using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Bench.Zoo;

/// <summary>How the device is connected, as the study of the zoo assumes it; the edge always reaches the cloud at 50 Mbit/s in 20 ms, as in Scission's tables.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Bandwidth">Bandwidth from the device, to the edge and to the cloud alike.</param>
/// <param name="ToEdge">Round-trip time to the edge.</param>
/// <param name="ToCloud">Round-trip time to the cloud.</param>
public sealed record ZooLink(string Name, BitsPerSecond Bandwidth, Milliseconds ToEdge, Milliseconds ToCloud)
{
    /// <summary>From a bad radio cell to a wired network. The 1.6 and 20 Mbit/s rows have the numbers of Scission's two link tables.</summary>
    public static ImmutableArray<ZooLink> All { get; } =
    [
        new("0.25 Mbit/s", new(0.25e6), new(80), new(120)),
        new("1.6 Mbit/s", new(1.6e6), new(66.7), new(100)),
        new("5 Mbit/s", new(5e6), new(40), new(70)),
        new("20 Mbit/s", new(20e6), new(20), new(45)),
        new("100 Mbit/s", new(100e6), new(4), new(25)),
        new("1 Gbit/s", new(1e9), new(1), new(20)),
    ];

    /// <summary>The links between three nodes, in both directions.</summary>
    public ImmutableArray<LinkProfile> Between(string device, string edge, string cloud) =>
    [
        .. Both(device, edge, ToEdge, Bandwidth),
        .. Both(device, cloud, ToCloud, Bandwidth),
        .. Both(edge, cloud, new(20), new(50e6)),
    ];

    private static IEnumerable<LinkProfile> Both(string from, string to, Milliseconds roundTrip, BitsPerSecond bandwidth)
    {
        yield return new(from, to, roundTrip, bandwidth, Emulated: true);
        yield return new(to, from, roundTrip, bandwidth, Emulated: true);
    }
}
