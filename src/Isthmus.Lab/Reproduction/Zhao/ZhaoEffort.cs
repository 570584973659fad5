using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>How thorough the reproduction is.</summary>
/// <param name="Rates">The bandwidths at which everything really runs.</param>
/// <param name="CalibrationPhotographs">The most photographs that curves come from.</param>
/// <param name="TimedPhotographs">Photographs that are timed at each bandwidth.</param>
/// <param name="JudgedPhotographs">The most photographs that every plan answers to judge its accuracy.</param>
/// <param name="Fractions">The fractions that are measured.</param>
/// <param name="Qualities">JPEG qualities that are measured.</param>
/// <param name="Scales">Sizes of the JPEG, as a share of the input's width and height.</param>
/// <param name="MaxCuts">Cuts that are measured, for Isthmus.</param>
/// <param name="Codecs">Codecs that are measured at them.</param>
/// <param name="Budget">What profiling one network may take, roughly.</param>
public sealed record ZhaoEffort(
    ImmutableArray<BitsPerSecond> Rates,
    int CalibrationPhotographs,
    int TimedPhotographs,
    int JudgedPhotographs,
    ImmutableArray<double> Fractions,
    ImmutableArray<int> Qualities,
    ImmutableArray<double> Scales,
    int MaxCuts,
    ImmutableArray<CodecSpec> Codecs,
    TimeSpan Budget)
{
    /// <summary>How many times slower than this machine the edge is; emulated. The cloud is this machine.</summary>
    public const double EdgeSlowdown = 2;

    /// <summary>The sane JPEG that is sent whole by the baselines, and whose first part Zhao et al.'s method sends.</summary>
    public static InputEncoding Jpeg { get; } = InputEncoding.Jpeg(75);

    /// <summary>What is profiled: times of the whole forms and of a few parts; what lies between is interpolated.</summary>
    public ProfilerOptions Profiling => ProfilerOptions.Default with
    {
        Samples = 5,
        Codecs = Codecs,
        Inputs = [Jpeg, Jpeg.First(0.5), Jpeg.First(0.2), InputEncoding.Embedded, InputEncoding.Embedded.First(0.5), InputEncoding.Embedded.First(0.2), .. Qualities.Select(InputEncoding.Jpeg).Where(q => q != Jpeg), .. Scales.Where(x => x < 1).Select(Jpeg.ScaledBy)],
        MaxCuts = MaxCuts,
        MiddleCuts = 0,
        Blocks = BlockMeasurement.None,
        Budget = Budget,
        Repeats = 5,
    };

    /// <summary>The effort for these options.</summary>
    public static ZhaoEffort Of(ReproductionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ImmutableArray<CodecSpec> codecs = options.Codecs.IsEmpty ? [CodecSpec.Huffman(4), CodecSpec.Dense(12), CodecSpec.Dense(7)] : options.Codecs;
        ImmutableArray<BitsPerSecond> rates = options.Rates.IsEmpty ? Mbit(options.Quick ? [0.5, 2, 10] : [0.3, 0.6, 1, 2, 5, 20]) : [.. options.Rates.Distinct().Order()];
        return options.Quick
            ? new(rates, 16, Math.Min(2, options.Limit ?? 2), 14, [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1], [75, 50, 30], [0.5, 1], 1, codecs, TimeSpan.FromSeconds(10))
            : new(rates, 200, Math.Min(8, options.Limit ?? 8), 200, [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], [90, 75, 60, 50, 40, 30, 20, 10], [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1], 2, codecs, TimeSpan.FromSeconds(30));
    }

    private static ImmutableArray<BitsPerSecond> Mbit(double[] rates) => [.. rates.Select(r => new BitsPerSecond(r * 1e6))];
}
