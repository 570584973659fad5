using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tensors;

namespace Isthmus.Bench;

/// <summary>A profile of a chosen size with invented but plausible numbers: planning time depends on the size, not on the numbers' truth.</summary>
internal static class InventedProfile
{
    /// <summary>A network of this many cuts on a device, an edge and a cloud; every head, middle, tail and whole is measured.</summary>
    /// <param name="cuts">How many cuts.</param>
    /// <param name="seed">Another seed, another network.</param>
    /// <param name="codecs">The codecs of each cut; null: raw, half and nine of Huffman.</param>
    public static Profile Create(int cuts, int seed, CodecSpec[]? codecs = null)
    {
        Random random = new(seed);
        codecs ??= [CodecSpec.Raw, CodecSpec.Half, .. Enumerable.Range(1, 8).Select(CodecSpec.Huffman), CodecSpec.Huffman(16)];
        InputEncoding[] inputs = [InputEncoding.File, InputEncoding.Png, InputEncoding.Tensor, InputEncoding.Jpeg(50), InputEncoding.Jpeg(75), InputEncoding.Jpeg(95)];
        long[] values = [.. Enumerable.Range(0, cuts).Select(i => (long)(1e6 * Math.Exp(-4.0 * i / cuts) * (0.5 + random.NextDouble())))];
        ImmutableArray<CutProfile> cutProfiles = [.. Enumerable.Range(0, cuts).Select(i => new CutProfile(
            $"c{i:00}", [new($"t{i}", new TensorShape(values[i]))], new(values[i] * 4), (i + 1.0) / (cuts + 1),
            [.. codecs.Select(c => new CodecProfile(c, new(Bytes(c, values[i])), Loss(c), 334))]))];
        return new(
            Profile.CurrentVersion, ModelHash.Of([(byte)seed]), "invented.onnx", DateTimeOffset.UnixEpoch, "0", 334, 4004, cutProfiles,
            [.. inputs.Select((x, i) => new InputProfile(x, new(10_000 + (30_000 * i)), x.Kind == InputKind.Jpeg ? 0.01 : 0, 334))],
            [Node("device", Tier.Device, 300, 0), Node("edge", Tier.Edge, 60, 0.5), Node("cloud", Tier.Cloud, 15, 0.5)],
            [
                new("device", "edge", new(6), new(20e6), true), new("edge", "device", new(6), new(20e6), true),
                new("edge", "cloud", new(30), new(100e6), true), new("cloud", "edge", new(30), new(100e6), true),
                new("device", "cloud", new(40), new(8e6), true), new("cloud", "device", new(40), new(40e6), true),
            ]);

        long Bytes(CodecSpec codec, long count) => codec.Kind == CodecKind.Huffman ? (long)(count * (codec.Parameter + 1) * (0.04 + (0.03 * random.NextDouble()))) : count * codec.Parameter / 8;
        double Loss(CodecSpec codec) => codec.Kind == CodecKind.Huffman && codec.Parameter < 8 ? Math.Round(0.4 * Math.Exp(-codec.Parameter) * (1 + random.NextDouble()), 3) : 0;

        NodeProfile Node(string name, Tier tier, double whole, double overhead)
        {
            List<SegmentTiming> segments = [];
            for (int i = -1; i < cuts; i++)
            {
                for (int j = i + 1; j <= cuts; j++)
                {
                    if ((tier == Tier.Device && i >= 0) || (tier == Tier.Cloud && j < cuts)) continue;
                    double ms = (whole * (j - i) / (cuts + 1) * (0.95 + (0.1 * random.NextDouble()))) + 0.2;
                    segments.Add(new(i < 0 ? null : cutProfiles[i].Id, j == cuts ? null : cutProfiles[j].Id, new(new(ms), new(ms), 20)));
                }
            }

            double perMillion = whole / 40;
            return new(
                name, tier, tier == Tier.Device ? null : $"http://{name}", 1, "invented", "invented", 1, new(overhead), [.. segments],
                [.. cutProfiles.SelectMany((c, i) => codecs.Select(k => new CodecTiming(c.Id, k, new(values[i] / 1e6 * perMillion), new(values[i] / 1e6 * perMillion))))],
                [.. inputs.Append(InputEncoding.Local).Where(x => tier == Tier.Device || x.Kind != InputKind.Local)
                    .Select(x => new InputTiming(x, new(x.Kind == InputKind.Local ? 0 : 1 + random.NextDouble()), new(2)))]);
        }
    }
}
