namespace Isthmus.Core.Planning;

/// <summary>Which nodes run which part of the network, in positions; how the input and the tensors cross is left open.</summary>
/// <param name="Device">Where the image is.</param>
/// <param name="Node">The first node that is not the device; of a device-only plan, the device.</param>
/// <param name="From">Where its segment begins; −1 is the input. Otherwise the device runs what is before.</param>
/// <param name="To">Where its segment ends.</param>
/// <param name="LastNode">The node that finishes; −1 if there is none after it.</param>
internal readonly record struct PlanShape(int Device, int Node, int From, int To, int LastNode);
