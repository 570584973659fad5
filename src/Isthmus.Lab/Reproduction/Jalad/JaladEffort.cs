using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>How thorough the reproduction is.</summary>
/// <param name="Rates">The bandwidths at which everything really runs.</param>
/// <param name="SweepPoints">How many bandwidths are predicted for.</param>
/// <param name="Calibrates">Whether losses are calibrated (paired, smoothed, hopeless settings given up), or those of a plain profile.</param>
/// <param name="CalibrationPhotographs">Photographs that sizes and losses for planning come from.</param>
/// <param name="TimedPhotographs">Photographs that are timed at each bandwidth.</param>
/// <param name="EvaluatedPhotographs">Photographs that every plan answers to judge its loss.</param>
/// <param name="Qualities">JPEG qualities.</param>
/// <param name="Codecs">Codecs that Isthmus may choose from.</param>
/// <param name="MaxCuts">Cuts that are measured.</param>
/// <param name="Budget">What measuring may take, roughly.</param>
public sealed record JaladEffort(
    ImmutableArray<BitsPerSecond> Rates,
    int SweepPoints,
    bool Calibrates,
    int CalibrationPhotographs,
    int TimedPhotographs,
    int EvaluatedPhotographs,
    ImmutableArray<int> Qualities,
    ImmutableArray<CodecSpec> Codecs,
    int MaxCuts,
    TimeSpan Budget)
{
    /// <summary>The two bandwidths of the issue: 300 kB/s and 1 MB/s.</summary>
    public static ImmutableArray<BitsPerSecond> PaperRates { get; } = [new(2.4e6), new(8e6)];

    /// <summary>What is profiled: Isthmus' codecs and the paper's.</summary>
    public ProfilerOptions Profiling => ProfilerOptions.Default with
    {
        // What is calibrated afterwards needs only its times here.
        Samples = Calibrates ? 6 : CalibrationPhotographs,
        Codecs = [.. Codecs.Concat(Enumerable.Range(1, 8).Select(CodecSpec.Huffman)).Prepend(CodecSpec.Raw).Distinct()],
        Inputs = [InputEncoding.File, InputEncoding.Png, InputEncoding.Pixels, .. Jpegs],
        MaxCuts = MaxCuts,
        MiddleCuts = 0,
        Budget = Budget,
        Repeats = 5,
    };

    /// <summary>The JPEG qualities as input encodings.</summary>
    public ImmutableArray<InputEncoding> Jpegs => [.. Qualities.Select(InputEncoding.Jpeg)];

    /// <summary>The effort for these options.</summary>
    public static JaladEffort Of(ReproductionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ImmutableArray<CodecSpec> codecs = options.Codecs.IsEmpty
            ? Known(["raw", "half", .. options.Quick ? Levels("fast", 3, 5, 8) : Levels("fast", 3, 4, 5, 6, 8, 12, 16), .. options.Quick ? Levels("dense", 4, 7, 12) : Levels("dense", 3, 4, 5, 7, 10, 14, 20)])
            : options.Codecs;
        if (options.Codecs.IsEmpty) codecs = [.. codecs, .. Enumerable.Range(1, 8).Select(CodecSpec.Huffman)];
        ImmutableArray<BitsPerSecond> rates = !options.Rates.IsEmpty ? [.. options.Rates.Distinct().Order()]
            : options.Quick ? PaperRates
            : [new(0.8e6), .. PaperRates, new(24e6)];
        return options.Quick
            ? new(rates, 33, false, 5, Math.Min(3, options.Limit ?? 3), 0, [95, 85, 75, 50, 25], codecs, 3, TimeSpan.FromSeconds(18))
            : new(rates, 33, true, 64, Math.Min(10, options.Limit ?? 10), 100, [95, 90, 80, 75, 70, 60, 50, 40, 30, 25, 20, 15, 10, 5], codecs, 6, TimeSpan.FromSeconds(120));
    }

    private static IEnumerable<string> Levels(string codec, params int[] levels) => levels.Select(l => $"{codec}:{l}");

    // Those that this version of Isthmus has.
    private static ImmutableArray<CodecSpec> Known(IEnumerable<string> names)
    {
        ImmutableArray<CodecSpec>.Builder known = ImmutableArray.CreateBuilder<CodecSpec>();
        foreach (string name in names)
        {
            try
            {
                CodecSpec spec = CodecSpec.Parse(name);
                if (TensorCodecs.IsKnown(spec)) known.Add(spec);
            }
            catch (IsthmusException)
            {
                // Not in this version.
            }
        }

        return known.ToImmutable();
    }
}
