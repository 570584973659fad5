using System.Collections.Frozen;
using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Codec;

/// <summary>All codecs. A new coder is a new <see cref="CodecKind"/>, a class, and its lines in <see cref="All"/>.</summary>
public static class TensorCodecs
{
    /// <summary>Every codec with every bit width that it has: from the most exact to the smallest.</summary>
    public static ImmutableArray<ITensorCodec> All { get; } =
    [
        new RawCodec(),
        new HalfCodec(),
        new HuffmanCodec(16),
        .. Enumerable.Range(1, 8).Reverse().Select(bits => new HuffmanCodec(bits)),
    ];

    private static readonly FrozenDictionary<CodecSpec, ITensorCodec> BySpec = All.ToFrozenDictionary(c => c.Spec);
    private static readonly FrozenSet<CodecKind> Kinds = BySpec.Keys.Select(s => s.Kind).ToFrozenSet();

    /// <summary>The codec of this specification. The same instance each time; it is thread-safe.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public static ITensorCodec Get(CodecSpec spec) => BySpec.TryGetValue(spec, out ITensorCodec? codec) ? codec
        : throw new IsthmusException(ErrorKind.Usage, $"There is no codec of kind {(int)spec.Kind} with {spec.Bits} bits per value: choose raw, half, or huffman:c with c from 1 to 8, or 16.");

    /// <summary>Whether there is a codec of this specification.</summary>
    public static bool IsKnown(CodecSpec spec) => BySpec.ContainsKey(spec);

    /// <summary>Whether there is a codec of this kind, with whatever number of bits.</summary>
    public static bool IsKnown(CodecKind kind) => Kinds.Contains(kind);
}
