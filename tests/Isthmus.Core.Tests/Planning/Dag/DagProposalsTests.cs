using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Dag;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tests.Graphs;
using Isthmus.Tests.Shared;

namespace Isthmus.Core.Tests.Planning.Dag;

public sealed class DagProposalsTests
{
    [Fact]
    public void Find_RandomNetworks_EqualsEveryPlacementAddedUpFromTheProfile()
    {
        Random random = new(1);
        int networks = 0, split = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            RandomNetwork network = RandomNetwork.Create(seed, maxNodes: 9);
            if (OperatorGraph.Of(network.Model.Graph, network.Tensors, []) is not { Operators.Length: <= 11 } graph) continue;
            Profile profile = SmallProfile.Create();
            MeasuredOperators operators = Invent(graph, random);
            CostModel costs = new(ProfileIndex.Of(profile));
            bool keep = random.Next(2) == 0;
            (double latency, double period) = Oracle(profile, operators, keep);
            ImmutableArray<DagProposal> found = DagProposals.Find(costs, operators, [CodecSpec.Raw], keep, options: new() { TimeLimit = TimeSpan.FromHours(1) }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(latency, found.Single(p => p.Objective == "latency").Answer.Value, 1e-6);
            Assert.Equal(period, found.Single(p => p.Objective == "throughput").Answer.Value, 1e-6);
            foreach (DagProposal proposal in found)
            {
                Assert.Equal(proposal.Segments[0].Node == "cloud", proposal.Input.Kind != InputKind.Local);
                foreach (ImmutableArray<string> cut in proposal.Cuts)
                {
                    // What crosses is a cut that the graph's own rules accept, in the same order.
                    Assert.Equal(CutFinder.At(network.Model, cut, network.Tensors).Tensors, cut);
                    split++;
                }
            }

            networks++;
        }

        Assert.True(networks > 100 && split > 30, $"{networks} networks, {split} split");
    }

    [Fact]
    public void Find_TwoBranchesPinnedToDifferentNodes_SeveralTensorsCross()
    {
        NetworkBuilder b = new();
        string x = b.ConvRelu(b.Image(3, 16), 3, 4, 3), left = b.ConvRelu(x, 4, 2, 1), right = b.ConvRelu(x, 4, 2, 3), both = b.Concat(left, right);
        OnnxModel model = b.Output(b.MaxPool(both)).Build();
        Dictionary<string, TensorDescription> tensors = model.Graph.Nodes.SelectMany(n => n.Outputs).Append("image")
            .ToDictionary(t => t, t => new TensorDescription(t, Core.Tensors.ElementType.Float32, new(1, 2, 16, 16)));
        MeasuredOperators operators = Invent(OperatorGraph.Of(model.Graph, tensors, [])!, new Random(1));
        CostModel costs = new(ProfileIndex.Of(SmallProfile.Create()));
        Dictionary<string, string> pins = new() { [left] = "device", [right] = "device", [both] = "cloud" };
        DagProposal found = DagProposals.Find(costs, operators, [CodecSpec.Raw], keepInputOnDevice: false, pins).First();
        Assert.Equal([left, right], Assert.Single(found.Cuts));
        Assert.Equal(["device", "cloud"], found.Segments.Select(s => s.Node));
        pins[x] = "cloud";
        Assert.Throws<IsthmusException>(() => DagProposals.Find(costs, operators, [CodecSpec.Raw], keepInputOnDevice: false, pins));
        Assert.Contains("'nothing'", Assert.Throws<IsthmusException>(
            () => DagProposals.Find(costs, operators, [CodecSpec.Raw], false, new Dictionary<string, string> { ["nothing"] = "cloud" })).Message, StringComparison.Ordinal);
    }

    private static MeasuredOperators Invent(OperatorGraph graph, Random random)
    {
        ImmutableArray<double> Times(double most) => [.. graph.Operators.Select(o => o.Nodes.IsEmpty ? 0 : most * random.NextDouble())];
        return new(
            graph,
            ImmutableDictionary.CreateRange(new[] { KeyValuePair.Create("device", Times(200)), KeyValuePair.Create("cloud", Times(40)) }),
            [.. graph.Tensors.Select(_ => ImmutableArray.Create(new TensorCodec(CodecSpec.Raw, random.Next(1, 20_000), random.NextDouble(), random.NextDouble())))],
            ImmutableDictionary<string, double>.Empty);
    }

    // All placements, with the profile's own numbers.
    private static (double Latency, double Period) Oracle(Profile profile, MeasuredOperators operators, bool keepInput)
    {
        NodeProfile device = profile.Nodes.Single(n => n.Name == "device"), cloud = profile.Nodes.Single(n => n.Name == "cloud");
        LinkProfile up = profile.Links.Single(l => l.From == "device"), down = profile.Links.SingleOrDefault(l => l.To == "device") ?? up;
        double Ms(long bytes) => 8e3 * bytes / up.Bandwidth.Value;
        double back = profile.Links.Any(l => l.To == "device") ? 8e3 * profile.OutputBytes / down.Bandwidth.Value : 0;
        double fixedCost = up.RoundTrip.Value + back + cloud.Overhead.Value;
        double[] paceEncode = [.. device.Codecs.Join(cloud.Codecs, c => (c.Cut, c.Codec), c => (c.Cut, c.Codec), (d, c) => (d, c)).Where(p => p.d.Codec == CodecSpec.Raw).Select(p => p.c.Decode.Value / p.d.Decode.Value).Order()];
        double pace = paceEncode[paceEncode.Length / 2];
        OperatorGraph graph = operators.Graph;
        double latency = double.PositiveInfinity, period = double.PositiveInfinity;
        int n = graph.Operators.Length;
        for (int set = 0; set < 1 << n; set++)
        {
            bool Remote(int op) => (set >> op & 1) == 1;
            if (graph.Tensors.Any(t => Remote(t.Producer) && t.Consumers.Any(c => !Remote(c)))) continue;
            // The graph's first operator takes the input, on which all others depend.
            if (Remote(0) && set != (1 << n) - 1) continue;
            if (Remote(0) && keepInput) continue;
            double onDevice = 0, onCloud = 0, onLink = 0;
            for (int i = 0; i < n; i++)
            {
                if (Remote(i)) onCloud += operators.Times["cloud"][i];
                else onDevice += operators.Times["device"][i];
            }

            if (Remote(0))
            {
                foreach (InputProfile input in profile.Inputs)
                {
                    InputTiming here = device.Inputs.Single(i => i.Encoding == input.Encoding), there = cloud.Inputs.Single(i => i.Encoding == input.Encoding);
                    double d = onDevice + here.Encode.Value, c = onCloud + there.Decode.Value, l = Ms(input.Bytes.Value);
                    latency = Math.Min(latency, d + c + l + fixedCost);
                    period = Math.Min(period, Math.Max(d, Math.Max(c, l)));
                }

                continue;
            }

            onDevice += device.Inputs.Single(i => i.Encoding.Kind == InputKind.Local).Decode.Value;
            for (int t = 0; t < graph.Tensors.Length; t++)
            {
                if (Remote(graph.Tensors[t].Producer) || !graph.Tensors[t].Consumers.Any(Remote)) continue;
                TensorCodec codec = operators.Codecs[t].Single();
                onDevice += codec.Encode;
                onLink += Ms(codec.Bytes);
                onCloud += codec.Decode * pace;
            }

            latency = Math.Min(latency, onDevice + onCloud + onLink + (set == 0 ? 0 : fixedCost));
            period = Math.Min(period, Math.Max(onDevice, Math.Max(onCloud, onLink)));
        }

        return (latency, period);
    }
}
