using System.Collections.Immutable;
using Isthmus.Core.Quantities;
using Isthmus.Lab.Reporting;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>The result in words, tables and charts.</summary>
internal static class JaladReport
{
    /// <summary>The sections.</summary>
    public static ImmutableArray<ReportSection> Of(IReadOnlyList<JaladModelResult> results, ReproductionOptions options)
    {
        List<ReportSection> sections = [];
        foreach (JaladModelResult result in results)
        {
            string of = results.Count > 1 ? $"{result.Model}: " : "";
            sections.Add(Outcome(result, of, options));
            foreach (JaladRate rate in result.Rates) sections.Add(At(rate, result, of));
            sections.Add(Sweep(result, of));
            sections.Add(Map(result, of));
            sections.Add(Codecs(result, of, options));
            sections.Add(Method(result, of));
        }

        return [.. sections];
    }

    private static ReportSection Outcome(JaladModelResult result, string of, ReproductionOptions options)
    {
        string photographs = result.HeldOut
            ? $"planned with {result.CalibrationPhotographs} photographs and judged by {result.EvaluatedPhotographs} others"
            : $"planned with and judged by the same {Math.Max(result.CalibrationPhotographs, result.EvaluatedPhotographs)} photographs, as there are no more: of so few, one changed answer is {100.0 / Math.Max(1, result.CalibrationPhotographs):0} %";
        List<string> text =
        [
            $"{result.Model}, {photographs}. {Budget(result, options)} The whole network takes {Ms(result.DeviceMs)} on the device (slowed down {options.EdgeSlowdown:0.##}×, emulated) and {Ms(result.CloudMs)} on the cloud.",
            .. result.Rates.SelectMany(r => Words(r)),
            .. SweepWords(result),
        ];
        string[] methods = [.. result.Methods.Select(m => m.Name).Where(m => result.Rates.Any(r => r.Outcomes.Any(o => o.Method == m)))];
        ReportTable table = new(
            "Median milliseconds from image file to answer, on real runs through the emulated link",
            ["<method", .. result.Rates.Select(r => JaladClaims.Kilobytes(r.Rate))],
            [.. methods.Select(m => ((ImmutableArray<string>)[m, .. result.Rates.Select(r => r.Outcomes.FirstOrDefault(o => o.Method == m) is { } o ? (o.P50Ms is null ? "no plan" : $"{o.P50Ms:0}{(o.IsSplit ? " (split)" : "")}") : "")], m == JaladMethod.Isthmus))]);
        return new($"{of}What came out") { Text = [.. text], Tables = [table] };
    }

    // Where splitting does not pay is said plainly.
    private static IEnumerable<string> Words(JaladRate rate)
    {
        string at = $"At {JaladClaims.Kilobytes(rate.Rate)}";
        JaladOutcome ours = rate.Of(JaladMethod.Isthmus), jalad = rate.Of(JaladMethod.Jalad);
        if (ours.P50Ms is null)
        {
            yield return $"{at} no plan keeps Δα.";
            yield break;
        }

        string jalads = jalad.P50Ms is null ? "JALAD finds no plan that keeps Δα" : $"JALAD chooses {jalad.Plan}: {Ms(jalad.P50Ms)}, {Bytes(jalad.BytesUp)}";
        yield return $"{at} Isthmus chooses {ours.Plan}: {Ms(ours.P50Ms)}, {Bytes(ours.BytesUp)} sent. {jalads}.";
        JaladOutcome? split = rate.Outcomes.Where(o => o is { IsSplit: true, P50Ms: not null }).MinBy(o => o.P50Ms);
        JaladOutcome? single = rate.Outcomes.Where(o => o is { IsSplit: false, P50Ms: not null }).MinBy(o => o.P50Ms);
        if (split is null)
        {
            yield return $"{at} no split keeps Δα: splitting does not pay.";
        }
        else if (single is not null)
        {
            double ratio = split.P50Ms!.Value / single.P50Ms!.Value;
            string figures = $"the fastest split that ran, {split.Plan}, takes {Ms(split.P50Ms)}; the fastest way without a split, {single.Method} ({single.Plan}), {Ms(single.P50Ms)}";
            yield return ratio switch
            {
                > 1.05 => $"{at} splitting does not pay: {figures}. A split is {(ratio - 1) * 100:0} % slower.",
                < 0.95 => $"{at} splitting pays: {figures}. A split saves {(1 - ratio) * 100:0} %.",
                _ => $"{at} splitting makes no difference that could be told from noise: {figures}.",
            };
        }
    }

    private static IEnumerable<string> SweepWords(JaladModelResult result)
    {
        string range = $"from {JaladClaims.Kilobytes(result.Sweep.Min(p => p.KilobytesPerSecond))} to {JaladClaims.Kilobytes(result.Sweep.Max(p => p.KilobytesPerSecond))}";
        foreach (string method in new[] { JaladMethod.Isthmus, JaladMethod.Jalad })
        {
            string[] splits = [.. Ranges(result, method).Where(r => r.IsSplit).Select(r => $"{Between(r)} ({r.Plan})")];
            yield return splits.Length == 0
                ? $"Predicted over the sweep {range}: {method} splits nowhere."
                : $"Predicted over the sweep {range}: {method} splits {string.Join(", ", splits)}, and nowhere else.";
        }
    }

    private static ReportSection At(JaladRate rate, JaladModelResult result, string of)
    {
        JaladOutcome ours = rate.Of(JaladMethod.Isthmus), jalad = rate.Of(JaladMethod.Jalad);
        string title = $"{of}{JaladClaims.Kilobytes(rate.Rate)} ({rate.Rate}, emulated)";
        ReportTable table = new(
            "",
            ["<method", "<plan", "median ms", "p95 ms", "sent up", "predicted ms", "off by", "same answer", "top-1", "change, 95 %", "JALAD's speed-up", "Isthmus' speed-up"],
            [.. rate.Outcomes.Select(o => (Row(o, jalad, ours), o.Method == JaladMethod.Isthmus))]);
        StackedBarChart bars = new(
            "Where the milliseconds went: median of each stage, on real runs", "ms", StageBars.Series,
            [.. rate.Outcomes.Where(o => o.Run is not null && o.SameRunAs is null).Select(o => StageBars.Of(string.Join(" = ", rate.Outcomes.Where(x => x.Chosen == o.Chosen).Select(x => x.Method)), o.Run!, Bytes(o.BytesUp), o.Method == JaladMethod.Isthmus || ours.SameRunAs == o.Method))]);
        string shared = rate.Outcomes.Any(o => o.SameRunAs is not null)
            ? " Methods that chose the same plan share its run: " + string.Join("; ", rate.Outcomes.Where(o => o.SameRunAs is not null).Select(o => $"{o.Method} is {o.SameRunAs}")) + "." : "";
        return new(title)
        {
            Text = [$"{result.TimedPhotographs} photographs, one after another, each by every plan in turn. The runtime measured {rate.MeasuredBandwidth} and {rate.MeasuredRoundTrip}, and planned with that.{shared}", $"Isthmus: {ours.Why}", $"JALAD: {jalad.Why}"],
            Tables = [table],
            Bars = [bars],
        };
    }

    private static ImmutableArray<string> Row(JaladOutcome o, JaladOutcome jalad, JaladOutcome ours)
    {
        if (o.P50Ms is not { } ms) return [o.Method, o.Plan is null ? "no plan keeps Δα" : $"{o.Plan}: no answer", .. Enumerable.Repeat("", 10)];
        string off = o.PredictedMs is > 0 and { } predicted ? $"{(ms - predicted) / predicted * 100:+0;−0;±0} %" : "";
        return
        [
            o.Method, o.Plan ?? "", $"{ms:0.0}", $"{o.P95Ms:0.0}", Bytes(o.BytesUp), $"{o.PredictedMs:0.0}", off,
            o.Loss?.Agreement is { } same ? $"{same * 100:0.#} % of {o.Loss.Photographs}" : "",
            o.Loss?.Top1 is { } top1 ? $"{top1 * 100:0.#} % of {o.Loss.Labelled}" : "",
            o.Loss?.Top1Change is { } change ? $"{change * 100:+0.#;−0.#;±0}{(o.Loss is { Low: { } low, High: { } high } ? $" [{low * 100:+0.#;−0.#;±0}, {high * 100:+0.#;−0.#;±0}]" : "")}" : "",
            Faster(jalad, o), Faster(ours, o),
        ];
    }

    private static ReportSection Sweep(JaladModelResult result, string of)
    {
        ImmutableArray<LineSeries> Curves(Func<JaladPrediction, double?> predicted, Func<JaladOutcome, double?> measured) =>
        [
            .. result.Methods.Where(m => !m.IsForced).Select(m => new LineSeries(
                m.Name, m.Colour, [.. result.Sweep.Where(p => p.Method == m.Name && predicted(p) is not null).Select(p => (p.KilobytesPerSecond, predicted(p)!.Value))], Emphasised: m.Name == JaladMethod.Isthmus)),
            .. result.Methods.Where(m => !m.IsForced).Select(m => new LineSeries(
                m.Name, m.Colour, [.. result.Rates.SelectMany(r => r.Outcomes.Where(o => o.Method == m.Name && measured(o) is not null).Select(o => (r.KilobytesPerSecond, measured(o)!.Value)))], AsMarks: true, Emphasised: m.Name == JaladMethod.Isthmus)),
        ];

        ReportTable plans = new(
            "What is chosen where, as predicted",
            ["<method", "<bandwidth", "<plan", "sent up", "<split"],
            [.. new[] { JaladMethod.Neurosurgeon, JaladMethod.Jalad, JaladMethod.Isthmus }.SelectMany(m => Ranges(result, m).Select(r =>
                ((ImmutableArray<string>)[m, Between(r), r.Plan ?? "none keeps Δα", Bytes(r.BytesUp), r.IsSplit ? "yes" : "no"], m == JaladMethod.Isthmus)))]);
        return new($"{of}Over the bandwidth")
        {
            Text = ["Lines are predicted by the planner from the profile of this run; dots are the medians of real runs through the emulated link."],
            Lines =
            [
                new("Milliseconds from image file to answer", "bandwidth, kB/s", "ms", Curves(p => p.Ms, o => o.P50Ms)),
                new("Bytes that leave the device for one photograph (nothing is sent where a line is absent)", "bandwidth, kB/s", "kB", Curves(p => p.BytesUp / 1000, o => o.BytesUp / 1000)),
            ],
            Tables = [plans],
        };
    }

    private static ReportSection Map(JaladModelResult result, string of)
    {
        double[] rates = [.. result.Map.Select(c => c.KilobytesPerSecond).Distinct()], slowdowns = [.. result.Map.Select(c => c.Slowdown).Distinct()];
        JaladMapCell[] open = [.. result.Map.Where(c => !c.IsPrivate)], kept = [.. result.Map.Where(c => c.IsPrivate)];
        return new($"{of}Where splitting pays, as predicted")
        {
            Text =
            [
                "From the same profile, for devices of other speeds, all within Δα and with every codec and form of the input that Isthmus has. A cell names the best way without a split, and how much longer (+) or shorter (−) the best split takes.",
                $"A split is predicted to be faster in {open.Count(c => c.SplitPays)} of {open.Length} cases; where the raw picture may not leave the device, in {kept.Count(c => c.SplitPays)} of {kept.Length}.",
            ],
            Tables = [Table("Any way is allowed", open), Table("The raw picture may not leave the device", kept)],
        };

        ReportTable Table(string title, JaladMapCell[] cells) => new(
            title,
            ["<device slower than the cloud", .. rates.Select(r => "<" + JaladClaims.Kilobytes(r))],
            [.. slowdowns.Select(s => ((ImmutableArray<string>)[$"{s:0.##}×", .. rates.Select(r => Cell(cells.First(c => c.Slowdown == s && c.KilobytesPerSecond == r)))], false))]);
    }

    private static string Cell(JaladMapCell cell)
    {
        if (cell.Single is null && cell.Split is null) return "none keeps Δα";
        if (cell.Single is null) return "only a split";
        string single = cell.Single.Split(" → ")[0];
        return cell is { SplitMs: { } split, SingleMs: > 0 and { } ms } ? $"{single}, split {(split - ms) / ms * 100:+0;−0;±0} %" : $"{single}, no split";
    }

    private static ReportSection Codecs(JaladModelResult result, string of, ReproductionOptions options) => new($"{of}What crosses at each cut")
    {
        Text = [$"For each cut that was measured, the fewest bytes within Δα on the {result.CalibrationPhotographs} calibration photographs: by JALAD's codec (min-max, c bits, Huffman), and by all that Isthmus may choose. Requests are counted whole."],
        Tables =
        [
            new(
                "",
                ["<cut", "<shape", "work before", "float32", "<JALAD", "bytes", "loss", "<Isthmus", "bytes", "loss", "JALAD ÷ Isthmus"],
                [.. result.Cuts.Select(c => ((ImmutableArray<string>)
                [
                    c.Cut, c.Shape, $"{c.MacShare * 100:0.0} %", new ByteCount(c.RawBytes).ToString(),
                    c.JaladCodec ?? "none", c.JaladBytes is { } jb ? new ByteCount(jb).ToString() : "", c.JaladLoss is { } jl ? $"{jl * 100:0.##} %" : "",
                    c.IsthmusCodec ?? "none", c.IsthmusBytes is { } ib ? new ByteCount(ib).ToString() : "", c.IsthmusLoss is { } il ? $"{il * 100:0.##} %" : "",
                    c is { JaladBytes: > 0 and { } a, IsthmusBytes: > 0 and { } b } ? $"{(double)a / b:0.00}×" : "",
                ], false))]),
        ],
    };

    private static ReportSection Method(JaladModelResult result, string of) => new($"{of}How it was done")
    {
        Text =
        [
            "Every method is a restriction of the one planner, and its plan runs on the one pipeline; so all have the same decoder, transport and inference runtime. The cloud is a process of its own on this machine, reached through Isthmus' link emulator. What the paper calls the edge is the machine at the source of the picture: the device here.",
            "Latency is from the image file on the device to the answer on the device: decoding, computing, encoding, sending, waiting, and the answer's way back. The paper's model leaves encoding and round trips out; here every method plans with them, but for \"JALAD, paper's cost\".",
            $"A loss is counted against the un-split network on the same photographs. Sizes, losses and times for planning come from {result.CalibrationPhotographs} calibration photographs; {(result.HeldOut ? "those that are timed and judged are others" : "they are also those that are timed and judged, for want of more")}.",
            "Origin2Cloud uploads raw 8-bit pixels, three bytes each, not the float tensor, which is four times as large.",
        ],
        Tables =
        [
            new("The methods", ["<method", "<may choose"], [.. result.Methods.Select(m => ((ImmutableArray<string>)[m.Name, m.Summary], false))]),
            new(
                "Forms of the input, on the calibration photographs",
                ["<form", "bytes", "loss", "made on the device, ms (slowed down)"],
                [.. result.Inputs.Select(i => ((ImmutableArray<string>)[i.Form, new ByteCount(i.Bytes).ToString(), i.EncodeMs is null ? "given up" : $"{i.Loss * 100:0.##} %", $"{i.EncodeMs:0.0}"], false))]),
        ],
    };

    private static IEnumerable<(double From, double To, string? Plan, bool IsSplit, double? BytesUp)> Ranges(JaladModelResult result, string method)
    {
        JaladPrediction[] points = [.. result.Sweep.Where(p => p.Method == method)];
        int begin = 0;
        for (int i = 1; i <= points.Length; i++)
        {
            if (i < points.Length && points[i].Plan == points[begin].Plan) continue;
            yield return (points[begin].KilobytesPerSecond, points[i - 1].KilobytesPerSecond, points[begin].Plan, points[begin].IsSplit, points[begin].BytesUp);
            begin = i;
        }
    }

    private static string Between((double From, double To, string? Plan, bool IsSplit, double? BytesUp) range) => range.From == range.To
        ? $"at {JaladClaims.Kilobytes(range.From)}" : $"{JaladClaims.Kilobytes(range.From)} to {JaladClaims.Kilobytes(range.To)}";

    // How many times as fast `mine` is.
    private static string Faster(JaladOutcome mine, JaladOutcome other) =>
        mine.P50Ms is > 0 and { } a && other.P50Ms is { } b && mine.Method != other.Method ? $"{b / a:0.00}×" : "";

    private static string Budget(JaladModelResult result, ReproductionOptions options) => result.LossIsTop1
        ? $"Top-1 may drop by at most Δα = {options.MaxLoss * 100:0.##} points."
        : $"At most Δα = {options.MaxLoss * 100:0.##} % of the answers may change.";

    private static string Ms(double? ms) => ms is { } value ? $"{value:0} ms" : "no answer";

    private static string Bytes(double? bytes) => bytes is { } value ? new ByteCount((long)Math.Round(value)).ToString() : "";
}
