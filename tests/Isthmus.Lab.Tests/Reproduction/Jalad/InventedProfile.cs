using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Tests.Reproduction.Jalad;

/// <summary>A device, a cloud and two cuts, with invented numbers.</summary>
internal static class InventedProfile
{
    public static Profile Create()
    {
        CodecSpec[] codecs = [CodecSpec.Raw, CodecSpec.Half, .. Enumerable.Range(1, 8).Select(CodecSpec.Huffman)];
        InputEncoding[] inputs = [InputEncoding.File, InputEncoding.Png, InputEncoding.Pixels, InputEncoding.Jpeg(75), InputEncoding.Jpeg(25)];
        CutProfile[] cuts =
        [
            new("c1", [new("a", new TensorShape(1, 16, 32, 32))], new(65_536), 0.3, [.. codecs.Select(c => new CodecProfile(c, new(Bytes(c, 65_536)), Loss(c), 20))]),
            new("c2", [new("b", new TensorShape(1, 64, 8, 8))], new(16_384), 0.7, [.. codecs.Select(c => new CodecProfile(c, new(Bytes(c, 16_384)), Loss(c), 20))]),
        ];
        return new(
            Profile.CurrentVersion, ModelHash.Of([7]), "invented", DateTimeOffset.UnixEpoch, "0", 20, 4_000, [.. cuts],
            [.. inputs.Select(i => new InputProfile(i, new(i.Kind switch { InputKind.File => 60_000, InputKind.Png => 100_000, InputKind.Pixels => 268_000, _ => i.Quality * 300 }), i.Quality == 25 ? 0.1 : 0, 20))],
            [Node("device", Tier.Device, 8), Node("cloud", Tier.Cloud, 1)],
            [Link("device", "cloud", 2.4e6), Link("cloud", "device", 2.4e6)]);

        NodeProfile Node(string name, Tier tier, double slow)
        {
            SegmentTiming[] segments = tier == Tier.Device
                ? [Segment(null, null, 40), Segment(null, "c1", 12), Segment(null, "c2", 28)]
                : [Segment(null, null, 40), Segment("c1", null, 28), Segment("c2", null, 12)];
            return new(
                name, tier, tier == Tier.Device ? null : "http://127.0.0.1:1", slow, "host", "runtime", 2, new(tier == Tier.Device ? 0 : 1), [.. segments],
                [.. cuts.SelectMany(c => codecs.Select(k => new CodecTiming(c.Id, k, new(slow), new(1))))],
                [.. inputs.Select(i => new InputTiming(i, new(i.Kind == InputKind.File ? 0 : 4 * slow), new(3))), .. tier == Tier.Device ? [new InputTiming(InputEncoding.Local, new(0), new(3 * slow))] : Array.Empty<InputTiming>()]);

            SegmentTiming Segment(string? from, string? to, double ms) => new(from, to, new(new(ms * slow), new(ms * slow), 5));
        }
    }

    public static LinkProfile Link(string from, string to, double rate) => new(from, to, new Milliseconds(10), new BitsPerSecond(rate), true);

    private static long Bytes(CodecSpec codec, long raw) => codec.Kind switch
    {
        CodecKind.Raw => raw,
        CodecKind.Half => raw / 2,
        _ => raw * int.Parse(codec.ToString().Split(':')[1], System.Globalization.CultureInfo.InvariantCulture) / 40,
    };

    private static double Loss(CodecSpec codec) => codec.Kind != CodecKind.Huffman ? 0 : codec == CodecSpec.Huffman(1) ? 0.8 : codec == CodecSpec.Huffman(2) ? 0.2 : codec == CodecSpec.Huffman(3) ? 0.05 : 0;
}
