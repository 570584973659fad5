using System.Collections.Frozen;
using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Codec;

/// <summary>
/// All codecs. A new coder is a new <see cref="CodecKind"/>, a class, its settings in <see cref="BySpec"/>, and some of them in
/// <see cref="All"/>.
/// </summary>
public static class TensorCodecs
{
    /// <summary>
    /// Every kind of codec in the settings that stand for all of its settings, from the most exact to the smallest. What is promised for
    /// every codec is tested on these; <see cref="Get"/> knows more.
    /// </summary>
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
        : throw new IsthmusException(ErrorKind.Usage, $"There is no codec of kind {(int)spec.Kind} with parameter {spec.Parameter}: choose {CodecSpec.Choices}.");

    /// <summary>Whether there is a codec of this specification.</summary>
    public static bool IsKnown(CodecSpec spec) => BySpec.ContainsKey(spec);

    /// <summary>Whether there is a codec of this kind, with whatever parameter.</summary>
    public static bool IsKnown(CodecKind kind) => Kinds.Contains(kind);
}
