using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;
using Isthmus.Tests.Shared;

namespace Isthmus.Core.Tests.Graphs;

public sealed class KernelAttributionTests
{
    [Theory]
    [InlineData("{1}_nchwc", "Conv")]
    [InlineData("{1}_nchwc_token_7", "Conv")]
    [InlineData("{1}", "FusedConv")]
    [InlineData("fused {0}", "FusedConv")]
    [InlineData("{0}", "Conv")]
    [InlineData("{0}_kernel_time", "QLinearConv")]
    public void Of_AConvolutionWithItsActivation_AreOneKernel(string name, string op)
    {
        NetworkBuilder b = new();
        string conv = b.Conv(b.Image(3, 8), 3, 4, 3), relu = b.Node("Relu", [conv]), pool = b.MaxPool(relu);
        NetworkGraph graph = b.Output(pool).Build().Graph;
        KernelAttribution found = KernelAttribution.Of(graph, [new(string.Format(name, conv, relu), op, new(5)), new($"{pool}_nchwc", "MaxPool", new(2)), new("reorder", "ReorderOutput", new(1))]);
        Assert.Equal([("Conv,Relu", 5.0), ("MaxPool", 2.0)], found.Groups.Select(g => (string.Join(',', g.Nodes.Select(n => n.Operator)), g.Milliseconds)));
        Assert.Equal(7.0 / 8, found.NamedShare, 1e-9);
    }

    [Fact]
    public void Of_AnAddThatWasFused_GoesToTheKernelThatIsThereLast()
    {
        NetworkBuilder b = new();
        string first = b.Conv(b.Image(3, 8), 3, 4, 3), second = b.Conv(first, 4, 4, 3), add = b.Node("Add", [first, second]), relu = b.Node("Relu", [add]);
        NetworkGraph graph = b.Output(relu).Build().Graph;
        KernelAttribution found = KernelAttribution.Of(graph, [new($"{first}_nchwc", "Conv", new(1)), new($"{second}_nchwc", "Conv", new(2))]);
        Assert.Equal(["Conv", "Conv,Add,Relu"], found.Groups.Select(g => string.Join(',', g.Nodes.Select(n => n.Operator))));
        Assert.Equal([1.0, 2.0], found.Groups.Select(g => g.Milliseconds));
    }

    [Fact]
    public void Of_NamesThatSayNothing_NothingIsNamed()
    {
        NetworkBuilder b = new();
        NetworkGraph graph = b.Output(b.Node("Relu", [b.Image(3, 8)])).Build().Graph;
        KernelAttribution found = KernelAttribution.Of(graph, [new("?", "Relu", new(3))]);
        Assert.Equal(0, found.NamedShare);
        Assert.Equal(0, Assert.Single(found.Groups).Milliseconds);
    }

    [Fact]
    public void Of_RandomKernelsOfRandomNetworks_EachOperatorIsInOneGroupAndNoTimeIsLost()
    {
        Random random = new(4);
        for (int seed = 0; seed < 300; seed++)
        {
            NetworkGraph graph = RandomNetwork.Create(seed, maxNodes: 12).Model.Graph;
            GraphNode[] nodes = [.. graph.Nodes.Where(n => !n.IsConstant)];
            KernelTime[] kernels =
            [
                .. nodes.Where(n => random.Next(3) > 0 && n.Outputs.Length > 0)
                    .Select(n => new KernelTime(n.Outputs[0], random.Next(2) == 0 ? n.Operator : nodes[random.Next(nodes.Length)].Operator, new(random.Next(9)))),
            ];
            KernelAttribution found = KernelAttribution.Of(graph, kernels);
            Assert.Equal(nodes, found.Groups.SelectMany(g => g.Nodes).OrderBy(n => n.Order));
            Assert.Equal(kernels.Sum(k => k.Time.Value), found.Groups.Sum(g => g.Milliseconds), 1e-9);
        }
    }
}
