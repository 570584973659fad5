using System.Collections.Immutable;

namespace Isthmus.Core.Profiling.Curves;

/// <summary>Images of which the device's own network was about equally sure.</summary>
/// <param name="From">The least confidence in the bin, 0…1: the bin reaches up to the next one's.</param>
/// <param name="Count">How many images.</param>
/// <param name="DeviceRight">Of how many the device's network was right; without labels, said what the remote network says of the whole image.</param>
/// <param name="RemoteRight">Of how many the remote network was, given each of the table's fractions, in their order.</param>
public sealed record ConfidenceBin(double From, int Count, int DeviceRight, ImmutableArray<int> RemoteRight);
