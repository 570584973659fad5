using Isthmus.Core.Graphs;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Tests.Shared;

namespace Isthmus.Core.Tests.Graphs;

public sealed class MacCounterTests
{
    [Theory]
    // The definition, multiplied out by hand: output elements × inputs per group × kernel.
    [InlineData("Conv", new long[] { 1, 8, 16, 16 }, new long[] { 32, 8, 3, 3 }, new long[] { 1, 32, 16, 16 }, 32 * 256 * 8 * 9)]
    [InlineData("Conv", new long[] { 1, 8, 16, 16 }, new long[] { 8, 1, 3, 3 }, new long[] { 1, 8, 8, 8 }, 8 * 64 * 9)]
    [InlineData("ConvInteger", new long[] { 1, 8, 16, 16 }, new long[] { 8, 1, 3, 3 }, new long[] { 1, 8, 8, 8 }, 8 * 64 * 9)]
    // Each input element meets outputs per group × kernel.
    [InlineData("ConvTranspose", new long[] { 1, 8, 4, 4 }, new long[] { 8, 6, 2, 2 }, new long[] { 1, 6, 8, 8 }, 8 * 16 * 6 * 4)]
    [InlineData("Gemm", new long[] { 2, 50 }, new long[] { 50, 10 }, new long[] { 2, 10 }, 2 * 50 * 10)]
    [InlineData("MatMul", new long[] { 4, 2, 50 }, new long[] { 50, 10 }, new long[] { 4, 2, 10 }, 4 * 2 * 50 * 10)]
    [InlineData("LSTM", new long[] { 7, 1, 5 }, new long[] { 1, 12, 5 }, new long[] { 7, 1, 1, 3 }, 7 * 12 * (5 + 3))]
    [InlineData("Relu", new long[] { 1, 8, 16, 16 }, new long[] { 1 }, new long[] { 1, 8, 16, 16 }, 0)]
    public void Count_KnownOperator_FollowsTheDefinition(string type, long[] input, long[] weights, long[] output, long expected) =>
        Assert.Equal(expected, Count(type, input, weights, output));

    [Fact]
    public void Count_GemmWithTransposedInput_TakesTheOtherDimension() =>
        Assert.Equal(2 * 50 * 10, Count("Gemm", [50, 2], [50, 10], [2, 10], NetworkBuilder.Int("transA", 1)));

    [Fact]
    public void Count_Einsum_MultipliesAllLabels()
    {
        AttributeProto equation = new() { Name = "equation", Type = AttributeProto.Types.AttributeType.String, S = Google.Protobuf.ByteString.CopyFromUtf8("bhid, hjd -> bhij") };
        Assert.Equal(2 * 3 * 4 * 5 * 6, Count("Einsum", [2, 3, 4, 6], [3, 5, 6], [2, 3, 4, 5], equation));
    }

    [Fact]
    public void CountParameters_LeavesOutShapesScalarsAndWhatIsNotUsed()
    {
        NetworkBuilder builder = new();
        builder.Weights(1000);
        string x = builder.Conv(builder.Image(3, 8), 3, 4, 3);
        x = builder.Node("Clip", [x, builder.Scalar(0), builder.Scalar(6)]);
        builder.Output(builder.Node("Reshape", [x, builder.Integers(1, -1)]));
        Assert.Equal((4 * 3 * 9) + 4, MacCounter.CountParameters(builder.Build().Graph));
    }

    private static long Count(string type, long[] input, long[] weights, long[] output, params AttributeProto[] attributes)
    {
        NetworkBuilder builder = new();
        string x = builder.Input("x", ElementType.Float32, input);
        string y = builder.Node(type, [x, builder.Weights(weights)], attributes);
        builder.Output(y);
        NetworkGraph graph = builder.Build().Graph;
        Dictionary<string, TensorDescription> tensors = new() { [x] = new(x, ElementType.Float32, new TensorShape(input)), [y] = new(y, ElementType.Float32, new TensorShape(output)) };
        return MacCounter.Count(Assert.Single(graph.Nodes), graph, tensors);
    }
}
