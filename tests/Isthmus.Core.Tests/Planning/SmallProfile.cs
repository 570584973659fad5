using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Planning;

/// <summary>A profile small enough to be planned with pencil and paper: a slow device, a fast cloud, 1 Mbit/s with 20 ms round trip.</summary>
internal static class SmallProfile
{
    public static Profile Create() => new(
        Profile.CurrentVersion, ModelHash.Of("small"u8), "small.onnx", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "0.0.0", 100, 4000,
        [
            new("c00", [new("a", new TensorShape(1, 16, 100))], new(6400), 0.25,
                [new(CodecSpec.Raw, new(64_000), 0, 100), new(CodecSpec.Huffman(4), new(8000), 0.01, 100)]),
            new("c01", [new("b", new TensorShape(1, 8, 100))], new(3200), 0.5,
                [new(CodecSpec.Raw, new(32_000), 0, 100), new(CodecSpec.Huffman(4), new(1000), 0.02, 100)]),
        ],
        [new(InputEncoding.File, new(100_000), 0, 100), new(InputEncoding.Jpeg(75), new(5000), 0.01, 100)],
        [
            new("device", Tier.Device, null, 1, "test", "test", 1, new(0),
                [Segment(null, null, 100), Segment(null, "c00", 20), Segment(null, "c01", 40)],
                [
                    new("c00", CodecSpec.Raw, new(0.1), new(0.1)), new("c00", CodecSpec.Huffman(4), new(1), new(1)),
                    new("c01", CodecSpec.Raw, new(0.1), new(0.1)), new("c01", CodecSpec.Huffman(4), new(0.5), new(0.5)),
                ],
                [new(InputEncoding.Local, new(0), new(2)), new(InputEncoding.File, new(0), new(2)), new(InputEncoding.Jpeg(75), new(3), new(2))]),
            new("cloud", Tier.Cloud, "http://cloud:1", 1, "test", "test", 4, new(1),
                [Segment(null, null, 10), Segment("c00", null, 8), Segment("c01", null, 3)],
                [
                    new("c00", CodecSpec.Raw, new(0.1), new(0.1)), new("c00", CodecSpec.Huffman(4), new(0.5), new(0.5)),
                    new("c01", CodecSpec.Raw, new(0.1), new(0.1)), new("c01", CodecSpec.Huffman(4), new(0.25), new(0.25)),
                ],
                [new(InputEncoding.File, new(0), new(1)), new(InputEncoding.Jpeg(75), new(0), new(1))]),
        ],
        [new("device", "cloud", new(20), new(1e6), true)]);

    private static SegmentTiming Segment(string? from, string? to, double ms) => new(from, to, new(new(ms), new(ms), 10));
}
