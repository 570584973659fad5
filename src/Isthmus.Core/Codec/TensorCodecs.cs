using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
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
    /// every codec is tested on these; <see cref="Get(CodecSpec)"/> knows more.
    /// </summary>
    public static ImmutableArray<ITensorCodec> All { get; } =
    [
        new RawCodec(),
        new HalfCodec(),
        new HuffmanCodec(16),
        .. Enumerable.Range(1, 8).Reverse().Select(bits => new HuffmanCodec(bits)),
        .. SomeLevels.Select(levels => new FastCodec(levels)),
        .. new[] { 64, 16, 10, 7, 4, 2 }.Select(quality => new DenseCodec(quality)),
    ];

    // One for each way of packing, and the ends.
    private static ImmutableArray<int> SomeLevels => [255, 16, 8, 6, 4, 3, 2];

    private static readonly FrozenDictionary<CodecSpec, ITensorCodec> BySpec =
        All.Concat(Enumerable.Range(2, 254).Select(levels => new FastCodec(levels)))
            .Concat(Enumerable.Range(2, CodecSpec.MaxDenseQuality - 1).Select(quality => new DenseCodec(quality)))
            .DistinctBy(c => c.Spec).ToFrozenDictionary(c => c.Spec);
    private static readonly FrozenSet<CodecKind> Kinds = BySpec.Keys.Select(s => s.Kind).ToFrozenSet();

    /// <summary>The codec of this specification. The same instance each time; it is thread-safe.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public static ITensorCodec Get(CodecSpec spec) => BySpec.TryGetValue(spec, out ITensorCodec? codec) ? codec
        : throw new IsthmusException(ErrorKind.Usage, $"There is no codec of kind {(int)spec.Kind} with parameter {spec.Parameter}: choose {CodecSpec.Choices}.");

    /// <summary>The codec of this specification, with trained tables where it can use them.</summary>
    /// <param name="spec">The codec.</param>
    /// <param name="tables">What was trained on the tensor that is to cross; null for none.</param>
    /// <exception cref="IsthmusException">There is none.</exception>
    public static ITensorCodec Get(CodecSpec spec, CodecTables? tables)
    {
        ITensorCodec codec = Get(spec);
        if (!Uses(spec, tables)) return codec;
        return spec.Kind == CodecKind.Fast ? new FastCodec(spec.Parameter, tables) : new DenseCodec(spec.Parameter, tables);
    }

    /// <summary>Whether a codec can use trained tables, and there are some.</summary>
    public static bool Uses(CodecSpec spec, [NotNullWhen(true)] CodecTables? tables) =>
        tables is not null && (spec.Kind == CodecKind.Dense || (spec.Kind == CodecKind.Fast && tables.Fast.Find(spec.Parameter) is not null));

    /// <summary>Whether there is a codec of this specification.</summary>
    public static bool IsKnown(CodecSpec spec) => BySpec.ContainsKey(spec);

    /// <summary>Whether there is a codec of this kind, with whatever parameter.</summary>
    public static bool IsKnown(CodecKind kind) => Kinds.Contains(kind);
}
