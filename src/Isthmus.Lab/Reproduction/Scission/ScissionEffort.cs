using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>How thorough the reproduction is.</summary>
/// <param name="Cuts">Cuts that are measured; there is a block more.</param>
/// <param name="Repeats">Repeats of each timing.</param>
/// <param name="Samples">Photographs that sizes and losses come from.</param>
/// <param name="Timed">Photographs that every plan answers under each table of links.</param>
/// <param name="Codecs">Codecs that Isthmus may choose from.</param>
/// <param name="Budget">What measuring may take, roughly.</param>
public sealed record ScissionEffort(int Cuts, int Repeats, int Samples, int Timed, ImmutableArray<CodecSpec> Codecs, TimeSpan Budget)
{
    /// <summary>How many times slower than this machine the edge is; emulated.</summary>
    public const double EdgeSlowdown = 2;

    /// <summary>The two tables of links: bandwidths and pings of those that Scission's authors published.</summary>
    public static ImmutableArray<ScissionConditions> Conditions { get; } =
    [
        new("3G-like", new(1.6e6), new(66.7), new(1.6e6), new(100), new(50e6), new(20)),
        new("wired", new(20e6), new(20), new(20e6), new(45), new(50e6), new(20)),
    ];

    /// <summary>What is profiled.</summary>
    public ProfilerOptions Profiling => ProfilerOptions.Default with
    {
        Samples = Samples,
        Codecs = [.. Codecs.Prepend(CodecSpec.Raw).Distinct()],
        Inputs = [InputEncoding.File, InputEncoding.Jpeg(75)],
        MaxCuts = Cuts,
        MiddleCuts = Cuts,
        Budget = Budget,
        Repeats = Repeats,
    };

    /// <summary>The effort for these options.</summary>
    public static ScissionEffort Of(ReproductionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ImmutableArray<CodecSpec> codecs = !options.Codecs.IsEmpty ? options.Codecs
            : options.Quick ? [CodecSpec.Fast(8)]
            : [CodecSpec.Half, CodecSpec.Huffman(8), CodecSpec.Huffman(4), CodecSpec.Fast(8), CodecSpec.Fast(4), CodecSpec.Dense(12), CodecSpec.Dense(7)];
        return options.Quick
            ? new(4, 3, 3, Math.Min(1, options.Limit ?? 1), codecs, TimeSpan.FromSeconds(8))
            : new(10, 7, 8, Math.Min(8, options.Limit ?? 8), codecs, TimeSpan.FromSeconds(120));
    }
}
