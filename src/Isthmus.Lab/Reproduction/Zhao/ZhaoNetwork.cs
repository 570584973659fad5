using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>A network, as it was measured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Macs">Multiply-accumulates for one picture; null if not counted.</param>
/// <param name="Accuracy">Share, 0…1, of the calibration photographs that it answers rightly from the un-encoded picture.</param>
/// <param name="DeviceMs">Milliseconds for the whole network on the device.</param>
/// <param name="EdgeMs">On the edge.</param>
/// <param name="CloudMs">On the cloud.</param>
/// <param name="Curves">How its accuracy grows with the bytes, for each way to make them fewer.</param>
public sealed record ZhaoNetwork(string Name, long? Macs, double Accuracy, double? DeviceMs, double? EdgeMs, double? CloudMs, ImmutableArray<InputCurve> Curves)
{
    /// <summary>The curve of a family; null if it has none.</summary>
    public InputCurve? Curve(string family) => Curves.FirstOrDefault(c => c.Family == family);

    /// <summary>Mean bytes of the smallest part that is at most so much less accurate than the un-encoded picture; null if none is, or there is no such curve.</summary>
    /// <param name="family">The family.</param>
    /// <param name="loss">Points of accuracy, 0…1.</param>
    public double? BytesFor(string family, double loss) =>
        Curve(family) is { } curve && curve.Curve.Inverse(curve.Whole - loss) is { } fraction && fraction >= curve.Least ? curve.BytesAt(fraction).Value : null;

    internal static ZhaoNetwork Of(ZhaoVariant variant)
    {
        Profile profile = variant.Index.Profile;
        return new(
            variant.Name, profile.Macs, variant.Accuracy, variant.Index.Compute(Tiers.Device, null, null)?.Value, Whole(Tier.Edge), Whole(Tier.Cloud), profile.InputCurves);

        double? Whole(Tier tier) => profile.Nodes.FirstOrDefault(n => n.Tier == tier) is { } node ? variant.Index.Compute(node.Name, null, null)?.Value : null;
    }
}
