using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Tests.Shared;

namespace Isthmus.Core.Tests.Graphs;

public sealed class SegmentExtractorTests
{
    [Fact]
    public void Extract_RandomNetworks_SegmentsAreValidAndHoldEveryNodeOnce()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            RandomNetwork network = RandomNetwork.Create(seed, maxNodes: 25);
            OnnxModel model = network.Model;
            Cut[] cuts = [.. CutFinder.Find(model.Graph, network.Tensors)];
            for (int i = 0; i <= cuts.Length; i++)
            {
                for (int j = i + 1; j <= cuts.Length && j <= i + 2; j++)
                {
                    // Head to cut i, middle to cut j, tail; at the ends fewer.
                    List<OnnxModel> segments = [];
                    if (i > 0) segments.Add(Segment(network, model, null, cuts[i - 1]));
                    segments.Add(Segment(network, model, i > 0 ? cuts[i - 1] : null, cuts[j - 1]));
                    segments.Add(Segment(network, model, cuts[j - 1], null));
                    Assert.Equal(
                        model.Graph.Nodes.Where(n => !n.IsConstant).Select(n => n.Outputs[0]).Order(),
                        segments.SelectMany(s => s.Graph.Nodes.Where(n => !n.IsConstant).Select(n => n.Outputs[0])).Order());
                    Assert.All(segments, s => Assert.Equal(s.Proto.Graph.Node.Count, s.Graph.Nodes.Length));
                }
            }
        }
    }

    [Fact]
    public void Extract_UnknownFieldsEverywhere_KeepsThem()
    {
        (NetworkBuilder builder, string cut, Dictionary<string, TensorDescription> tensors) = TwoLayers();
        byte[] marker = [0xC2, 0x3E, 0x04, (byte)'k', (byte)'e', (byte)'p', (byte)'t'];
        builder.Graph.MergeFrom(marker);
        builder.Graph.Node[0].MergeFrom(marker);
        builder.Graph.Initializer[0].MergeFrom(marker);
        builder.Model.MergeFrom(marker);
        builder.Model.MetadataProps.Add(new StringStringEntryProto { Key = "author", Value = "somebody" });
        builder.Model.Functions.Add(new FunctionProto { Name = "F", Domain = "local" });

        OnnxModel head = OnnxModel.Parse(SegmentExtractor.Extract(builder.Build(), null, [cut], tensors), "head");

        Assert.Equal(4, Occurrences(head.File.Span, marker));
        Assert.Equal("somebody", head.Proto.MetadataProps[0].Value);
        Assert.Equal("F", head.Proto.Functions[0].Name);
    }

    [Fact]
    public void Extract_Tail_LeavesTheHeadsWeightsBehind()
    {
        (NetworkBuilder builder, string cut, Dictionary<string, TensorDescription> tensors) = TwoLayers();
        OnnxModel tail = OnnxModel.Parse(SegmentExtractor.Extract(builder.Build(), [cut], null, tensors), "tail");
        Assert.Equal(2, tail.Proto.Graph.Initializer.Count);
        Assert.Equal([cut], tail.Graph.Inputs.Select(i => i.Name));
        Assert.Equal([1, 4, 8, 8], tail.Graph.Inputs[0].Type.TensorType.Shape.Dim.Select(d => d.DimValue));
    }

    [Fact]
    public void Extract_NodesOutOfOrder_AreWrittenInOrder()
    {
        (NetworkBuilder builder, string cut, Dictionary<string, TensorDescription> tensors) = TwoLayers();
        NodeProto[] nodes = [.. builder.Graph.Node.Reverse()];
        builder.Graph.Node.Clear();
        builder.Graph.Node.Add(nodes);
        OnnxModel tail = OnnxModel.Parse(SegmentExtractor.Extract(builder.Build(), [cut], null, tensors), "tail");
        Assert.Equal(["Conv", "Relu"], tail.Proto.Graph.Node.Select(n => n.OpType));
    }

    [Fact]
    public void Extract_OldModel_ListsTheKeptInitializersAsInputs()
    {
        (NetworkBuilder builder, string cut, Dictionary<string, TensorDescription> tensors) = TwoLayers();
        foreach (TensorProto tensor in builder.Graph.Initializer) builder.Graph.Input.Add(NetworkBuilder.Info(tensor.Name, ElementType.Float32, [.. tensor.Dims]));
        OnnxModel tail = OnnxModel.Parse(SegmentExtractor.Extract(builder.Build(), [cut], null, tensors), "tail");
        Assert.Equal(3, tail.Proto.Graph.Input.Count);
        Assert.Equal([cut], tail.Graph.Inputs.Select(i => i.Name));
    }

    [Fact]
    public void Extract_SegmentThatEndsBeforeItBegins_Throws()
    {
        (NetworkBuilder builder, string cut, Dictionary<string, TensorDescription> tensors) = TwoLayers();
        OnnxModel model = builder.Build();
        string conv = builder.Graph.Node[0].Output[0];
        tensors.Add(conv, new(conv, ElementType.Float32, new TensorShape(1, 4, 8, 8)));
        Assert.Equal(ErrorKind.Model, Assert.Throws<IsthmusException>(() => SegmentExtractor.Extract(model, [cut], [conv], tensors)).Kind);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("t0")]
    public void Extract_NoActivation_Throws(string name)
    {
        (NetworkBuilder builder, _, Dictionary<string, TensorDescription> tensors) = TwoLayers();
        OnnxModel model = builder.Build();
        Assert.Throws<IsthmusException>(() => SegmentExtractor.Extract(model, [name], null, tensors));
        Assert.Throws<IsthmusException>(() => SegmentExtractor.Extract(model, null, [name], tensors));
        Assert.Throws<IsthmusException>(() => SegmentExtractor.Extract(model, null, [], tensors));
    }

    private static OnnxModel Segment(RandomNetwork network, OnnxModel model, Cut? from, Cut? to)
    {
        OnnxModel segment = OnnxModel.Parse(SegmentExtractor.Extract(model, from?.Tensors, to?.Tensors, network.Tensors), "segment");
        if (from is not null) Assert.Equal(from.Tensors, segment.Graph.Inputs.Select(i => i.Name));
        if (to is not null) Assert.Equal(to.Tensors, segment.Graph.Outputs.Select(o => o.Name));
        HashSet<string> used = segment.Graph.Nodes.SelectMany(n => n.Inputs).ToHashSet();
        Assert.All(segment.Proto.Graph.Initializer, i => Assert.Contains(i.Name, used));
        return segment;
    }

    private static (NetworkBuilder Builder, string Cut, Dictionary<string, TensorDescription> Tensors) TwoLayers()
    {
        NetworkBuilder builder = new();
        string cut = builder.ConvRelu(builder.Image(3, 8), 3, 4, 3);
        builder.Output(builder.ConvRelu(cut, 4, 4, 3));
        return (builder, cut, new() { [cut] = new(cut, ElementType.Float32, new TensorShape(1, 4, 8, 8)) });
    }

    private static int Occurrences(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        int count = 0;
        for (int i; (i = text.IndexOf(part)) >= 0; count++) text = text[(i + part.Length)..];
        return count;
    }
}
