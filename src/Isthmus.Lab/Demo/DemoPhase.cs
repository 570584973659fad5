using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Lab.Demo;

/// <summary>A stretch of the demo under the same conditions.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Story">What a user might be doing.</param>
/// <param name="DeviceToEdge">The emulated link from the device to the edge, the same in both directions.</param>
/// <param name="DeviceToCloud">The emulated link from the device to the cloud.</param>
/// <param name="EdgeToCloud">The emulated link from the edge to the cloud.</param>
/// <param name="Constraints">What plans must satisfy in this phase.</param>
public sealed record DemoPhase(string Name, string Story, LinkConditions DeviceToEdge, LinkConditions DeviceToCloud, LinkConditions EdgeToCloud, Constraints Constraints)
{
    // Of a handful of photographs, not one may change its answer.
    private static readonly Constraints Faithful = Constraints.None with { MaxAccuracyLoss = 0.02 };

    /// <summary>The four phases of the demo. The numbers are chosen, not measured anywhere; links and slow-downs are emulated.</summary>
    public static ImmutableArray<DemoPhase> Default { get; } =
    [
        new("office Wi-Fi", "Good links to both: a fast cloud behind fibre.", Link(50, 4), Link(30, 20), Link(100, 16), Faithful),
        new("busy cell", "Outdoors: the edge of the cell is near, the way to the cloud is crowded.", Link(6, 20), Link(0.4, 80), Link(50, 20), Faithful),
        new("tunnel", "Hardly any link at all.", Link(0.6, 300), Link(0.3, 500), Link(50, 20), Faithful),
        new(
            "private", "Good Wi-Fi to an edge that passes on to the cloud; the raw input may not leave the device.",
            Link(50, 4), Link(0.4, 80), Link(50, 16), Faithful with { KeepInputOnDevice = true }),
    ];

    /// <summary>The links in one line, each with its rate and its round-trip time.</summary>
    public string DescribeLinks() => $"edge {Describe(DeviceToEdge)}, cloud {Describe(DeviceToCloud)}, edge to cloud {Describe(EdgeToCloud)}";

    private static string Describe(LinkConditions link) => $"{link.Rate} {2 * link.Delay.Value:0.#} ms";

    private static LinkConditions Link(double megabits, double roundTrip) => new(new BitsPerSecond(megabits * 1e6), new Milliseconds(roundTrip / 2));
}
