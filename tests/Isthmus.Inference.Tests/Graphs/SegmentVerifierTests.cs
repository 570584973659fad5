using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Tests.Shared;

namespace Isthmus.Inference.Tests.Graphs;

public sealed class SegmentVerifierTests
{
    [Theory]
    [InlineData("mobilenet_v1_0.25_128.onnx")]
    [InlineData("mobilenet_v1_0.5_160.onnx")]
    [InlineData("squeezenet1.1.onnx")]
    public void Compare_EveryCutOfARealNetwork_EqualsTheWhole(string file) =>
        EveryCutEqualsTheWhole(ModelAnalysis.Analyse(OnnxModel.Load(DevelopmentData.Model(file))), minCuts: 15);

    [Theory]
    [InlineData(nameof(Networks.Residual), 5)]
    [InlineData(nameof(Networks.Inception), 5)]
    [InlineData(nameof(Networks.OpenBatch), 5)]
    [InlineData(nameof(Networks.Quantized), 2)]
    [InlineData(nameof(Networks.Conditional), 2)]
    [InlineData(nameof(Networks.TwoOutputs), 3)]
    [InlineData(nameof(Networks.DynamicReshape), 2)]
    [InlineData(nameof(Networks.OldOpset), 3)]
    [InlineData(nameof(Networks.SharedWeights), 4)]
    public void Compare_EveryCutOfASmallNetwork_EqualsTheWhole(string network, int minCuts) =>
        EveryCutEqualsTheWhole(ModelAnalysis.Analyse(Networks.Create(network).Build()), minCuts, everyPair: true, optimised: network != nameof(Networks.Quantized));

    [Fact]
    public void Compare_CutsInsideTheBranches_EqualTheWhole()
    {
        ModelAnalysis analysis = ModelAnalysis.Analyse(Networks.Inception().Build());
        NetworkGraph graph = analysis.Model.Graph;
        // Just before each concatenation every branch crosses.
        foreach (GraphNode concat in graph.Nodes.Where(n => n.Operator == "Concat" && n.Inputs.Length > 2))
            Check(analysis, [analysis.FindCut(string.Join(',', concat.Inputs))]);
    }

    [Fact]
    public void Compare_TailOfANetworkWithOpenBatch_TakesTwoAtOnce()
    {
        ModelAnalysis analysis = ModelAnalysis.Analyse(Networks.Residual(openBatch: true).Build());
        CutAnalysis cut = analysis.Cuts[2];
        using SegmentVerifier verifier = new(analysis.Model, ModelSplitter.Extract(analysis, [cut]), [cut.TensorNames]);
        using Tensor two = Tensor.Rent(ElementType.Float32, new TensorShape(2, 3, 16, 16));
        for (int i = 0; i < two.Floats.Length; i++) two.Floats[i] = MathF.Sin(i);
        Assert.True(verifier.Compare(new Dictionary<string, Tensor> { ["image"] = two }, TestContext.Current.CancellationToken).Passed);
    }

    [Fact]
    public void Compare_WrongTail_FailsIt()
    {
        ModelAnalysis analysis = ModelAnalysis.Analyse(Networks.Residual().Build());
        NetworkBuilder other = Networks.Residual();
        byte[] weights = other.Graph.Initializer[^1].RawData.ToByteArray();
        weights[3] ^= 0x80;
        other.Graph.Initializer[^1].RawData = Google.Protobuf.ByteString.CopyFrom(weights);
        ModelAnalysis changed = ModelAnalysis.Analyse(other.Build());
        CutAnalysis cut = analysis.Cuts[0];

        SegmentVerification result = Run(analysis, [ModelSplitter.Extract(analysis, [cut])[0], ModelSplitter.Extract(changed, [cut])[1]], [cut]);

        Assert.False(result.Passed);
        Assert.InRange(result.MaxRelError, SegmentVerification.Tolerance, double.MaxValue);
    }

    private static void EveryCutEqualsTheWhole(ModelAnalysis analysis, int minCuts, bool everyPair = false, bool optimised = true)
    {
        Assert.InRange(analysis.Cuts.Length, minCuts, 100);
        Assert.Equal(Enumerable.Range(0, analysis.Cuts.Length).Select(i => $"c{i:00}"), analysis.Cuts.Select(c => c.Id));
        for (int i = 0; i < analysis.Cuts.Length; i++)
        {
            Check(analysis, [analysis.Cuts[i]], optimised);
            // The tensors of equivalent cuts are valid where a user names them.
            foreach (System.Collections.Immutable.ImmutableArray<string> other in analysis.Cuts[i].Cut.Equivalents)
            {
                CutAnalysis named = analysis.FindCut(string.Join(',', other));
                Assert.Equal((analysis.Cuts[i].Bytes, analysis.Cuts[i].MacShare), (named.Bytes, named.MacShare));
                if (everyPair) Check(analysis, [named], optimised);
            }

            int last = everyPair ? analysis.Cuts.Length - 1 : Math.Min(i + 1, analysis.Cuts.Length - 1);
            for (int j = i + 1; j <= last; j++) Check(analysis, [analysis.Cuts[i], analysis.Cuts[j]], optimised);
        }
    }

    private static void Check(ModelAnalysis analysis, CutAnalysis[] cuts, bool optimised = true)
    {
        SegmentVerification result = Run(analysis, ModelSplitter.Extract(analysis, cuts), cuts, optimised);
        Assert.True(result.Passed, $"{string.Join(" then ", cuts.Select(c => c.Cut))}: {result}");
    }

    private static SegmentVerification Run(ModelAnalysis analysis, IReadOnlyList<byte[]> segments, CutAnalysis[] cuts, bool optimised = true)
    {
        using SegmentVerifier verifier = new(analysis.Model, segments, [.. cuts.Select(c => c.TensorNames)], optimised);
        IReadOnlyDictionary<string, Tensor> inputs = SyntheticInput.Create(analysis.Inputs, seed: 5);
        try
        {
            return verifier.Compare(inputs, TestContext.Current.CancellationToken);
        }
        finally
        {
            foreach (Tensor input in inputs.Values) input.Dispose();
        }
    }
}
