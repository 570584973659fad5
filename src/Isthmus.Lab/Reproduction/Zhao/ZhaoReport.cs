using System.Collections.Immutable;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Imaging;
using Isthmus.Lab.Reporting;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>The result in words, tables and charts.</summary>
internal static class ZhaoReport
{
    private static readonly ImmutableArray<double> LossesShown = [0.01, 0.02, 0.05];
    private static readonly ImmutableArray<string> Colours = ["#1971c2", "#7048a8", "#2f9e44", "#c2570c", "#d6336c", "#7f8c9b"];

    /// <summary>The sections.</summary>
    public static ImmutableArray<ReportSection> Of(ZhaoResult result) => [Outcome(result), .. result.Questions.Select(q => Question(result, q)), .. result.Networks.Select(n => Curves(result, n)), .. Cascade(result), Setting(result)];

    private static ReportSection Outcome(ZhaoResult result)
    {
        string right = result.Labelled ? "the label" : $"what {result.Networks.MaxBy(n => n.Accuracy)!.Name} says of the un-encoded picture";
        return new("What came out")
        {
            Text =
            [
                $"{Networks(result)}. Right is {right}. Curves come from {result.CalibrationPhotographs} pictures; accuracy is judged on {result.JudgedPhotographs} {(result.HeldOut ? "others" : "of the same, because there are so few: it says little")}, time on {result.TimedPhotographs}, once for each plan, in turn."
                + (result.Views is { } views ? $" The pictures are {PictureViews.Count} overlapping views of each of {views} photographs, so intervals are too narrow; views of one photograph are never on both sides." : ""),
                "Everything at once, at each bandwidth: fewer bytes and milliseconds than the better of the two that send everything, and points of accuracy more than the device alone.",
            ],
            Tables =
            [
                new(
                    "Isthmus, and Zhao et al.'s method, against all or nothing", ["bandwidth", "<question", "<method", "<plan", "bytes", "ms", "accuracy", "traffic", "latency", "accuracy over the device", "over sending all"],
                    [.. result.Points.SelectMany(p => new[] { ZhaoMethod.Zhao, ZhaoMethod.Isthmus }.Select(m => GainRow(p, m)))]),
            ],
        };
    }

    private static string Networks(ZhaoResult result) =>
        string.Join("; ", result.Networks.Select(n => $"{n.Name} ({Percent(n.Accuracy)} right un-encoded; {Ms(n.DeviceMs)} ms on the device, {Ms(n.EdgeMs)} on the edge, {Ms(n.CloudMs)} in the cloud)"));

    private static (ImmutableArray<string> Cells, bool Emphasised) GainRow(ZhaoPoint point, string method)
    {
        ZhaoOutcome outcome = point.Of(method);
        ZhaoGain? gain = ZhaoGain.Of(point, method);
        return (
            [
                $"{point.Rate}", point.Question.Name, method, outcome.Plan ?? "no plan", Bytes(outcome.Bytes), Ms(outcome.MeasuredMs), Percent(outcome.Judged?.Accuracy),
                Change(gain is null ? null : -gain.Traffic), Change(gain is null ? null : -gain.Latency), Points(gain?.Accuracy), Points(gain?.AccuracyOfAll),
            ],
            gain is { Reached: 3 });
    }

    private static ReportSection Question(ZhaoResult result, ZhaoQuestion question)
    {
        ZhaoPoint[] points = [.. result.At(question)];
        return new($"Question \"{question.Name}\": {question.Text}")
        {
            Lines =
            [
                Chart("Median milliseconds from image file to answer", "ms", o => o.MeasuredMs, false),
                Chart("Share of photographs that are answered rightly, %", "% right", o => o.Judged?.Accuracy * 100, true),
                Chart("Kilobytes that leave the device", "kB", o => o.Bytes / 1000, false),
            ],
            Tables =
            [
                .. points.Select(p => new ReportTable(
                    $"{p.Rate}", ["<method", "<plan", "predicted ms", "measured ms", "sent", "right", "95 %", "<"],
                    [.. p.Outcomes.Select(o => ((ImmutableArray<string>)
                        [
                            o.Method, o.Plan ?? "no plan", Ms(o.PredictedMs), Ms(o.MeasuredMs), Bytes(o.Bytes), Percent(o.Judged?.Accuracy),
                            o.Judged is { Photographs: > 0 } j ? $"{j.Low * 100:0.0}…{j.High * 100:0.0}" : "",
                            o.Plan is null || o.MeetsQuestion ? "" : question.WantsAccuracy ? "too late by its own prediction; the best of accuracy and time that it has" : "less accurate than asked; the most accurate it has",
                        ], o.Method == ZhaoMethod.Isthmus))])),
            ],
        };

        LineChart Chart(string title, string unit, Func<ZhaoOutcome, double?> value, bool isLinear) => new(
            $"{question.Name}: {title}", "Mbit/s", unit,
            [.. result.Methods.SelectMany(m => Series(m, points, value))])
        { HasLinearY = isLinear };
    }

    private static IEnumerable<LineSeries> Series(ZhaoMethod method, ZhaoPoint[] points, Func<ZhaoOutcome, double?> value)
    {
        ImmutableArray<(double X, double Y)> line = [.. points.Select(p => (p.Rate.Value / 1e6, Value: value(p.Of(method.Name)))).Where(p => p.Value is not null).Select(p => (p.Item1, p.Value!.Value))];
        if (line.IsEmpty) yield break;
        bool emphasised = method.Name == ZhaoMethod.Isthmus;
        yield return new(method.Name, method.Colour, line, AsMarks: false, emphasised);
        yield return new(method.Name, method.Colour, line, AsMarks: true, emphasised);
    }

    private static ReportSection Curves(ZhaoResult result, ZhaoNetwork network)
    {
        string yLabel = result.Labelled ? "% top-1" : "% agreement";
        return new($"{network.Name}: accuracy and bytes")
        {
            Lines =
            [
                new(
                    $"{network.Name}: accuracy over kilobytes, each way to make them fewer; marks are measured, lines the chosen curves", "kB", yLabel,
                    [.. network.Curves.SelectMany((c, i) => Lines(c, c.Family, Colours[i % Colours.Length], c.Chosen, x => c.BytesAt(x).Value / 1000.0))]) { HasLinearY = true },
                .. network.Curve($"{ZhaoEffort.Jpeg}") is { } paper
                    ? (ImmutableArray<LineChart>)[new($"{network.Name}: the curves over the fraction of {paper.Reference}", "fraction of the bytes", yLabel, [.. paper.Fits.SelectMany((f, i) => Lines(paper, f.Kind, Colours[i % Colours.Length], f.Kind, x => x, i == 0))]) { HasLinearX = true, HasLinearY = true }]
                    : [],
            ],
            Tables =
            [
                new(
                    "Fits: error on the points, and on photographs that were held out, in points", ["<family", "fraction 1", "<curve", "<parameters", "error", "held-out error", "<", "bytes for −1 point", "−2", "−5"],
                    [.. network.Curves.SelectMany(c => c.Fits.Select(f => Fit(network, c, f)))]),
            ],
        };
    }

    private static (ImmutableArray<string> Cells, bool Emphasised) Fit(ZhaoNetwork network, InputCurve curve, CurveFit fit)
    {
        bool chosen = fit.Kind == curve.Chosen;
        string parameters = fit.Parameters.Length > 6 ? $"{fit.Parameters.Length / 2} knots" : string.Join(", ", fit.Parameters.Select(p => $"{p:0.###}"));
        return (
            [
                curve.Family, $"{curve.Reference}, {curve.Bytes}", fit.Kind, parameters, $"{fit.Error * 100:0.00}", fit.HeldOutError is { } e ? $"{e * 100:0.00}" : "", chosen ? "chosen" : "",
                .. LossesShown.Select(loss => chosen ? Bytes(network.BytesFor(curve.Family, loss)) : ""),
            ], chosen);
    }

    private static IEnumerable<LineSeries> Lines(InputCurve curve, string name, string colour, string kind, Func<double, double> x, bool withMarks = true)
    {
        IAccuracyCurve line = curve.Fits.First(f => f.Kind == kind).Curve();
        yield return new(name, colour, [.. Enumerable.Range(0, 101).Select(i => curve.Least + ((1 - curve.Least) * i / 100)).Select(f => (x(f), line.At(f) * 100))]);
        if (withMarks) yield return new(name, colour, [.. curve.Points.Select(p => (x(p.Fraction), p.Accuracy * 100))], AsMarks: true);
    }

    private static IEnumerable<ReportSection> Cascade(ZhaoResult result)
    {
        if (result.Cascade is not { } cascade) yield break;
        yield return new("Each photograph by itself")
        {
            Text =
            [
                $"{cascade.Device} runs on the device and says how sure it is. By that, learnt on the calibration photographs, it answers, or part of the picture (embedded) goes to {cascade.Remote}. Each row plans the same mean bytes for all photographs alike, as a curve over all of them does, and by confidence.",
            ],
            Lines =
            [
                new(
                    "Accuracy over mean kilobytes", "kB", "% right",
                    [
                        new("alike", "#1971c2", [.. cascade.Rows.Where(r => r.Fraction > 0).Select(r => (r.Bytes / 1000, (r.Alike.Accuracy ?? 0) * 100))]),
                        new("by the device's confidence", "#7048a8", [.. cascade.Rows.Where(r => r.CascadeBytes > 0).OrderBy(r => r.CascadeBytes).Select(r => (r.CascadeBytes / 1000, (r.ByConfidence.Accuracy ?? 0) * 100))], Emphasised: true),
                    ]) { HasLinearX = true, HasLinearY = true },
            ],
            Tables =
            [
                new(
                    "", ["fraction for all", "bytes", "right", "by confidence: bytes", "right", "photographs sent", "points more"],
                    [.. cascade.Rows.Select(r => ((ImmutableArray<string>)
                        [r.Fraction == 0 ? "device alone" : $"{r.Fraction:0.###}", Bytes(r.Bytes), Percent(r.Alike.Accuracy), Bytes(r.CascadeBytes), Percent(r.ByConfidence.Accuracy), $"{r.Sent * 100:0} %", Points(r.ByConfidence.Accuracy - r.Alike.Accuracy)], false))]),
            ],
        };
    }

    private static ReportSection Setting(ZhaoResult result) => new("Methods and setting")
    {
        Text =
        [
            $"Every method may choose among the networks; all are restrictions of one planner with everything counted. The device's way out has the stated bandwidth to edge and cloud alike; {result.RoundTrip.Value:0.#} ms round trip to the edge, {result.RoundTrip.Value * 4:0.#} ms to the cloud. "
            + "The paper's own set-up, baselines and fitted values are not known beyond its abstract: what it calls its gains is taken to be against all-or-nothing offloading.",
        ],
        Tables = [new("", ["<method", "<what it may choose"], [.. result.Methods.Select(m => ((ImmutableArray<string>)[m.Name, m.Summary], false))])],
    };

    private static string Ms(double? ms) => ms is { } value ? value < 10 ? $"{value:0.0}" : $"{value:0}" : "";

    private static string Bytes(double? bytes) => bytes is { } b ? new ByteCount((long)b).ToString() : "";

    private static string Percent(double? share) => share is { } s ? $"{s * 100:0.0} %" : "";

    private static string Change(double? share) => share is { } s ? $"{s * 100:+0;−0;0} %" : "";

    private static string Points(double? share) => share is { } s ? $"{s * 100:+0.0;−0.0;0.0}" : "";
}
