using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Tests.Shared;

namespace Isthmus.Core.Tests.Graphs;

public sealed class CutFinderTests
{
    private static readonly CutSearchOptions All = new() { MergeEquivalent = false, Stretch = 2 };

    [Fact]
    public void Find_RandomNetworks_FindsExactlyTheSingleTensorCutsOfAnExhaustiveSearch()
    {
        int withCuts = 0;
        for (int seed = 0; seed < 500; seed++)
        {
            RandomNetwork network = RandomNetwork.Create(seed, maxNodes: 9);
            NetworkGraph graph = network.Model.Graph;
            string[] expected = [.. ExhaustiveCuts.Of(graph, network.Tensors).Where(h => h.Tensors.Length == 1).Select(h => $"{h.Tensors[0]} {h.Nodes.Count} {h.Macs} {h.Bytes}").Order()];
            string[] actual = [.. CutFinder.Find(graph, network.Tensors, All with { MaxTensors = 1 }).Select(c => $"{c.Tensors[0]} {c.HeadNodes} {c.HeadMacs} {c.Bytes}").Order()];
            Assert.Equal(expected, actual);
            if (expected.Length > 0) withCuts++;
        }

        Assert.InRange(withCuts, 100, 499);
    }

    [Fact]
    public void Find_RandomNetworks_ListsOnlyValidNestedUsefulCuts_AndTheBestOfEachRegion()
    {
        int several = 0;
        for (int seed = 0; seed < 500; seed++)
        {
            RandomNetwork network = RandomNetwork.Create(seed, maxNodes: 9);
            NetworkGraph graph = network.Model.Graph;
            List<ExhaustiveCuts.Head> valid = ExhaustiveCuts.Of(graph, network.Tensors);
            Cut[] cuts = [.. CutFinder.Find(graph, network.Tensors, All)];

            List<ExhaustiveCuts.Head> heads = [];
            foreach (Cut cut in cuts)
            {
                ExhaustiveCuts.Head head = Assert.Single(valid, v => v.Tensors.ToHashSet().SetEquals(cut.Tensors));
                Assert.Equal((head.Tensors, head.Bytes, head.Macs, head.Nodes.Count), (cut.Tensors.ToArray(), cut.Bytes, cut.HeadMacs, cut.HeadNodes), (a, b) =>
                    a.Item1.SequenceEqual(b.Item1) && (a.Item2, a.Item3, a.Item4) == (b.Item2, b.Item3, b.Item4));
                if (heads.Count > 0) Assert.ProperSubset(head.Nodes, heads[^1].Nodes);
                heads.Add(head);
            }

            Cut[] singles = [.. cuts.Where(c => c.Tensors.Length == 1)];
            foreach (Cut cut in cuts.Where(c => c.Tensors.Length > 1))
            {
                several++;
                Assert.False(singles.Any(s => s.HeadNodes < cut.HeadNodes && s.Bytes <= cut.Bytes) && singles.Any(s => s.HeadNodes > cut.HeadNodes && s.Bytes <= cut.Bytes));
            }

            CheckBestOfEachRegion(network, graph, valid, cuts, singles);
        }

        Assert.InRange(several, 30, int.MaxValue);
    }

    [Fact]
    public void Find_DisguisedNetwork_GivesTheSameIdsAndCuts()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            RandomNetwork network = RandomNetwork.Create(seed, maxNodes: 40);
            (RandomNetwork other, IReadOnlyDictionary<string, string> names) = network.Disguise(seed + 1);
            IEnumerable<string> expected = CutFinder.Find(network.Model.Graph, network.Tensors)
                .Select(c => $"{c.Id} {string.Join(',', c.Tensors.Select(t => names[t]))} {c.Bytes} {c.HeadMacs} {c.HeadNodes} {string.Join(';', c.Equivalents.Select(e => string.Join(',', e.Select(t => names[t]))))}");
            IEnumerable<string> actual = CutFinder.Find(other.Model.Graph, other.Tensors)
                .Select(c => $"{c.Id} {string.Join(',', c.Tensors)} {c.Bytes} {c.HeadMacs} {c.HeadNodes} {string.Join(';', c.Equivalents.Select(e => string.Join(',', e)))}");
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Find_LimitedBudget_StaysCanonicalAndNested()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            RandomNetwork network = RandomNetwork.Create(seed, maxNodes: 60);
            (RandomNetwork other, IReadOnlyDictionary<string, string> names) = network.Disguise(seed);
            CutSearchOptions options = new() { MaxStates = 100 };
            IEnumerable<string> expected = CutFinder.Find(network.Model.Graph, network.Tensors, options).Select(c => $"{c.Id} {string.Join(',', c.Tensors.Select(t => names[t]))}");
            Assert.Equal(expected, CutFinder.Find(other.Model.Graph, other.Tensors, options).Select(c => $"{c.Id} {string.Join(',', c.Tensors)}"));
        }
    }

    [Fact]
    public void Find_EquivalentTensorsInARow_AreOneCutAtTheLast()
    {
        NetworkBuilder builder = new();
        string conv = builder.Conv(builder.Image(3, 8), 3, 4, 3);
        string relu = builder.Node("Relu", [conv]);
        string dropped = builder.Node("Dropout", [relu]);
        string flat = builder.Node("Reshape", [dropped, builder.Integers(1, 256)]);
        builder.Output(builder.Node("Gemm", [flat, builder.Weights(256, 10)]));
        NetworkGraph graph = builder.Build().Graph;

        Cut cut = Assert.Single(CutFinder.Find(graph, Describe((conv, [1, 4, 8, 8]), (relu, [1, 4, 8, 8]), (dropped, [1, 4, 8, 8]), (flat, [1, 256]))));

        Assert.Equal([flat], cut.Tensors);
        Assert.Equal([[conv], [relu], [dropped]], cut.Equivalents.Select(e => e.ToArray()));
    }

    [Fact]
    public void Find_QuantizedPair_IsCutOnceAfterTheDequantizer()
    {
        NetworkBuilder builder = new();
        string scale = builder.Scalar(0.1f), zero = builder.Initializer(ElementType.UInt8, [128], []);
        string conv = builder.Conv(builder.Image(3, 8), 3, 4, 3);
        string quantized = builder.Node("QuantizeLinear", [conv, scale, zero]);
        string restored = builder.Node("DequantizeLinear", [quantized, scale, zero]);
        builder.Output(builder.Conv(restored, 4, 4, 3));
        Dictionary<string, TensorDescription> tensors = Describe((conv, [1, 4, 8, 8]), (restored, [1, 4, 8, 8]));
        tensors.Add(quantized, new(quantized, ElementType.UInt8, new TensorShape(1, 4, 8, 8)));

        Cut cut = Assert.Single(CutFinder.Find(builder.Build().Graph, tensors));

        Assert.Equal([restored], cut.Tensors);
    }

    [Fact]
    public void Find_ShapeOfAnEarlierTensorIsNeededLater_DoesNotCutBetween()
    {
        NetworkBuilder builder = new();
        string first = builder.Conv(builder.Image(3, 8), 3, 4, 3);
        string shape = builder.Node("Shape", [first]);
        string second = builder.Conv(first, 4, 4, 3);
        string reshaped = builder.Node("Reshape", [second, shape]);
        string third = builder.Conv(reshaped, 4, 4, 3);
        builder.Output(third);
        Dictionary<string, TensorDescription> tensors = Describe((first, [1, 4, 8, 8]), (second, [1, 4, 8, 8]), (reshaped, [1, 4, 8, 8]), (third, [1, 4, 8, 8]));
        tensors.Add(shape, new(shape, ElementType.Int64, new TensorShape(4)));

        Assert.Equal([first, reshaped], CutFinder.Find(builder.Build().Graph, tensors).Where(c => c.Tensors.Length == 1).Select(c => c.Tensors[0]));
    }

    [Fact]
    public void Find_OutputMadeEarly_CrossesToo()
    {
        NetworkBuilder builder = new();
        string first = builder.Conv(builder.Image(3, 8), 3, 4, 3);
        string side = builder.Conv(first, 4, 1, 3);
        string second = builder.Conv(first, 4, 4, 3, stride: 2);
        string third = builder.Conv(second, 4, 4, 3);
        builder.Output(side).Output(third);
        Dictionary<string, TensorDescription> tensors = Describe((first, [1, 4, 8, 8]), (side, [1, 1, 8, 8]), (second, [1, 4, 4, 4]), (third, [1, 4, 4, 4]));

        Cut[] cuts = [.. CutFinder.Find(builder.Build().Graph, tensors)];

        Assert.Equal([first], cuts[0].Tensors);
        Assert.All(cuts.Skip(1), c => Assert.Contains(side, c.Tensors));
    }

    [Fact]
    public void Find_SubgraphUsesAnOuterTensor_CountsItAsInput()
    {
        NetworkBuilder builder = new();
        string first = builder.Conv(builder.Image(3, 8), 3, 4, 3);
        string second = builder.Conv(first, 4, 4, 3);
        GraphProto Branch(string captured)
        {
            GraphProto branch = new() { Name = "branch" };
            branch.Node.Add(new NodeProto { OpType = "Neg", Input = { captured }, Output = { captured + "_negative" } });
            branch.Output.Add(NetworkBuilder.Info(captured + "_negative", ElementType.Float32, null));
            return branch;
        }

        string condition = builder.Initializer(ElementType.Bool, [1], []);
        string chosen = builder.Node("If", [condition], NetworkBuilder.Subgraph("then_branch", Branch(first)), NetworkBuilder.Subgraph("else_branch", Branch(second)));
        builder.Output(builder.Conv(chosen, 4, 4, 3));
        NetworkGraph graph = builder.Build().Graph;

        Cut[] cuts = [.. CutFinder.Find(graph, Describe((first, [1, 4, 8, 8]), (second, [1, 4, 8, 8]), (chosen, [1, 4, 8, 8])))];

        Assert.Equal([first, chosen], cuts.Where(c => c.Tensors.Length == 1).Select(c => c.Tensors[0]));
        Assert.Equal([condition, second, first], graph.Producer(chosen)!.Inputs);
    }

    [Fact]
    public void Find_NormalisedInput_IsNoCut()
    {
        NetworkBuilder builder = new();
        string image = builder.Image(3, 8);
        string scaled = builder.Node("Div", [builder.Node("Sub", [image, builder.Weights(1)]), builder.Weights(1)]);
        string conv = builder.Conv(scaled, 3, 4, 3);
        builder.Output(builder.Conv(conv, 4, 4, 3));
        string subtracted = builder.Graph.Node[0].Output[0];

        Cut cut = Assert.Single(CutFinder.Find(builder.Build().Graph, Describe((image, [1, 3, 8, 8]), (subtracted, [1, 3, 8, 8]), (scaled, [1, 3, 8, 8]), (conv, [1, 4, 8, 8]))));

        Assert.Equal([conv], cut.Tensors);
    }

    [Fact]
    public void Find_LongStretchWithoutASingleTensor_ListsTheNarrowestOfEachStretch()
    {
        // Two towers side by side from input to output, each tensor larger than the input.
        NetworkBuilder builder = new();
        string image = builder.Image(3, 8);
        Dictionary<string, TensorDescription> tensors = Describe((image, [1, 3, 8, 8]));
        string[] towers = [image, image];
        for (int layer = 0; layer < 16; layer++)
        {
            for (int t = 0; t < 2; t++)
            {
                towers[t] = builder.Conv(towers[t], layer == 0 ? 3 : 8, 8, 3);
                tensors.Add(towers[t], new(towers[t], ElementType.Float32, new TensorShape(1, 8, 8, 8)));
            }
        }

        builder.Output(builder.Node("Add", towers));

        Cut[] cuts = [.. CutFinder.Find(builder.Build().Graph, tensors)];

        Assert.InRange(cuts.Length, 7, 9);
        Assert.All(cuts, c => Assert.Equal(2, c.Tensors.Length));
    }

    [Fact]
    public void Find_LayerOfThousandsOfParallelNodes_EndsWithinItsBudget()
    {
        NetworkBuilder builder = new();
        string image = builder.Image(3, 8);
        Dictionary<string, TensorDescription> tensors = Describe((image, [1, 3, 8, 8]));
        string first = builder.Node("Relu", [image]);
        string[] parallel = [.. Enumerable.Range(0, 6000).Select(_ => builder.Node("Relu", [first]))];
        string sum = builder.Node("Sum", parallel);
        builder.Output(builder.Node("GlobalAveragePool", [sum]));
        foreach (string name in parallel.Append(first).Append(sum)) tensors.Add(name, new(name, ElementType.Float32, new TensorShape(1, 3, 8, 8)));

        Assert.Contains(CutFinder.Find(builder.Build().Graph, tensors, All with { MaxStates = 20_000 }), c => c.Tensors.SequenceEqual([sum]));
    }

    [Theory]
    [InlineData("nothing", "is no cut's id and no activation")]
    [InlineData("image", "is the model's input")]
    [InlineData("t3", "also needs the model's input")]
    [InlineData("t9", "nothing comes after")]
    public void At_NoCut_SaysWhy(string tensor, string why)
    {
        NetworkBuilder builder = new();
        string image = builder.Image(3, 8);
        string left = builder.Conv(image, 3, 4, 3), right = builder.Conv(image, 3, 4, 3);
        string sum = builder.Node("Add", [left, right]);
        builder.Output(sum);
        Assert.Equal("t3", left);
        Assert.Equal("t9", sum);

        IsthmusException e = Assert.Throws<IsthmusException>(() => CutFinder.At(builder.Build(), [tensor], Describe((left, [1, 4, 8, 8]), (right, [1, 4, 8, 8]), (sum, [1, 4, 8, 8]))));

        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    // The head that saves most against going straight from one single-tensor cut to the next must be listed.
    private static void CheckBestOfEachRegion(RandomNetwork network, NetworkGraph graph, List<ExhaustiveCuts.Head> valid, Cut[] cuts, Cut[] singles)
    {
        int total = graph.Nodes.Count(n => !n.IsConstant);
        long totalMacs = graph.Nodes.Sum(n => MacCounter.Count(n, graph, network.Tensors));
        List<(int Nodes, long Macs, long Bytes)> ends =
        [
            (-1, 0, graph.Inputs.Sum(i => network.Tensors[i.Name].ByteLength)),
            .. singles.Select(s => (s.HeadNodes, s.HeadMacs, s.Bytes)),
            (total + 1, totalMacs, graph.Outputs.Sum(o => network.Tensors[o.Name].ByteLength)),
        ];
        for (int i = 1; i < ends.Count; i++)
        {
            (int Nodes, long Macs, long Bytes) from = ends[i - 1], to = ends[i];
            if (from.Macs == to.Macs) continue;
            double Saving(long macs, long bytes) => from.Bytes + ((macs - from.Macs) / (double)(to.Macs - from.Macs) * (to.Bytes - from.Bytes)) - bytes;
            long Narrowest(IEnumerable<Cut> some) => some.Select(s => s.Bytes).DefaultIfEmpty(long.MaxValue).Min();
            long limit = Math.Max(Narrowest(singles.Where(s => s.HeadNodes <= from.Nodes)), Narrowest(singles.Where(s => s.HeadNodes >= to.Nodes)));
            ExhaustiveCuts.Head? best = valid.Where(v => v.Tensors.Length is > 1 and <= 4 && v.Nodes.Count > from.Nodes && v.Nodes.Count < to.Nodes).MaxBy(v => Saving(v.Macs, v.Bytes));
            if (best is null || Saving(best.Macs, best.Bytes) <= 1e-6 || best.Bytes >= limit || best.Macs == from.Macs || best.Macs == to.Macs) continue;
            Assert.Contains(cuts, c => c.HeadNodes > from.Nodes && c.HeadNodes < to.Nodes && Math.Abs(Saving(c.HeadMacs, c.Bytes) - Saving(best.Macs, best.Bytes)) < 1e-6);
        }
    }

    private static Dictionary<string, TensorDescription> Describe(params (string Name, long[] Shape)[] tensors) =>
        tensors.ToDictionary(t => t.Name, t => new TensorDescription(t.Name, ElementType.Float32, new TensorShape(t.Shape)), StringComparer.Ordinal);
}
