using System.Buffers;
using Isthmus.Bench.Compression;
using Isthmus.Core.Codec;
using Isthmus.Core.Progress;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Bench.Compression;

/// <summary>The whole run on what every clone has: the network that set-up installs, and the photographs of samples/.</summary>
public sealed class CompressionComparisonTests
{
    [Fact]
    public void Run_EmbeddedNetworkAndSamples_MeasuresWholeFramesAndAnswers()
    {
        CompressionOptions options = new()
        {
            Models = Path.Combine(DevelopmentData.Repository, "samples"),
            Images = Path.Combine(DevelopmentData.Repository, "samples", "photos"),
            Root = DevelopmentData.Repository,
            Cases = CompressionCase.Parse("inception-1280x8x8"),
            Codecs = [CodecSpec.Raw, CodecSpec.Huffman(1), CodecSpec.Huffman(8), CodecSpec.Dense(8)],
        };
        List<double> fractions = [];
        CompressionReport report = CompressionComparison.Run(options, new Sink(fractions), TestContext.Current.CancellationToken);

        CompressionRow row = Assert.Single(report.Rows);
        Assert.Equal(("c22", 81_920L, 5), (row.Cut, row.Values, row.Photographs));
        Assert.Equal(["floor:3", "floor:5", "floor:8", "raw", "huffman:1", "huffman:8", "dense:8", "dense+tables:8"], row.Settings.Select(s => s.Codec));
        MeasuredSetting raw = row.Settings.Single(s => s.Codec == "raw");
        ArrayBufferWriter<byte> frame = new();
        TensorCodecs.Get(CodecSpec.Raw).Encode(new float[81_920], new(1, 1280, 8, 8), frame);
        Assert.Equal(frame.WrittenCount, raw.Bytes);
        Assert.Equal((1, row.WholeTop1), (raw.Agreement, raw.Top1));
        Assert.InRange(raw.Divergence!.Value, 0, 1e-6);
        Assert.True(row.Settings.Single(s => s.Codec == "huffman:1").Divergence > row.Settings.Single(s => s.Codec == "huffman:8").Divergence);
        Assert.Contains(row.AtFloorsDivergence, d => d.Kind == "dense+tables");
        Assert.True(row.Settings.Single(s => s.Codec == "huffman:8").Agreement >= row.Settings.Single(s => s.Codec == "huffman:1").Agreement);
        Assert.NotEqual(row.Settings.Single(s => s.Codec == "dense:8").Bytes, row.Settings.Single(s => s.Codec == "dense+tables:8").Bytes);
        Assert.True(row.TablesBytes > 0);
        Assert.All(fractions, f => Assert.InRange(f, 0, 1));
    }

    private sealed class Sink(List<double> fractions) : IProgress<ProgressReport>
    {
        private readonly Lock _lock = new();

        public void Report(ProgressReport value)
        {
            lock (_lock) fractions.Add(value.Fraction);
        }
    }
}
