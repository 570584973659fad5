using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>A way of the comparison: what the one planner may choose from. All may choose among the networks.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Summary">What it may choose, in a few words.</param>
/// <param name="Colour">Its colour in charts.</param>
/// <param name="Space">What the planner may choose from.</param>
public sealed record ZhaoMethod(string Name, string Summary, string Colour, SearchSpace Space)
{
    /// <summary>The names that claims and tables refer to.</summary>
    public const string Device = "device-only", Edge = "send all to the edge", Cloud = "send all to the cloud", Quality = "whole JPEG, quality chosen", Zhao = "Zhao et al.", Isthmus = "Isthmus";

    /// <summary>All ways, baselines first.</summary>
    /// <param name="profile">A profile of one of the networks; the others know the same forms of the picture.</param>
    public static ImmutableArray<ZhaoMethod> All(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        SearchSpace whole = new() { MaxCuts = 0 };
        ImmutableArray<InputEncoding> forms = [.. profile.Inputs.Select(i => i.Encoding)];
        return
        [
            new(Device, "any of the networks, whole, on the device", "#7f8c9b", whole with { Tiers = [Tier.Device] }),
            new(Edge, $"the whole picture as {ZhaoEffort.Jpeg} to the edge", "#d6336c", whole with { Tiers = [Tier.Edge], Inputs = [ZhaoEffort.Jpeg] }),
            new(Cloud, $"the whole picture as {ZhaoEffort.Jpeg} to the cloud", "#c2570c", whole with { Tiers = [Tier.Cloud], Inputs = [ZhaoEffort.Jpeg] }),
            new(Quality, "device, edge or cloud; a whole JPEG of any quality", "#2f9e44", whole with { Inputs = [.. forms.Where(f => f is { Kind: InputKind.Jpeg, IsPartial: false, Scale: 1 })] }),
            new(Zhao, $"node, network and fraction: the first part of {ZhaoEffort.Jpeg} by its curve, or nothing (Zhao et al.)", "#1971c2", whole with { OnlyCurves = true, Inputs = [.. Enumerable.Range(1, 1000).Select(t => ZhaoEffort.Jpeg.First(t / 1000.0))] }),
            new(Isthmus, "everything: node, network, any form and part of the picture, cuts and codecs", "#7048a8", SearchSpace.All),
        ];
    }
}
