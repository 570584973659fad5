using System.Collections.Immutable;
using Isthmus.Core.Graphs;

namespace Isthmus.Core.Profiling.Curves;

/// <summary>
/// What the confidence of a small network on the device says about an image: whether it is right by itself, and whether the remote network would be with how much of the image.
/// Counts of images in bins of equal size, by rising confidence; confidence is the largest softmax probability.
/// </summary>
/// <param name="DeviceModel">The hash of the device's network.</param>
/// <param name="DeviceModelName">Its file name, for people.</param>
/// <param name="Family">The way in which the picture's bytes are made fewer: an <see cref="InputCurve.Family"/> of the same profile.</param>
/// <param name="Fractions">The fractions, rising; those of that curve's points.</param>
/// <param name="Bins">The bins, by rising confidence.</param>
public sealed record ConfidenceTable(ModelHash DeviceModel, string DeviceModelName, string Family, ImmutableArray<double> Fractions, ImmutableArray<ConfidenceBin> Bins)
{
    /// <summary>The most bins of a table.</summary>
    public const int MaxBins = 100;
}
