using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Calibration;

/// <summary>From what was counted to the rows of a profile.</summary>
internal static class CalibrationTables
{
    /// <summary>The rows of the codecs at one cut, in the order of the codecs.</summary>
    public static ImmutableArray<CodecProfile> Codecs(ImmutableArray<CodecSpec> codecs, IReadOnlyList<SettingTally> tallies)
    {
        // A codec's parameter, bits or levels, is the larger the finer it is.
        double[] losses = Smooth(codecs.Length, i => codecs[i].Kind, i => codecs[i].Parameter, tallies);
        return [.. codecs.Select((c, i) => new CodecProfile(c, new(tallies[i].MeanBytes), losses[i], tallies[i].Seen) { Accuracy = tallies[i].Accuracy() })];
    }

    /// <summary>The rows of the input encodings, in their order.</summary>
    public static ImmutableArray<InputProfile> Inputs(ImmutableArray<InputEncoding> inputs, IReadOnlyList<SettingTally> tallies)
    {
        // Forms whose accuracy grows with one thing only: with the quality, with the share of the bytes, or with the size. What is all of a form counts in each, and what is less of it
        // loses no less than it does.
        double[] losses = Smooth(inputs.Length, i => (inputs[i].Kind, inputs[i].Fraction, inputs[i].Scale), i => inputs[i].Quality, tallies);
        double[] parts = Smooth(inputs.Length, i => inputs[i].Whole, i => inputs[i].Fraction, tallies);
        double[] sizes = Smooth(inputs.Length, i => (inputs[i].Kind, inputs[i].Quality, inputs[i].Fraction), i => inputs[i].Scale, tallies);
        foreach (int i in Enumerable.Range(0, inputs.Length).Where(i => inputs[i].Scale < 1).OrderByDescending(i => inputs[i].Scale)) losses[i] = Math.Max(sizes[i], LossOf(inputs[i].ScaledBy(1)));
        foreach (int i in Enumerable.Range(0, inputs.Length).Where(i => inputs[i].IsPartial)) losses[i] = Math.Max(parts[i], LossOf(inputs[i].Whole));
        return [.. inputs.Select((e, i) => new InputProfile(e, new(tallies[i].MeanBytes), losses[i], tallies[i].Seen) { Accuracy = tallies[i].Accuracy() })];

        double LossOf(InputEncoding form) => inputs.IndexOf(form) is >= 0 and var at ? losses[at] : 0;
    }

    /// <summary>The times of the codecs at one cut; none of those that were given up, so that no plan uses them.</summary>
    public static IEnumerable<CodecTiming> CodecTimes(string cut, ImmutableArray<CodecSpec> codecs, IReadOnlyList<SettingTally> tallies) => codecs
        .Select((codec, i) => (codec, tally: tallies[i])).Where(c => !c.tally.Stopped)
        .Select(c => new CodecTiming(cut, c.codec, Timing.Of(c.tally.Encode).P50, Timing.Of(c.tally.Decode).P50));

    /// <summary>The times of the input encodings; none of those that were given up.</summary>
    public static IEnumerable<InputTiming> InputTimes(ImmutableArray<InputEncoding> inputs, IReadOnlyList<SettingTally> tallies) => inputs
        .Select((encoding, i) => (encoding, tally: tallies[i])).Where(c => !c.tally.Stopped)
        .Select(c => new InputTiming(c.encoding, Timing.Of(c.tally.Encode).P50, Timing.Of(c.tally.Decode).P50));

    private static double[] Smooth<TKind, TFineness>(int count, Func<int, TKind> kind, Func<int, TFineness> fineness, IReadOnlyList<SettingTally> tallies)
    {
        double[] losses = new double[count];
        foreach (IGrouping<TKind, int> group in Enumerable.Range(0, count).GroupBy(kind))
        {
            int[] order = [.. group.OrderBy(fineness)];
            ImmutableArray<double> fit = LossSmoothing.Fit([.. order.Select(i => tallies[i])]);
            for (int k = 0; k < order.Length; k++) losses[order[k]] = fit[k];
        }

        return losses;
    }
}
