using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Import;
using Isthmus.Tests.Shared;

namespace Isthmus.Inference.Tests.Graphs;

/// <summary>The embedded default network: large, and branched all the way.</summary>
public sealed class InceptionTests
{
    private static readonly Lazy<ModelAnalysis> Analysis = new(() =>
        ModelAnalysis.Analyse(OnnxModel.Parse(TfliteImporter.Import(File.ReadAllBytes(DevelopmentData.InceptionTflite), new ImportOptions()).Model, "inception_v3")));

    // Szegedy et al., "Rethinking the Inception Architecture", table 1 and section 6: 5 billion multiply-adds, and 5.7 as counted since.
    [Fact]
    public void Analyse_Inception_CountsWhatWasPublished()
    {
        Assert.InRange(Analysis.Value.Macs, 5.6e9, 5.8e9);
        Assert.InRange(Analysis.Value.Parameters, 23.5e6, 24.1e6);
    }

    [Fact]
    public void Analyse_Inception_CutsBetweenItsElevenBlocks_AndInsideThem()
    {
        ModelAnalysis analysis = Analysis.Value;
        NetworkGraph graph = analysis.Model.Graph;
        GraphNode[] blocks = [.. graph.Nodes.Where(n => n.Operator == "Concat" && graph.Consumers(n.Outputs[0]).Count > 1)];
        Assert.InRange(blocks.Length, 10, 11);
        Assert.All(blocks, b => Assert.Contains(analysis.Cuts, c => c.TensorNames.SequenceEqual([b.Outputs[0]]) || c.Cut.Equivalents.Any(e => e.SequenceEqual([b.Outputs[0]]))));
        Assert.Contains(analysis.Cuts, c => c.TensorNames.Length > 1);
    }

    [Fact]
    public void Compare_CutsOfInception_EqualTheWhole()
    {
        ModelAnalysis analysis = Analysis.Value;
        CutAnalysis[] several = [.. analysis.Cuts.Where(c => c.TensorNames.Length > 1)];
        CutAnalysis[] single = [.. analysis.Cuts.Where(c => c.TensorNames.Length == 1)];
        NetworkGraph graph = analysis.Model.Graph;
        GraphNode block = graph.Nodes.First(n => n.Operator == "Concat" && n.Inputs.Length == 4);
        Check(analysis, [several[0]]);
        Check(analysis, [single[single.Length / 3], several[^1]]);
        Check(analysis, [analysis.FindCut(string.Join(',', block.Inputs))]);
    }

    private static void Check(ModelAnalysis analysis, CutAnalysis[] cuts)
    {
        CutAnalysis[] ordered = [.. cuts.OrderBy(c => c.Cut.HeadNodes)];
        using SegmentVerifier verifier = new(analysis.Model, ModelSplitter.Extract(analysis, ordered), [.. ordered.Select(c => c.TensorNames)]);
        IReadOnlyDictionary<string, Tensor> inputs = SyntheticInput.Create(analysis.Inputs);
        try
        {
            SegmentVerification result = verifier.Compare(inputs, TestContext.Current.CancellationToken);
            Assert.True(result.Passed, $"{string.Join(" then ", ordered.Select(c => c.Cut))}: {result}");
        }
        finally
        {
            foreach (Tensor input in inputs.Values) input.Dispose();
        }
    }
}
