using Isthmus.Core.Codec;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning.Dag;

/// <summary>
/// How much longer a node takes for a codec than the device: the median over the cuts where both were measured; where none was, over all codecs; and where that fails, too, as much
/// longer as for the whole network.
/// </summary>
internal sealed class CodecPace
{
    private readonly (CodecSpec Codec, double Encode, double Decode)[] _ratios;
    private readonly double _whole;

    public CodecPace(ProfileIndex index, int device, int node)
    {
        NodeProfile own = index.Profile.Nodes[node], reference = index.Profile.Nodes[device];
        Dictionary<(string, CodecSpec), CodecTiming> known = reference.Codecs.ToDictionary(c => (c.Cut, c.Codec));
        _ratios =
        [
            .. own.Codecs.Where(c => known.ContainsKey((c.Cut, c.Codec)))
                .Select(c => (c.Codec, Ratio(c.Encode.Value, known[(c.Cut, c.Codec)].Encode.Value), Ratio(c.Decode.Value, known[(c.Cut, c.Codec)].Decode.Value))),
        ];
        double whole = index.Compute(node, -1, index.End) / index.Compute(device, -1, index.End);
        _whole = double.IsFinite(whole) && whole > 0 ? whole : own.Slowdown / reference.Slowdown;
    }

    public double Encode(CodecSpec codec) => Median(codec, r => r.Encode);

    public double Decode(CodecSpec codec) => Median(codec, r => r.Decode);

    private double Median(CodecSpec codec, Func<(CodecSpec Codec, double Encode, double Decode), double> of)
    {
        double[] same = [.. _ratios.Where(r => r.Codec == codec).Select(of).Where(double.IsFinite).Order()];
        if (same.Length == 0) same = [.. _ratios.Select(of).Where(double.IsFinite).Order()];
        return same.Length == 0 ? _whole : same[same.Length / 2];
    }

    private static double Ratio(double own, double reference) => reference > 0 ? own / reference : double.NaN;
}
