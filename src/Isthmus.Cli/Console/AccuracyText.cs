using System.Globalization;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Statistics;

namespace Isthmus.Cli.Console;

/// <summary>Losses of accuracy in words, the same in every command.</summary>
internal static class AccuracyText
{
    /// <summary>A share as a percentage with one digit, such as 0.6 or −0.1.</summary>
    public static string Percent(double share)
    {
        string text = (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
        return text is "-0.0" ? "0.0" : text.Replace('-', '−');
    }

    /// <summary>A loss with its interval, such as "0.6 % (95 %: −0.1…1.4)".</summary>
    public static string Loss(MeasuredAccuracy accuracy) => $"{Percent(accuracy.RawLoss)} % {Interval(accuracy)}";

    /// <summary>What a calibration measured of each crossing of a plan, in order; nothing of those that were not calibrated.</summary>
    public static IEnumerable<(string Crossing, MeasuredAccuracy Accuracy, double Smoothed, int Images)> Of(Plan plan, ProfileIndex index)
    {
        InputProfile? input = plan.Input.Kind == InputKind.Local ? null : index.Profile.Inputs.FirstOrDefault(i => i.Encoding == plan.Input);
        if (input?.Accuracy is { } known) yield return (plan.Input.ToString(), known, input.AccuracyLoss, input.SampleCount);
        foreach (PlacedSegment segment in plan.Segments.Where(s => s.To is not null))
        {
            CodecProfile? codec = index.Cut(segment.To!).Codecs.FirstOrDefault(c => c.Codec == segment.Codec);
            if (codec?.Accuracy is { } measured) yield return ($"{segment.Codec} at {segment.To}", measured, codec.AccuracyLoss, codec.SampleCount);
        }
    }

    /// <summary>Such as "huffman:4 at c05 loses 0.6 % (95 %: −0.1…1.4) of top-1 accuracy on 334 images".</summary>
    /// <remarks>Where smoothing changed the loss that the plan counts, it says that too.</remarks>
    public static string Sentence(string crossing, MeasuredAccuracy accuracy, double smoothed, int images)
    {
        string counted = Percent(smoothed) == Percent(accuracy.RawLoss) ? "" : $", counted as {Percent(smoothed)} %";
        return accuracy.Top1Change is not null
            ? $"{crossing} loses {Loss(accuracy)} of top-1 accuracy on {images} images{counted}"
            : $"{crossing} changes {Loss(accuracy)} of the answers on {images} images{counted}";
    }

    /// <summary>
    /// What to check if the un-split network is nearly always wrong: its upper 95 % end is below one right answer in ten, which is what a wrong
    /// manifest or labels of other classes look like. Null if nothing is suspicious.
    /// </summary>
    /// <param name="top1">Share of right answers, 0…1.</param>
    /// <param name="images">Images with a label.</param>
    public static string? Suspicion(double top1, int images)
    {
        if (images <= 0) return null;
        int right = Math.Clamp((int)Math.Round(top1 * images), 0, images);
        return BinomialInterval.ClopperPearson(right, images).High >= 0.1 ? null
            : $"The un-split network is right on {right} of {images} images: losses against it mean little. Check the manifest (mean, scale, channel order, label offset) and the labels.";
    }

    /// <summary>The interval, such as "(95 %: −0.1…1.4)".</summary>
    public static string Interval(MeasuredAccuracy accuracy) => $"(95 %: {Percent(accuracy.Low)}…{Percent(accuracy.High)})";
}
