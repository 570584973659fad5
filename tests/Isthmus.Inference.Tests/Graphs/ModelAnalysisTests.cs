using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Tests.Shared;

namespace Isthmus.Inference.Tests.Graphs;

public sealed class ModelAnalysisTests
{
    // MACs: Howard et al., "MobileNets", tables 6–8 (the figures there are 41, 77 and 233 M with the classifier; 0.25/128 is 14 M);
    // parameters: 0.5, 1.3 and 2.6 M. SqueezeNet 1.1: 1.24 M parameters, 0.35 G MACs by the project's own page.
    [Theory]
    [InlineData("mobilenet_v1_0.25_128.onnx", 14e6, 0.47e6)]
    [InlineData("mobilenet_v1_0.5_160.onnx", 77e6, 1.34e6)]
    [InlineData("mobilenet_v1_0.75_192.onnx", 233e6, 2.59e6)]
    [InlineData("squeezenet1.1.onnx", 350e6, 1.235e6)]
    public void Analyse_PublishedNetwork_CountsWhatWasPublished(string file, double macs, double parameters)
    {
        ModelAnalysis analysis = ModelAnalysis.Analyse(OnnxModel.Load(DevelopmentData.Model(file)));
        Assert.InRange(analysis.Macs / macs, 0.96, 1.04);
        Assert.InRange(analysis.Parameters / parameters, 0.98, 1.02);
    }

    [Fact]
    public void Analyse_SqueezeNet_FindsTheSqueezeLayersOfItsFireModules()
    {
        ModelAnalysis analysis = ModelAnalysis.Analyse(OnnxModel.Load(DevelopmentData.Model("squeezenet1.1.onnx")));
        for (int fire = 2; fire <= 9; fire++) Assert.Contains(analysis.Cuts, c => c.TensorNames.SequenceEqual([$"fire{fire}/squeeze1x1_2"]));
        Assert.Equal([1, 16, 55, 55], analysis.FindCut("fire2/squeeze1x1_2").Tensors[0].Shape.Dimensions);
    }

    [Fact]
    public void Analyse_OpenBatch_IsRunWithOne()
    {
        NetworkBuilder builder = new();
        builder.Classifier(builder.ConvRelu(builder.Image(3, 8, openBatch: true), 3, 4, 3), 4, 10);
        ModelAnalysis analysis = ModelAnalysis.Analyse(builder.Build());
        Assert.Equal([1, 3, 8, 8], analysis.Inputs[0].Shape.Dimensions);
        Assert.Equal([1, 10], analysis.Outputs[0].Shape.Dimensions);
    }

    [Fact]
    public void Analyse_OtherOpenDimension_NamesTheFlagThatSetsIt()
    {
        NetworkBuilder builder = new();
        builder.Classifier(builder.ConvRelu(builder.Input("image", ElementType.Float32, 1, 3, -1, -1), 3, 4, 3), 4, 10);
        OnnxModel model = builder.Build();

        IsthmusException e = Assert.Throws<IsthmusException>(() => ModelAnalysis.Analyse(model));
        ModelAnalysis analysis = ModelAnalysis.Analyse(model, new Dictionary<string, long> { ["d2"] = 9, ["d3"] = 7 });

        Assert.Contains("--dimension d2=SIZE", e.Message, StringComparison.Ordinal);
        Assert.Equal([1, 3, 9, 7], analysis.Inputs[0].Shape.Dimensions);
    }

    [Fact]
    public void Analyse_ImpossibleInput_ThrowsModelError()
    {
        NetworkBuilder builder = new();
        builder.Classifier(builder.ConvRelu(builder.Input("image", ElementType.Float32, 1, 3, 1 << 20, 1 << 20), 3, 4, 3), 4, 10);
        Assert.Equal(ErrorKind.Model, Assert.Throws<IsthmusException>(() => ModelAnalysis.Analyse(builder.Build())).Kind);
    }

    [Fact]
    public void Analyse_UnknownOperator_ThrowsModelErrorThatNamesIt()
    {
        NetworkBuilder builder = new();
        builder.Output(builder.Node("Frobnicate", [builder.Image(3, 8)]));
        IsthmusException e = Assert.Throws<IsthmusException>(() => ModelAnalysis.Analyse(builder.Build()));
        Assert.Equal(ErrorKind.Model, e.Kind);
        Assert.Contains("Frobnicate", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OnnxModel.MinOpset)]
    [InlineData(OnnxModel.MaxOpset)]
    public void Analyse_OldestAndNewestOpset_Runs(int opset)
    {
        NetworkBuilder builder = new(opset);
        builder.Output(builder.ConvRelu(builder.ConvRelu(builder.Image(3, 8), 3, 4, 3), 4, 2, 3));
        Assert.NotEmpty(ModelAnalysis.Analyse(builder.Build()).Cuts);
    }

    [Fact]
    public void Analyse_Cancelled_Throws() =>
        Assert.ThrowsAny<OperationCanceledException>(() => ModelAnalysis.Analyse(Networks.Residual().Build(), progress: null, new CancellationToken(canceled: true)));

    [Fact]
    public void Analyse_NetworkOfThousandNodes_ShowsAllOfThem()
    {
        NetworkBuilder builder = new();
        string x = builder.Image(1, 2);
        for (int i = 0; i < 1300; i++) x = builder.Node(i % 2 == 0 ? "Relu" : "Neg", [x]);
        builder.Output(x);
        Assert.Equal(1301, ModelAnalysis.Analyse(builder.Build()).Tensors.Count);
    }

    [Fact]
    public void FindCut_NamesInAnyOrder_GivesCanonicalOrder()
    {
        NetworkBuilder builder = new();
        string image = builder.Image(3, 8);
        string left = builder.Conv(image, 3, 4, 3), right = builder.Conv(image, 3, 4, 3);
        builder.Output(builder.Concat(left, right));
        ModelAnalysis analysis = ModelAnalysis.Analyse(builder.Build());

        Assert.Equal([left, right], analysis.FindCut($"{right}, {left}").TensorNames);
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => analysis.FindCut(left)).Kind);
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => analysis.FindCut("c99")).Kind);
    }

    [Fact]
    public void WithOutputs_Always_KeepsTheModelItself()
    {
        OnnxModel model = Networks.Residual().Build();
        OnnxModel more = OnnxModel.Parse(SegmentExtractor.WithOutputs(model, [model.Graph.Nodes[0].Outputs[0]]), "more");
        ModelProto rest = more.Proto.Clone();
        rest.Graph.Output.RemoveAt(1);
        Assert.Equal(model.Proto, rest);
    }
}
