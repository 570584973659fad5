using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Dag;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Tests.Profiling;

public sealed class CutProfilerTests
{
    [Fact]
    public async Task MeasureAsync_AProposalOfTwoTensors_IsPlannedWithAndCarriedOutLikeAnyOtherCut()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        string[] pictures = [TinyNetwork.Photo("coffee.jpg"), TinyNetwork.Photo("rocket.jpg")];
        ProfilerOptions options = new() { Samples = 1, Repeats = 3, Codecs = [CodecSpec.Raw, CodecSpec.Half], Inputs = [InputEncoding.File] };
        Profile profile = await new Profiler(tiers.Network, tiers.Analysis, nodes, options).MeasureAsync(pictures, cancellationToken: Cancel);
        MeasuredOperators operators = await new OperatorProfiler(tiers.Network, tiers.Analysis, nodes, ProfileIndex.Of(profile), options).MeasureAsync(pictures, cancellationToken: Cancel);
        Assert.Equal(["cloud", "device", "edge"], operators.Times.Keys.Order());
        Assert.All(operators.Times.Values, times => Assert.All(times, t => Assert.InRange(t, 0, 1e4)));
        Assert.All(operators.Codecs, c => Assert.Equal(options.Codecs, c.Select(k => k.Codec)));
        Assert.Equal(operators.Graph.Tensors.Select(t => t.Description.ByteLength), operators.Codecs.Select(c => c[0].Bytes), (raw, bytes) => bytes > raw && bytes < raw + 400);

        // The network's branches: both on the device, where they are joined beyond.
        GraphNode join = tiers.Network.Model.Graph.Nodes.Single(n => n.Operator == "Concat");
        Dictionary<string, string> pins = join.Inputs.ToDictionary(t => t, _ => "device");
        pins[join.Outputs[0]] = "edge";
        CostModel costs = new(ProfileIndex.Of(profile), nodes.CurrentLinks());
        ImmutableArray<DagProposal> found = DagProposals.Find(costs, operators, options.Codecs, keepInputOnDevice: true, pins, cancellationToken: Cancel);
        DagProposal[] proposals = [.. found.Where(p => p.Segments.Length == 2 && p.Objective == "latency").Take(1)];
        Assert.Equal(join.Inputs, Assert.Single(proposals.Single().Cuts));

        Profile grown = await new CutProfiler(tiers.Network, tiers.Analysis, nodes, profile, options).MeasureAsync(proposals, pictures, cancellationToken: Cancel);
        grown = ProfileFile.Parse(ProfileFile.Serialize(grown));
        Plan plan = CutProfiler.PlanOf(grown, proposals[0]);
        Assert.True(new CostModel(ProfileIndex.Of(grown), nodes.CurrentLinks()).Cost(plan).Total.Value > 0);

        await using Pipeline pipeline = new(tiers.Network, grown.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        Plan raw = plan with { Segments = [plan.Segments[0] with { Codec = CodecSpec.Raw }, plan.Segments[1]] };
        foreach (string picture in pictures)
        {
            ImageAnswer alone = await pipeline.RunAsync(tiers.DeviceOnly(), picture, Cancel), apart = await pipeline.RunAsync(raw, picture, Cancel);
            Assert.Null(apart.Fallback);
            Assert.Equal(["device", "edge"], apart.Where.Select(w => w.Node));
            Assert.Equal(alone.Top.Select(t => t.Index), apart.Top.Select(t => t.Index));
            Assert.Equal(alone.Top.Select(t => t.Score), apart.Top.Select(t => t.Score), (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
