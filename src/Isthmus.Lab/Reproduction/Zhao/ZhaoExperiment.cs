using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>
/// The experiment: an edge and a cloud as processes behind emulated links, every network profiled and its curves calibrated on half of the photographs, and at each bandwidth
/// every method's plan on the same photographs in turn; accuracies on the other half.
/// </summary>
internal sealed class ZhaoExperiment(ImmutableArray<Network> networks, ImmutableArray<ZhaoPhotograph> pictures, ReproductionOptions options, ZhaoEffort effort)
{
    // With fewer photographs there are not enough to plan with some and to judge by others.
    private const int EnoughToHoldOut = 16;

    // Fewer labelled photographs say nothing of a top-1 accuracy: right is then what the most accurate network says of the un-encoded picture.
    private const int EnoughLabels = 30;

    // How many deadlines are worth all of the accuracy, where the two are traded.
    private const double SatisfactionScale = 2;

    private readonly Dictionary<(Plan Plan, int Photograph), ImageReport> _answers = [];
    private ImmutableArray<ZhaoVariant> _variants = [];
    private ImmutableArray<LabelledImage> _judged = [];
    private int?[] _right = [];

    /// <summary>Runs it.</summary>
    public async Task<ZhaoResult> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        (ImmutableArray<LabelledImage> calibration, ImmutableArray<LabelledImage> others, bool heldOut) = Divide();
        bool labelled = pictures.Count(p => p.Image.ClassIndex is not null) >= EnoughLabels;
        ImmutableArray<LabelledImage> timed = Spread(others, effort.TimedPhotographs);
        _judged = Spread(others, effort.JudgedPhotographs);

        progress.Report(new("starts an edge and a cloud node", 0));
        await using NodeProcess edge = await StartAsync("edge", Tier.Edge, ZhaoEffort.EdgeSlowdown, cancellationToken);
        await using NodeProcess cloud = await StartAsync("cloud", Tier.Cloud, 1, cancellationToken);
        await using DemoLinks links = new(edge, cloud);
        using Tiers tiers = await Tiers.ConnectAsync(links.Addresses, profile: null, new() { Clock = options.Clock }, breaker: null, cancellationToken);
        List<IAsyncDisposable> opened = [];
        try
        {
            List<ZhaoVariant> variants = [];
            for (int i = 0; i < networks.Length; i++)
            {
                PartialProgress part = new(progress, 0.02 + (0.5 * i / networks.Length), 0.02 + (0.5 * (i + 1) / networks.Length));
                ZhaoVariant variant = await OpenAsync(networks[i], tiers, links.Addresses, calibration, labelled, part, cancellationToken);
                opened.Add(variant.Pipeline);
                opened.Add(variant.Answering);
                variants.Add(variant);
            }

            await RateVariantsAsync(variants, calibration, labelled, cancellationToken);
            progress.Report(new("answers with the most accurate network", 0.52));
            ZhaoVariant best = _variants.MinBy(v => v.Loss)!;
            Plan whole = BaselinePlans.DeviceOnly(best.Network.Model.Hash);
            int?[] reference = await AnswersAsync(best, whole, cancellationToken);
            _right = labelled ? [.. _judged.Select(i => i.ClassIndex)] : reference;

            ImmutableArray<ZhaoQuestion> questions = Questions();
            List<ZhaoPoint> points = [];
            for (int i = 0; i < effort.Rates.Length; i++)
            {
                PartialProgress part = new(progress, 0.53 + (0.44 * i / effort.Rates.Length), 0.53 + (0.44 * (i + 1) / effort.Rates.Length));
                points.AddRange(await AtAsync(effort.Rates[i], questions, tiers, links, timed, part, cancellationToken));
            }

            links.Clear();
            progress.Report(new("tries the device's confidence", 0.97));
            ZhaoCascade? cascade = await CascadeAsync(best, cancellationToken);
            return new()
            {
                Cascade = cascade,
                Networks = [.. _variants.Select(ZhaoNetwork.Of)],
                Labelled = labelled,
                HeldOut = heldOut,
                Views = pictures.Select(p => p.Photograph).Distinct().Count() is var own && own < pictures.Length ? own : null,
                CalibrationPhotographs = calibration.Length,
                TimedPhotographs = timed.Length,
                JudgedPhotographs = _judged.Length,
                Questions = questions,
                Methods = ZhaoMethod.All(_variants[0].Index.Profile),
                Points = [.. points],
                RoundTrip = options.RoundTrip,
            };
        }
        finally
        {
            foreach (IAsyncDisposable pipeline in opened) await pipeline.DisposeAsync();
        }
    }

    private Task<NodeProcess> StartAsync(string name, Tier tier, double slowdown, CancellationToken cancellationToken) =>
        NodeProcess.StartAsync(name, tier, ["--slowdown", $"{slowdown}", "--data", Path.Combine(options.DataFolder, "nodes", $"zhao-{name}")], cancellationToken);

    // What is planned with and what is judged by are different photographs, if there are enough.
    private (ImmutableArray<LabelledImage> Calibration, ImmutableArray<LabelledImage> Others, bool HeldOut) Divide() => pictures.Length < EnoughToHoldOut
        ? ([.. pictures.Select(p => p.Image)], [.. pictures.Select(p => p.Image)], false)
        : (Spread([.. pictures.Where(p => p.Photograph % 2 == 0).Select(p => p.Image)], effort.CalibrationPhotographs), [.. pictures.Where(p => p.Photograph % 2 == 1).Select(p => p.Image)], true);

    private static ImmutableArray<LabelledImage> Spread(ImmutableArray<LabelledImage> all, int count)
    {
        int most = Math.Min(count, all.Length);
        return [.. Enumerable.Range(0, most).Select(i => all[(int)((long)i * all.Length / most)])];
    }

    private async Task<ZhaoVariant> OpenAsync(
        Network network, Tiers tiers, TierAddresses addresses, ImmutableArray<LabelledImage> calibration, bool labelled, PartialProgress progress, CancellationToken cancellationToken)
    {
        RunSettings settings = new()
        {
            Network = network,
            Addresses = addresses,
            DataFolder = options.DataFolder,
            Slowdown = options.EdgeSlowdown,
            UseCachedProfile = false,
            Profiling = effort.Profiling,
            Clock = options.Clock,
        };
        (Profile profile, _) = await RunSession.ProfileAsync(settings, tiers, [.. calibration.Select(i => i.Path)], new PartialProgress(progress, 0, 0.4), cancellationToken);
        ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(network.Model, progress: null, cancellationToken), cancellationToken);
        Calibrator calibrator = new(network, analysis, new()
        {
            Codecs = effort.Codecs,
            Cuts = [.. profile.Cuts.Select(c => c.Id)],
            Inputs = [],
            Curves = Families(),
            DeviceNetwork = network == networks[0] ? null : networks[0],
            StopLoss = 1,
            Repeats = 1,
            Clock = options.Clock,
        });
        IReadOnlyList<LabelledImage> judged = labelled ? calibration : [.. calibration.Select(i => i with { ClassIndex = null })];
        profile = CalibrationMerge.Into(profile, (await calibrator.CalibrateAsync(judged, new PartialProgress(progress, 0.4, 1), cancellationToken)).Profile);
        // A method may be as slow as it is: it is not to be rescued by the device.
        PipelineOptions timing = new() { Slowdown = options.EdgeSlowdown, RemoteTimeout = new(300_000), Clock = options.Clock };
        return new(network, ProfileIndex.Of(profile), new(network, profile.Cuts, tiers, timing), new(network, profile.Cuts, tiers, timing with { Slowdown = 1 }), 0, 0);
    }

    // Every way to make the bytes fewer, with a curve of its own.
    private ImmutableArray<CurveFamily> Families() =>
    [
        CurveFamily.Parse($"{ZhaoEffort.Jpeg}", effort.Fractions),
        CurveFamily.Parse($"{InputEncoding.Embedded}", effort.Fractions),
        new(InputCurve.QualityFamily, InputEncoding.Jpeg(effort.Qualities.Max()), [.. effort.Qualities.Order().Select(InputEncoding.Jpeg)]),
        new(InputCurve.ScaleFamily, ZhaoEffort.Jpeg, [.. effort.Scales.Order().Select(ZhaoEffort.Jpeg.ScaledBy)]),
    ];

    // How much less accurate each network is than the best of them, from un-encoded pictures.
    private async Task RateVariantsAsync(List<ZhaoVariant> variants, ImmutableArray<LabelledImage> calibration, bool labelled, CancellationToken cancellationToken)
    {
        double[] accuracy = new double[variants.Count];
        if (labelled)
        {
            for (int i = 0; i < accuracy.Length; i++) accuracy[i] = variants[i].Index.Profile.Calibration!.Top1!.Value;
        }
        else
        {
            // The network that computes most is taken to be right.
            ZhaoVariant largest = variants.MaxBy(v => v.Index.Profile.Macs ?? 0)!;
            _judged = calibration;
            int?[] right = await AnswersAsync(largest, BaselinePlans.DeviceOnly(largest.Network.Model.Hash), cancellationToken);
            for (int i = 0; i < accuracy.Length; i++)
            {
                int?[] answers = await AnswersAsync(variants[i], BaselinePlans.DeviceOnly(variants[i].Network.Model.Hash), cancellationToken);
                accuracy[i] = (double)answers.Zip(right).Count(a => a.First is not null && a.First == a.Second) / right.Length;
            }
        }

        _variants = [.. variants.Select((v, i) => v with { Accuracy = accuracy[i], Loss = accuracy.Max() - accuracy[i] })];
        _answers.Clear();
        _judged = Spread(Divide().Others, effort.JudgedPhotographs);
    }

    private ImmutableArray<ZhaoQuestion> Questions()
    {
        ZhaoVariant best = _variants.MinBy(v => v.Loss)!;
        double deadline = Math.Round(0.6 * best.Index.Compute(Tiers.Device, null, null)!.Value.Value);
        ImmutableArray<ZhaoQuestion> two =
        [
            new("fastest", $"the least latency, at most {options.MaxLoss * 100:0.#} points less accurate than {best.Name} on the un-encoded picture", options.MaxLoss, null),
            new("deadline", $"the most accuracy within {deadline:0} ms, which is 0.6 times what {best.Name} takes on the device", null, deadline) { Objective = Objective.Accuracy },
        ];
        double worth = SatisfactionScale * deadline;
        return options.Quick ? two :
        [
            .. two,
            new("satisfaction", $"accuracy and time together: accuracy − latency ÷ {worth:0} ms, so that {worth / 100:0.0} ms are worth a point", null, null)
            {
                Objective = Objective.Satisfaction(1, 1, worth),
                MsPerAccuracy = worth,
            },
        ];
    }

    private async Task<List<ZhaoPoint>> AtAsync(
        BitsPerSecond rate, ImmutableArray<ZhaoQuestion> questions, Tiers tiers, DemoLinks links, ImmutableArray<LabelledImage> timed, PartialProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(new($"measures the links at {rate}", 0));
        DemoPhase phase = new(
            $"{rate}", "", new(rate, options.RoundTrip * 0.5), new(rate, options.RoundTrip * 2), new(new BitsPerSecond(1e8), options.RoundTrip * 1.5), Constraints.None);
        links.Set(phase);
        foreach (RemoteNode node in tiers.Nodes) await LinkMeasurement.MeasureAsync(node.Client, tiers.Link(Tiers.Device, node.Name), cancellationToken);
        tiers.Link("edge", "cloud").Seed(options.RoundTrip * 3, new BitsPerSecond(1e8));
        ImmutableArray<LinkProfile> now = LinkProfiles.Of(tiers);
        ImmutableArray<ZhaoMethod> methods = ZhaoMethod.All(_variants[0].Index.Profile);
        List<ZhaoPoint> points = [.. questions.Select(q => new ZhaoPoint(rate, now[0].Bandwidth, q, [.. methods.Select(m => Choose(m, q, now))]))];

        // A plan that two methods choose runs once: a difference between the two would be noise.
        Plan[] plans = [.. points.SelectMany(p => p.Outcomes).Where(o => o.Chosen is not null).Select(o => o.Chosen!).Distinct()];
        links.Clear();
        foreach (Plan plan in plans)
        {
            progress.Report(new($"{rate}: makes {plan} ready", 0.1));
            ZhaoVariant variant = Of(plan);
            await variant.Pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
            await OneAsync(variant.Pipeline, plan, timed[0], cancellationToken);
        }

        links.Set(phase);
        Dictionary<Plan, List<ImageReport>> runs = plans.ToDictionary(p => p, _ => new List<ImageReport>());
        for (int i = 0; i < timed.Length; i++)
        {
            for (int k = 0; k < plans.Length; k++)
            {
                // The order turns from photograph to photograph.
                Plan plan = plans[(i + k) % plans.Length];
                progress.Report(new($"{rate}: photograph {i + 1} of {timed.Length} by {Of(plan).Name}, {plan}", 0.2 + (0.6 * ((i * plans.Length) + k) / (timed.Length * plans.Length))));
                runs[plan].Add(await OneAsync(Of(plan).Pipeline, plan, timed[i], cancellationToken));
            }
        }

        links.Clear();
        Dictionary<Plan, ZhaoJudgement> judged = [];
        for (int k = 0; k < plans.Length; k++)
        {
            progress.Report(new($"{rate}: judges {Of(plans[k]).Name}, {plans[k]}", 0.8 + (0.2 * k / plans.Length)));
            judged[plans[k]] = Judge(await AnswersAsync(Of(plans[k]), plans[k], cancellationToken));
        }

        return [.. points.Select(p => p with { Outcomes = [.. p.Outcomes.Select(o => Complete(o, p.Outcomes, runs, judged))] })];
    }

    private ZhaoVariant Of(Plan plan) => _variants.First(v => v.Network.Model.Hash == plan.Model);

    private ZhaoOutcome Choose(ZhaoMethod method, ZhaoQuestion question, ImmutableArray<LinkProfile> links)
    {
        PlanningRequest request = new(_variants[0].Index)
        {
            Variants = [.. _variants.Select(v => new PlanVariant(v.Index, v.Loss))],
            Space = method.Space,
            Objective = question.Objective,
            Constraints = Constraints.None with { MaxAccuracyLoss = question.MaxLoss, MaxLatency = question.DeadlineMs is { } ms ? new Milliseconds(ms) : null },
            Links = links,
            Top = 1,
            WithPareto = false,
        };
        RankedPlan? best = Planner.Best(request);
        bool meets = best is not null;
        // None keeps to the question: then the method is as accurate as it can be, or, where time was limited, what is best of both; the fastest alone could send next to nothing.
        best ??= Planner.Best(request with
        {
            Constraints = Constraints.None,
            Objective = question.DeadlineMs is { } limit ? Objective.Satisfaction(1, 1, SatisfactionScale * limit) : Objective.Accuracy,
        });
        if (best is null) return new() { Method = method.Name };
        return new()
        {
            Method = method.Name,
            Chosen = best.Plan,
            Plan = (_variants.Length > 1 ? $"{Of(best.Plan).Name}: " : "") + best.Plan.Describe(),
            MeetsQuestion = meets,
            PredictedMs = best.Latency.Value,
            PredictedBytes = best.Bytes.Value,
            PredictedLoss = best.AccuracyLoss,
        };
    }

    private static ZhaoOutcome Complete(ZhaoOutcome outcome, ImmutableArray<ZhaoOutcome> all, Dictionary<Plan, List<ImageReport>> runs, Dictionary<Plan, ZhaoJudgement> judged)
    {
        if (outcome.Chosen is not { } plan) return outcome;
        RunSummary summary = RunSummary.Of(runs[plan]);
        string first = all.First(o => o.Chosen == plan).Method;
        return outcome with
        {
            MeasuredMs = summary.P50Ms,
            Runs = [.. runs[plan].Select(r => r.Fallback is null ? r.Ms?.Total.Value : null)],
            Bytes = summary.BytesSentPerImage,
            Judged = judged[plan],
            SameRunAs = first == outcome.Method ? null : first,
        };
    }

    // One answer for each photograph that is judged by, whatever link there is. Which node runs a whole network does not change its answer, so the fastest does.
    private async Task<int?[]> AnswersAsync(ZhaoVariant variant, Plan plan, CancellationToken cancellationToken)
    {
        if (plan.IsSingleNode && plan.Segments[0].Tier == Tier.Edge) plan = BaselinePlans.Remote(plan.Model, plan.Input, "cloud", Tier.Cloud);
        return [.. (await ReportsAsync(variant, plan, cancellationToken)).Select(r => r.Top1?.Index)];
    }

    private async Task<ImageReport[]> ReportsAsync(ZhaoVariant variant, Plan plan, CancellationToken cancellationToken)
    {
        ImageReport[] reports = new ImageReport[_judged.Length];
        for (int i = 0; i < reports.Length; i++)
        {
            if (!_answers.TryGetValue((plan, i), out ImageReport? report))
                _answers[(plan, i)] = report = await OneAsync(variant.Answering, plan, _judged[i], cancellationToken);
            reports[i] = report;
        }

        return reports;
    }

    // Policies that were learnt from the calibration photographs, on those that judge: easy pictures answered by the small network, hard ones sent to the most accurate.
    private async Task<ZhaoCascade?> CascadeAsync(ZhaoVariant remote, CancellationToken cancellationToken)
    {
        ZhaoVariant small = _variants[0];
        ConfidenceTable? table = remote.Index.Profile.ConfidenceTables.FirstOrDefault(t => t.Family == $"{InputEncoding.Embedded}" && t.DeviceModel == small.Network.Model.Hash);
        if (remote == small || table is null) return null;
        ImageReport[] local = await ReportsAsync(small, BaselinePlans.DeviceOnly(small.Network.Model.Hash), cancellationToken);
        Dictionary<double, ImageReport[]> sent = [];
        foreach (double fraction in table.Fractions)
            sent[fraction] = await ReportsAsync(remote, BaselinePlans.Remote(remote.Network.Model.Hash, InputEncoding.Embedded.First(fraction), "cloud", Tier.Cloud), cancellationToken);
        return ZhaoCascade.Of(small.Name, remote.Name, table, local, sent, _right);
    }

    private ZhaoJudgement Judge(int?[] answers)
    {
        int[] known = [.. Enumerable.Range(0, answers.Length).Where(i => answers[i] is not null && _right[i] is not null)];
        return new(known.Length, known.Count(i => answers[i] == _right[i]));
    }

    private static async Task<ImageReport> OneAsync(Pipeline pipeline, Plan plan, LabelledImage image, CancellationToken cancellationToken) =>
        (await new Runner(pipeline, new FixedPlanSource(plan, "It is the method's plan.")).RunAsync([image], each: null, cancellationToken)).Images[0];
}
