using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;

namespace Isthmus.Bench.Zoo;

/// <summary>How hard activations may be squeezed. The picture may always cross as its file, or at the network's size, exactly or as a JPEG.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Codecs">The codecs that may be used.</param>
public sealed record ZooCompression(string Name, ImmutableArray<CodecSpec> Codecs)
{
    /// <summary>The forms in which a picture may cross, whatever the codecs.</summary>
    public static ImmutableArray<InputEncoding> Inputs { get; } = [InputEncoding.File, InputEncoding.Jpeg(75), InputEncoding.Png, InputEncoding.Pixels];

    /// <summary>From raw activations, which Scission ships, to everything.</summary>
    public static ImmutableArray<ZooCompression> All { get; } =
    [
        new("raw", [CodecSpec.Raw]),
        new("half", [CodecSpec.Raw, CodecSpec.Half]),
        new("JALAD, 8 bits", [CodecSpec.Huffman(8)]),
        new("JALAD, 4 bits", [CodecSpec.Huffman(4)]),
        new("dense:12", [CodecSpec.Dense(12)]),
        new("dense:5", [CodecSpec.Dense(5)]),
    ];

    /// <summary>All codecs that any of them uses.</summary>
    public static ImmutableArray<CodecSpec> AllCodecs { get; } = [.. All.SelectMany(c => c.Codecs).Distinct()];
}
