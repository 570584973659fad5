using System.Collections.Immutable;
using System.Text.Json;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Inference.Tests.Graphs;

namespace Isthmus.Inference.Tests.Sessions;

public sealed class KernelTimerTests
{
    [Theory]
    [InlineData(nameof(Networks.Residual))]
    [InlineData(nameof(Networks.Inception))]
    [InlineData(nameof(Networks.Quantized))]
    [InlineData(nameof(Networks.SharedWeights))]
    public void Measure_SmallNetworks_FindsKernelsOfEachConvolution(string name)
    {
        OnnxModel model = Networks.Create(name).Build();
        IReadOnlyDictionary<string, Tensor> inputs = SyntheticInput.Create(model, dimensions: null);
        try
        {
            ImmutableArray<KernelTime> kernels = KernelTimer.Measure(model.File, [.. inputs.Values], SessionSettings.Default, 1, 3, 2, TestContext.Current.CancellationToken);
            Assert.NotEmpty(kernels);
            KernelAttribution found = KernelAttribution.Of(model.Graph, kernels);
            // Whatever else the runtime does with them: nobody convolves without a kernel.
            Assert.All(
                found.Groups.Where(g => g.Nodes.Any(n => n.Operator == "Conv")),
                g => Assert.True(g.Milliseconds > 0, $"{string.Join(", ", g.Nodes)} among {string.Join(", ", kernels)}"));
            Assert.InRange(found.NamedShare, 0.3, 1);
        }
        finally
        {
            foreach (Tensor input in inputs.Values) input.Dispose();
        }
    }

    [Fact]
    public void Read_WarmUpAndLoops_AreMediansOfWhatCounts()
    {
        string events = $"[{Event("a", 1, 900)},{Event("loop", 2, 5)},{Event("loop", 2, 5)},"
            + $"{Event("a", 1, 10)},{Event("loop", 2, 7)},{Event("loop", 2, 7)},{{\"cat\":\"Session\",\"name\":\"run\"}},{Event("a", 3, 4)}]";
        using JsonDocument document = JsonDocument.Parse(events);
        ImmutableArray<KernelTime> kernels = KernelTimer.Read(document.RootElement, warmup: 1, repeats: 1, factor: 10);
        Assert.Equal(["a", "loop", "a"], kernels.Select(k => k.Name));
        Assert.Equal([0.1, 0.14, 0.04], kernels.Select(k => Math.Round(k.Time.Value, 6)));
        Assert.All(kernels, k => Assert.Equal("Conv", k.Operator));

        static string Event(string name, int index, int micros) =>
            "{\"cat\":\"Node\",\"name\":\"" + name + "_kernel_time\",\"dur\":" + micros + ",\"args\":{\"node_index\":\"" + index + "\",\"op_name\":\"Conv\"}}";
    }
}
