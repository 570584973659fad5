using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Lab.Reproduction.Jalad;

namespace Isthmus.Lab.Tests.Reproduction.Jalad;

public sealed class JaladMethodTests
{
    private static readonly ImmutableArray<JaladMethod> Methods =
        JaladMethod.All([InputEncoding.Jpeg(75), InputEncoding.Jpeg(25)], [CodecSpec.Raw, CodecSpec.Half, .. Enumerable.Range(1, 8).Select(CodecSpec.Huffman)]);

    [Theory]
    [InlineData(0.1e6)]
    [InlineData(2.4e6)]
    [InlineData(8e6)]
    [InlineData(1e9)]
    public void All_AtAnyBandwidth_IsthmusIsPredictedNoSlowerThanAnyOther(double rate)
    {
        Dictionary<string, RankedPlan> plans = Methods.ToDictionary(m => m.Name, m => Plan(m, rate));
        RankedPlan ours = plans[JaladMethod.Isthmus];
        Assert.All(plans.Values, p => Assert.True(ours.Latency <= p.Latency));
        Assert.Equal(CostTerms.ComputingAndTransfer, Methods.Single(m => m.Name == JaladMethod.JaladPaper).Terms);
        Assert.All(plans.Values, p => Assert.True(p.AccuracyLoss <= 0.02));
    }

    [Theory]
    [InlineData(2.4e6)]
    [InlineData(1e9)]
    public void All_Plans_AreWhatTheMethodsAreAllowed(double rate)
    {
        Dictionary<string, Plan> plans = Methods.ToDictionary(m => m.Name, m => Plan(m, rate).Plan);
        Assert.Equal("device", plans[JaladMethod.Device].Describe());
        Assert.Equal("pixels → cloud", plans[JaladMethod.Origin].Describe());
        Assert.Equal("png → cloud", plans[JaladMethod.Png].Describe());
        // The lower quality changes too many answers.
        Assert.Equal("jpeg:75 → cloud", plans[JaladMethod.Jpeg].Describe());
        Assert.All(plans[JaladMethod.JaladSplit].Segments.Where(s => s.Codec is not null), s => Assert.Equal(CodecKind.Huffman, s.Codec!.Value.Kind));
        Assert.False(plans[JaladMethod.JaladSplit].IsSingleNode);
        Assert.False(plans[JaladMethod.IsthmusSplit].IsSingleNode);
        Assert.DoesNotContain(plans[JaladMethod.Neurosurgeon].Segments, s => s.Codec is { Kind: not CodecKind.Raw });
    }

    private static RankedPlan Plan(JaladMethod method, double rate)
    {
        PlanningRequest request = Request(method, rate);
        return CostModel.Of(request with { Terms = CostTerms.Everything }).Rank(Planner.Plan(request).Winner.Plan, Objective.Latency);
    }

    private static PlanningRequest Request(JaladMethod method, double rate) => new(ProfileIndex.Of(InventedProfile.Create()))
    {
        Space = method.Space,
        Terms = method.Terms,
        Constraints = Constraints.None with { MaxAccuracyLoss = 0.02 },
        Links = [InventedProfile.Link("device", "cloud", rate), InventedProfile.Link("cloud", "device", rate)],
    };
}
