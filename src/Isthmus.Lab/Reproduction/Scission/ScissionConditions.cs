using Isthmus.Core.Quantities;
using Isthmus.Lab.Demo;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>A table of links, the same in both directions.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="DeviceToEdge">Bandwidth from the device to the edge.</param>
/// <param name="EdgePing">Its round-trip time.</param>
/// <param name="DeviceToCloud">Bandwidth from the device to the cloud.</param>
/// <param name="CloudPing">Its round-trip time.</param>
/// <param name="EdgeToCloud">Bandwidth from the edge to the cloud.</param>
/// <param name="EdgeCloudPing">Its round-trip time.</param>
public sealed record ScissionConditions(
    string Name, BitsPerSecond DeviceToEdge, Milliseconds EdgePing, BitsPerSecond DeviceToCloud, Milliseconds CloudPing, BitsPerSecond EdgeToCloud, Milliseconds EdgeCloudPing)
{
    /// <summary>The table for the three emulated links.</summary>
    public DemoPhase ToPhase() => new(
        Name, "", new(DeviceToEdge, EdgePing * 0.5), new(DeviceToCloud, CloudPing * 0.5), new(EdgeToCloud, EdgeCloudPing * 0.5), Core.Planning.Constraints.None);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {ToPhase().DescribeLinks()}";
}
