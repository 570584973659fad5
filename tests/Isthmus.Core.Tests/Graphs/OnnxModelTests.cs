using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Tests.Shared;

namespace Isthmus.Core.Tests.Graphs;

public sealed class OnnxModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-graphs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parse_TruncatedAnywhere_ThrowsModelError()
    {
        byte[] file = Small().Model.ToByteArray();
        for (int length = 0; length < file.Length; length++)
        {
            // Cut between two fields of the outermost message, what is left is a model without its last fields.
            try
            {
                OnnxModel.Parse(file.AsMemory(0, length), "cut");
            }
            catch (IsthmusException e)
            {
                Assert.Equal(ErrorKind.Model, e.Kind);
            }
        }

        Assert.Throws<IsthmusException>(() => OnnxModel.Parse(file.AsMemory(0, file.Length / 2), "cut"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("This is a text file, and no model at all.\n")]
    [InlineData("{\"json\": true}")]
    public void Parse_Text_ThrowsModelError(string text)
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => OnnxModel.Parse(System.Text.Encoding.UTF8.GetBytes(text), "text"));
        Assert.Equal(ErrorKind.Model, e.Kind);
        Assert.Contains("'text' is not an ONNX model", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RandomAndMutatedBytes_EitherParsesOrThrowsModelError()
    {
        Random random = new(7);
        byte[] model = Small().Model.ToByteArray();
        int parsed = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes;
            if (i % 2 == 0)
            {
                bytes = new byte[random.Next(200)];
                random.NextBytes(bytes);
            }
            else
            {
                bytes = [.. model];
                for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                OnnxModel read = OnnxModel.Parse(bytes, "fuzz");
                parsed++;
                // What parses must be safe to work with.
                Dictionary<string, TensorDescription> tensors = read.Graph.Nodes.SelectMany(n => n.Outputs).ToDictionary(t => t, t => new TensorDescription(t, ElementType.Float32, new TensorShape(1, 4, 8, 8)));
                foreach (Cut cut in CutFinder.Find(read.Graph, tensors))
                {
                    SegmentExtractor.Extract(read, null, cut.Tensors, tensors);
                    SegmentExtractor.Extract(read, cut.Tensors, null, tensors);
                }
            }
            catch (IsthmusException e)
            {
                Assert.Equal(ErrorKind.Model, e.Kind);
            }
        }

        Assert.InRange(parsed, 50, 2_500);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(0)]
    [InlineData(OnnxModel.MaxOpset + 1)]
    [InlineData(long.MaxValue)]
    public void Parse_UnsupportedOpset_ThrowsModelError(long opset)
    {
        NetworkBuilder builder = Small();
        builder.Model.OpsetImport[0].Version = opset;
        Assert.Contains("opset", Refused(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Cycle_ThrowsModelError()
    {
        NetworkBuilder builder = Small();
        builder.Graph.Node[0].Input[0] = builder.Graph.Node[^1].Output[0];
        Assert.Contains("depends on itself", Refused(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CycleThatNoOutputNeeds_ThrowsModelError()
    {
        NetworkBuilder builder = Small();
        builder.Graph.Node.Add(new NodeProto { OpType = "Relu", Input = { "b" }, Output = { "a" } });
        builder.Graph.Node.Add(new NodeProto { OpType = "Relu", Input = { "a" }, Output = { "b" } });
        Assert.Contains("depends on itself", Refused(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TensorMadeTwice_ThrowsModelError()
    {
        NetworkBuilder builder = Small();
        builder.Graph.Node.Add(builder.Graph.Node[0].Clone());
        Assert.Contains("two things in it make", Refused(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_InitializerTwice_ThrowsModelError()
    {
        NetworkBuilder builder = Small();
        builder.Graph.Initializer.Add(builder.Graph.Initializer[0].Clone());
        Assert.Contains("two things in it make", Refused(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_MissingTensor_ThrowsModelError()
    {
        NetworkBuilder builder = Small();
        builder.Graph.Node[1].Input[0] = "nowhere";
        Assert.Contains("nothing makes the tensor 'nowhere'", Refused(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NoInputOrNoOutput_ThrowsModelError()
    {
        NetworkBuilder noInput = Small(), noOutput = Small();
        noOutput.Graph.Output.Clear();
        noInput.Graph.Input.Clear();
        Assert.Contains("no output", Refused(noOutput), StringComparison.Ordinal);
        Assert.Contains("no input", Refused(noInput), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_DeepNesting_ThrowsModelErrorInsteadOfOverflowingTheStack()
    {
        GraphProto graph = new() { Name = "innermost" };
        for (int i = 0; i < 40; i++)
        {
            GraphProto outer = new() { Name = "level" };
            outer.Node.Add(new NodeProto { OpType = "If", Attribute = { NetworkBuilder.Subgraph("then_branch", graph) } });
            graph = outer;
        }

        NetworkBuilder builder = Small();
        builder.Graph.Node.Add(graph.Node);
        Assert.Contains("nested", Refused(builder), StringComparison.Ordinal);

        // And as bytes: a hundred thousand levels of length-delimited fields.
        byte[] bomb = [.. Enumerable.Repeat((byte)0x3A, 200_000)];
        Assert.Throws<IsthmusException>(() => OnnxModel.Parse(bomb, "bomb"));
    }

    [Fact]
    public void Parse_MillionsOfEmptyNodes_IsRefusedBeforeTheyBecomeObjects()
    {
        // An empty node is two bytes in the file and some two hundred in memory.
        byte[] nodes = [.. Enumerable.Repeat<byte[]>([0x0A, 0x00], 3_000_000).SelectMany(b => b)];
        using MemoryStream file = new();
        using CodedOutputStream output = new(file);
        output.WriteTag(7, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(nodes));
        output.Flush();
        long before = GC.GetAllocatedBytesForCurrentThread();

        IsthmusException e = Assert.Throws<IsthmusException>(() => OnnxModel.Parse(file.ToArray(), "bomb"));

        Assert.Contains("more than 200000 nodes", e.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 * file.Length);
    }

    [Fact]
    public void Parse_TwoGraphs_ThrowsModelError()
    {
        byte[] file = Small().Model.ToByteArray();
        Assert.Contains("more than one graph", Assert.Throws<IsthmusException>(() => OnnxModel.Parse((byte[])[.. file, .. file], "two")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Count_HugeDimensions_ThrowsModelErrorInsteadOfOverflowing()
    {
        NetworkBuilder builder = new();
        string weights = builder.Weights(1, 1, 1, 1);
        builder.Graph.Initializer[0].Dims.Clear();
        builder.Graph.Initializer[0].Dims.Add([1L << 40, 1L << 40, 1L << 40, 1]);
        string conv = builder.Node("Conv", [builder.Image(3, 8), weights]);
        builder.Output(builder.Node("Relu", [conv]));
        NetworkGraph graph = builder.Build().Graph;

        IsthmusException e = Assert.Throws<IsthmusException>(() => CutFinder.Find(graph, new Dictionary<string, TensorDescription> { [conv] = new(conv, ElementType.Float32, new TensorShape(1, 4, 8, 8)) }));

        Assert.Equal(ErrorKind.Model, e.Kind);
    }

    [Fact]
    public void Graph_InitializersListedAsInputs_AreNoInputs()
    {
        NetworkBuilder builder = Small(opset: 8);
        foreach (TensorProto tensor in builder.Graph.Initializer) builder.Graph.Input.Add(NetworkBuilder.Info(tensor.Name, ElementType.Float32, [.. tensor.Dims]));
        Assert.Equal(["image"], builder.Build().Graph.Inputs.Select(i => i.Name));
    }

    [Fact]
    public void Graph_WhatOnlyDependsOnConstants_IsNoActivation()
    {
        NetworkBuilder builder = new();
        string constant = builder.Node("Constant", [], new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = new TensorProto { DataType = 1, Dims = { 2 }, FloatData = { 1, 2 } } });
        string derived = builder.Node("Exp", [constant]);
        string noise = builder.Node("RandomNormal", []);
        string clipped = builder.Node("Clip", [builder.Image(3, 8), "", derived]);
        builder.Output(builder.Node("Sum", [clipped, noise]));
        NetworkGraph graph = builder.Build().Graph;

        Assert.False(graph.IsActivation(constant));
        Assert.False(graph.IsActivation(derived));
        Assert.True(graph.IsActivation(noise));
        Assert.True(graph.IsActivation(clipped));
        Assert.Equal(["image", derived], graph.Producer(clipped)!.Inputs);
    }

    [Fact]
    public void Load_MissingFileOrFolder_ThrowsFileError()
    {
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => OnnxModel.Load(Path.Combine(_folder, "none.onnx"))).Kind);
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => OnnxModel.Load(_folder)).Kind);
    }

    [Fact]
    public void Load_ExternalDataNotListed_IsRefused()
    {
        string path = WriteExternal("weights.bin");
        Assert.Contains("refused", Assert.Throws<IsthmusException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
        ExternalDataPolicy other = ExternalDataPolicy.Allow(ModelHash.Of([1]));
        Assert.Contains("not listed", Assert.Throws<IsthmusException>(() => OnnxModel.Load(path, other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ExternalDataListed_IsPutIntoTheModel()
    {
        string path = WriteExternal("weights.bin");

        OnnxModel model = OnnxModel.Load(path, Trusted());

        Assert.Equal(Small().Graph.Initializer[0].RawData, model.Proto.Graph.Initializer[0].RawData);
        Assert.Equal(model.Hash, OnnxModel.Parse(model.File, "again").Hash);
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../weights.bin")]
    [InlineData("..\\weights.bin")]
    [InlineData("c:\\weights.bin")]
    [InlineData("")]
    public void Load_ExternalDataElsewhere_IsRefused(string location)
    {
        string path = WriteExternal(location);
        IsthmusException e = Assert.Throws<IsthmusException>(() => OnnxModel.Load(path, Trusted()));
        Assert.Contains("not a plain path", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ExternalDataBehindALink_IsRefused()
    {
        string path = WriteExternal("link.bin");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.bin"), Path.Combine(_folder, "weights.bin"));
        Assert.Contains("is a link", Assert.Throws<IsthmusException>(() => OnnxModel.Load(path, Trusted())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 20, 4)]
    [InlineData(0, 1 << 20)]
    [InlineData(-4, 4)]
    [InlineData(0, -1)]
    public void Load_ExternalDataBeyondItsFile_IsRefused(long offset, long length)
    {
        string path = WriteExternal("weights.bin", offset, length);
        Assert.Contains("outside", Assert.Throws<IsthmusException>(() => OnnxModel.Load(path, Trusted())).Message, StringComparison.Ordinal);
    }

    private static NetworkBuilder Small(int opset = 13)
    {
        NetworkBuilder builder = new(opset);
        string x = builder.ConvRelu(builder.Image(3, 8), 3, 4, 3);
        builder.Output(builder.ConvRelu(x, 4, 4, 3));
        return builder;
    }

    private static string Refused(NetworkBuilder builder)
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => builder.Build());
        Assert.Equal(ErrorKind.Model, e.Kind);
        return e.Message;
    }

    private string WriteExternal(string location, long offset = 0, long? length = null)
    {
        NetworkBuilder builder = Small();
        TensorProto tensor = builder.Graph.Initializer[0];
        File.WriteAllBytes(Path.Combine(_folder, "weights.bin"), tensor.RawData.ToByteArray());
        tensor.RawData = ByteString.Empty;
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString() });
        if (length is not null) tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length.ToString() });
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, builder.Model.ToByteArray());
        return path;
    }

    private ExternalDataPolicy Trusted() => ExternalDataPolicy.Allow(ModelHash.Of(File.ReadAllBytes(Path.Combine(_folder, "weights.bin"))));
}
