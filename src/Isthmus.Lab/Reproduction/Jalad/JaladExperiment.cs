using System.Collections.Immutable;
using System.Net;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>
/// The experiment on one network: a cloud as a process behind an emulated link, one profile, and at each bandwidth every method's plan
/// on the same photographs in turn, so that whatever else happens on the machine happens to all of them.
/// </summary>
internal sealed class JaladExperiment(Network network, ImmutableArray<LabelledImage> images, ReproductionOptions options, JaladEffort effort)
{
    // With fewer photographs there are not enough to plan with some and to judge by others.
    private const int EnoughToHoldOut = 16;

    // Fewer labelled photographs say nothing of a top-1 accuracy: losses are then counted in answers that differ.
    private const int EnoughLabels = 30;

    private const int Decisions = 31;

    private static readonly ImmutableArray<double> MapSlowdowns = [1, 2, 4, 8, 16, 32];
    private static readonly ImmutableArray<double> MapKilobytes = [30, 100, 300, 1_000, 3_000, 10_000];

    private ProfileIndex _index = null!;
    private ImmutableArray<JaladMethod> _methods = [];
    private Dictionary<string, int?> _reference = [];

    /// <summary>Runs it.</summary>
    public async Task<JaladModelResult> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        (ImmutableArray<LabelledImage> calibration, ImmutableArray<LabelledImage> others, bool heldOut) = Divide();
        ImmutableArray<LabelledImage> timed = Spread(others, effort.TimedPhotographs);
        ImmutableArray<LabelledImage> evaluated = effort.EvaluatedPhotographs > timed.Length && others.Length > timed.Length ? Spread(others, effort.EvaluatedPhotographs) : [];

        progress.Report(new("starts a cloud node", 0));
        await using NodeProcess cloud = await NodeProcess.StartAsync("cloud", Tier.Cloud, ["--data", Path.Combine(options.DataFolder, "nodes", "lab")], cancellationToken);
        await using LinkEmulator link = LinkEmulator.Start(new() { To = new IPEndPoint(IPAddress.Loopback, new Uri(cloud.Url).Port) });
        RunSettings settings = new()
        {
            Network = network,
            Addresses = new(null, link.Url) { LinksAreEmulated = true },
            DataFolder = options.DataFolder,
            Slowdown = options.EdgeSlowdown,
            UseCachedProfile = false,
            // A method may be as slow as it is: it is not to be rescued by the device.
            RemoteTimeout = new(300_000),
            Profiling = effort.Profiling,
            Clock = options.Clock,
        };
        await using RunSession session = await RunSession.OpenAsync(settings, [.. calibration.Select(i => i.Path)], new PartialProgress(progress, 0.01, effort.Calibrates ? 0.2 : 0.5), cancellationToken);
        Profile profile = effort.Calibrates ? await CalibrateAsync(session.Profile, calibration, new PartialProgress(progress, 0.2, 0.5), cancellationToken) : session.Profile;
        _index = ProfileIndex.Of(profile);
        _methods = JaladMethod.All(effort.Jpegs, effort.Codecs);

        // The session's own pipeline does not know what was calibrated.
        await using Pipeline timing = new(
            network, profile.Cuts, session.Tiers, new() { Slowdown = options.EdgeSlowdown, RemoteTimeout = settings.RemoteTimeout, Clock = options.Clock });
        // Without slow-down and without a link's limits: only the answers count here.
        await using Pipeline answering = new(network, profile.Cuts, session.Tiers, new() { RemoteTimeout = settings.RemoteTimeout, Clock = options.Clock });
        Plan whole = BaselinePlans.DeviceOnly(network.Model.Hash);
        LabelledImage[] judged = [.. timed.Concat(evaluated).DistinctBy(i => i.Path)];
        RunReport reference = await AnswerAsync(answering, whole, judged, "un-split network", new PartialProgress(progress, 0.5, 0.55), cancellationToken);
        _reference = reference.Images.ToDictionary(i => i.File, i => i.Top1?.Index, StringComparer.Ordinal);

        List<JaladRate> rates = [];
        for (int i = 0; i < effort.Rates.Length; i++)
        {
            PartialProgress part = new(progress, 0.55 + (0.3 * i / effort.Rates.Length), 0.55 + (0.3 * (i + 1) / effort.Rates.Length));
            rates.Add(await AtAsync(effort.Rates[i], timing, link, timed, heldOut, part, cancellationToken));
        }

        link.SetConditions(LinkConditions.Transparent, LinkConditions.Transparent);
        if (!evaluated.IsEmpty) rates = await JudgeAsync(rates, answering, reference, evaluated, heldOut, new PartialProgress(progress, 0.85, 0.99), cancellationToken);
        return new()
        {
            Model = network.Model.Name,
            Hash = network.Model.Hash.ToString(),
            CalibrationPhotographs = profile.SampleCount,
            LossIsTop1 = profile.Calibration is { Labelled: true },
            TimedPhotographs = timed.Length,
            EvaluatedPhotographs = evaluated.IsEmpty ? timed.Length : evaluated.Length,
            HeldOut = heldOut,
            CloudMs = _index.Compute(cloud.Name, null, null)?.Value ?? 0,
            DeviceMs = _index.Compute(Tiers.Device, null, null)?.Value ?? 0,
            JaladDecisionMs = DecisionMs(JaladMethod.Jalad),
            IsthmusDecisionMs = DecisionMs(JaladMethod.Isthmus),
            Cuts = [.. profile.Cuts.Select(AtCut)],
            Rates = [.. rates],
            Sweep = [.. Sweep()],
            Map = [.. Map()],
            Methods = _methods,
            Inputs = [.. profile.Inputs.Select(AtInput)],
            RoundTrip = options.RoundTrip,
        };
    }

    private async Task<Profile> CalibrateAsync(Profile profile, ImmutableArray<LabelledImage> calibration, PartialProgress progress, CancellationToken cancellationToken)
    {
        ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(network.Model, progress: null, cancellationToken), cancellationToken);
        Calibrator calibrator = new(network, analysis, new()
        {
            Codecs = effort.Profiling.Codecs,
            Inputs = effort.Profiling.Inputs,
            Cuts = [.. profile.Cuts.Select(c => c.Id)],
            MaxImages = effort.CalibrationPhotographs,
            StopLoss = Math.Max(options.MaxLoss, 0.1),
            Repeats = 1,
            Clock = options.Clock,
        });
        bool labelled = calibration.Count(i => i.ClassIndex is not null) >= EnoughLabels;
        IReadOnlyList<LabelledImage> judged = labelled ? calibration : [.. calibration.Select(i => i with { ClassIndex = null })];
        return CalibrationMerge.Into(profile, (await calibrator.CalibrateAsync(judged, progress, cancellationToken)).Profile);
    }

    // What is planned with and what is judged by are different photographs, if there are enough.
    private (ImmutableArray<LabelledImage> Calibration, ImmutableArray<LabelledImage> Others, bool HeldOut) Divide() => images.Length < EnoughToHoldOut
        ? (images, images, false)
        : ([.. images.Where((_, i) => i % 2 == 0)], [.. images.Where((_, i) => i % 2 == 1)], true);

    private static ImmutableArray<LabelledImage> Spread(ImmutableArray<LabelledImage> all, int count)
    {
        int most = Math.Min(count, all.Length);
        return [.. Enumerable.Range(0, most).Select(i => all[(int)((long)i * all.Length / most)])];
    }

    private async Task<JaladRate> AtAsync(
        BitsPerSecond rate, Pipeline pipeline, LinkEmulator link, ImmutableArray<LabelledImage> timed, bool heldOut, PartialProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(new($"measures the link at {rate}", 0));
        LinkConditions conditions = new(rate, options.RoundTrip * 0.5);
        link.SetConditions(conditions, conditions);
        RemoteNode cloud = pipeline.Tiers.Nodes[0];
        LinkEstimate estimate = await LinkMeasurement.MeasureAsync(cloud.Client, pipeline.Tiers.Link(Tiers.Device, cloud.Name), cancellationToken);
        ImmutableArray<LinkProfile> links = LinkProfiles.Of(pipeline.Tiers);
        List<JaladOutcome> outcomes = [.. _methods.Select(m => Choose(m, links))];

        // A plan that two methods choose runs once: a difference between the two would be noise. What must split is only of interest
        // where its method would not.
        outcomes.RemoveAll(o => IsForced(o) && (o.Chosen is null || outcomes.Exists(x => !IsForced(x) && x.Chosen == o.Chosen)));
        Plan[] plans = [.. outcomes.Where(o => o.Chosen is not null).Select(o => o.Chosen!).Distinct()];
        link.SetConditions(LinkConditions.Transparent, LinkConditions.Transparent);
        foreach (Plan plan in plans)
        {
            progress.Report(new($"{rate}: makes {plan} ready", 0));
            await pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
            await OneAsync(pipeline, plan, timed[0], cancellationToken);
        }

        link.SetConditions(conditions, conditions);
        Dictionary<Plan, List<ImageReport>> runs = plans.ToDictionary(p => p, _ => new List<ImageReport>());
        for (int i = 0; i < timed.Length; i++)
        {
            for (int k = 0; k < plans.Length; k++)
            {
                // The order turns from photograph to photograph.
                Plan plan = plans[(i + k) % plans.Length];
                progress.Report(new($"{rate}: photograph {i + 1} of {timed.Length} by {plan}", ((double)i / timed.Length) + ((double)k / plans.Length / timed.Length)));
                runs[plan].Add(await OneAsync(pipeline, plan, timed[i], cancellationToken));
            }
        }

        return new(rate, estimate.Bandwidth, estimate.RoundTrip, [.. outcomes.Select(o => Complete(o, outcomes, runs, heldOut))]);
    }

    private bool IsForced(JaladOutcome outcome) => _methods.First(m => m.Name == outcome.Method).IsForced;

    private JaladOutcome Choose(JaladMethod method, ImmutableArray<LinkProfile> links)
    {
        try
        {
            PlanningResult result = Planner.Plan(Request(method, links));
            Plan plan = result.Winner.Plan;
            return new()
            {
                Method = method.Name,
                Chosen = plan,
                Plan = plan.Describe(),
                IsSplit = !plan.IsSingleNode,
                Why = result.Why,
                PredictedMs = WholeMs(method, result.Winner, links),
                PlannedLoss = result.Winner.AccuracyLoss,
            };
        }
        catch (InfeasiblePlanException e)
        {
            return new() { Method = method.Name, Why = e.Message };
        }
    }

    // A method that leaves stages out chooses without them, and then they happen.
    private double? WholeMs(JaladMethod method, RankedPlan plan, ImmutableArray<LinkProfile> links)
    {
        if (method.Terms == CostTerms.Everything) return plan.Latency.Value;
        try
        {
            return new CostModel(_index, links).Cost(plan.Plan).Total.Value;
        }
        catch (IsthmusException)
        {
            // Something that it leaves out was not measured.
            return null;
        }
    }

    private PlanningRequest Request(JaladMethod method, ImmutableArray<LinkProfile> links) => new(_index)
    {
        Space = method.Space,
        Terms = method.Terms,
        Constraints = Constraints.None with { MaxAccuracyLoss = options.MaxLoss },
        Links = links,
        Top = 1,
        WithPareto = false,
    };

    private JaladOutcome Complete(JaladOutcome outcome, List<JaladOutcome> all, Dictionary<Plan, List<ImageReport>> runs, bool heldOut)
    {
        if (outcome.Chosen is not { } plan) return outcome;
        ImmutableArray<ImageReport> reports = [.. runs[plan]];
        RunSummary summary = RunSummary.Of(reports);
        ImmutableArray<JaladAnswer> answers = [.. reports.Select(Answer)];
        string first = all.First(o => o.Chosen == plan).Method;
        return outcome with
        {
            P50Ms = summary.P50Ms,
            P95Ms = summary.P95Ms,
            BytesUp = summary.BytesSentPerImage,
            SameRunAs = first == outcome.Method ? null : first,
            Photographs = answers,
            Loss = JaladLoss.Of(answers, heldOut),
            Run = new(reports, summary),
        };
    }

    private JaladAnswer Answer(ImageReport report) =>
        new(report.File, report.Top1?.Index, _reference[report.File], report.Label, report.Ms?.Total.Value, report.BytesSent, report.Fallback, report.Error);

    private static async Task<ImageReport> OneAsync(Pipeline pipeline, Plan plan, LabelledImage image, CancellationToken cancellationToken) =>
        (await new Runner(pipeline, new FixedPlanSource(plan, "It is the method's plan.")).RunAsync([image], each: null, cancellationToken)).Images[0];

    private static async Task<RunReport> AnswerAsync(
        Pipeline pipeline, Plan plan, IReadOnlyList<LabelledImage> pictures, string what, PartialProgress progress, CancellationToken cancellationToken)
    {
        await pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
        int done = 0;
        return await new Runner(pipeline, new FixedPlanSource(plan, "It is judged.")).RunAsync(
            pictures, _ => progress.Report(new($"{what}: {++done} of {pictures.Count} photographs", (double)done / pictures.Count)), cancellationToken);
    }

    // The same plans on more photographs, as fast as they go.
    private async Task<List<JaladRate>> JudgeAsync(
        List<JaladRate> rates, Pipeline answering, RunReport reference, ImmutableArray<LabelledImage> evaluated, bool heldOut, PartialProgress progress, CancellationToken cancellationToken)
    {
        Plan[] plans = [.. rates.SelectMany(r => r.Outcomes).Where(o => o.Chosen is not null).Select(o => o.Chosen!).Distinct()];
        HashSet<string> names = [.. evaluated.Select(i => i.Name)];
        Dictionary<Plan, JaladLoss> losses = [];
        for (int i = 0; i < plans.Length; i++)
        {
            PartialProgress part = new(progress, (double)i / plans.Length, (double)(i + 1) / plans.Length);
            // What is exact changes nothing: the un-split network has answered already.
            RunReport report = plans[i].IsSingleNode && plans[i].Input.Kind == InputKind.Local
                ? reference
                : await AnswerAsync(answering, plans[i], evaluated, $"loss of {plans[i]}", part, cancellationToken);
            losses[plans[i]] = JaladLoss.Of([.. report.Images.Where(x => names.Contains(x.File)).Select(Answer)], heldOut);
        }

        return [.. rates.Select(r => r with { Outcomes = [.. r.Outcomes.Select(o => o.Chosen is null ? o : o with { Loss = losses[o.Chosen] })] })];
    }

    private double DecisionMs(string method)
    {
        JaladMethod chosen = _methods.First(m => m.Name == method);
        List<double> times = [];
        for (int i = 0; i < Decisions + 10; i++)
        {
            // Another bandwidth each time, as when a link changes.
            ImmutableArray<LinkProfile> links = Links(new(1e6 + (i * 1e5)));
            long start = options.Clock.GetTimestamp();
            try
            {
                Planner.Plan(Request(chosen, links));
            }
            catch (InfeasiblePlanException)
            {
                // That there is no plan is a decision, too.
            }

            if (i >= 10) times.Add(Milliseconds.Since(options.Clock, start).Value);
        }

        return Timing.Of(times).P50.Value;
    }

    private ImmutableArray<LinkProfile> Links(BitsPerSecond rate)
    {
        string cloud = _index.Profile.Nodes.First(n => n.Tier == Tier.Cloud).Name;
        return [new(Tiers.Device, cloud, options.RoundTrip, rate, true), new(cloud, Tiers.Device, options.RoundTrip, rate, true)];
    }

    // From a tenth of the slowest to ten times the fastest of 100 kB/s and 3 MB/s, and the bandwidths that really ran.
    private IEnumerable<JaladPrediction> Sweep()
    {
        double low = Math.Min(2e5, effort.Rates.Min().Value), high = Math.Max(2e8, effort.Rates.Max().Value);
        IEnumerable<double> rates = Enumerable.Range(0, effort.SweepPoints).Select(i => low * Math.Pow(high / low, (double)i / (effort.SweepPoints - 1)));
        foreach (double rate in rates.Concat(effort.Rates.Select(r => r.Value)).Distinct().Order())
        {
            ImmutableArray<LinkProfile> links = Links(new(Math.Round(rate)));
            foreach (JaladMethod method in _methods)
            {
                PlanningResult? best = null;
                try
                {
                    best = Planner.Plan(Request(method, links));
                }
                catch (InfeasiblePlanException)
                {
                    // Then there is no plan to predict.
                }

                yield return new(rate / 8e3, method.Name, best?.Winner.Plan.Describe(), best?.Winner.Plan.IsSingleNode == false, best is null ? null : WholeMs(method, best.Winner, links), best?.Winner.Bytes.Value);
            }
        }
    }

    // The same profile, for devices of other speeds: everything that the device computes takes longer or shorter in proportion.
    private IEnumerable<JaladMapCell> Map()
    {
        SearchSpace all = _methods.First(m => m.Name == JaladMethod.Isthmus).Space;
        foreach (bool isPrivate in new[] { false, true })
        {
            foreach (double slowdown in MapSlowdowns.Append(options.EdgeSlowdown).Distinct().Order())
            {
                foreach (double kilobytes in MapKilobytes)
                {
                    RankedPlan? single = Best(all with { MaxCuts = 0 }), split = Best(all with { MinCuts = 1 });
                    yield return new(slowdown, kilobytes, isPrivate, single?.Plan.Describe(), single?.Latency.Value, split?.Plan.Describe(), split?.Latency.Value);

                    RankedPlan? Best(SearchSpace space)
                    {
                        try
                        {
                            return Planner.Plan(new(_index)
                            {
                                Space = space,
                                Constraints = Constraints.None with { MaxAccuracyLoss = options.MaxLoss, KeepInputOnDevice = isPrivate },
                                Links = Links(new(kilobytes * 8e3)),
                                Ratios = [new(Tiers.Device, slowdown / options.EdgeSlowdown)],
                                Top = 1,
                                WithPareto = false,
                            }).Winner;
                        }
                        catch (InfeasiblePlanException)
                        {
                            return null;
                        }
                    }
                }
            }
        }
    }

    private JaladInput AtInput(InputProfile input)
    {
        InputTiming? timing = _index.Node(Tiers.Device).Inputs.FirstOrDefault(t => t.Encoding == input.Encoding);
        return new(input.Encoding.ToString(), input.Bytes.Value, input.AccuracyLoss, timing?.Encode.Value);
    }

    private JaladCodecAtCut AtCut(CutProfile cut)
    {
        CodecProfile[] kept = [.. cut.Codecs.Where(c => c.AccuracyLoss <= options.MaxLoss + 1e-9).OrderBy(c => c.Bytes.Value)];
        ImmutableArray<Core.Codec.CodecSpec> jalads = Core.Planning.Methods.PlanningMethods.Get("jalad").Space.Codecs!.Value;
        CodecProfile? jalad = kept.FirstOrDefault(c => jalads.Contains(c.Codec)), ours = kept.FirstOrDefault(c => effort.Codecs.Contains(c.Codec));
        return new(
            cut.Id, string.Join(" + ", cut.Tensors.Select(t => t.Shape)), cut.MacShare, cut.Bytes.Value,
            jalad?.Codec.ToString(), jalad?.Bytes.Value, jalad?.AccuracyLoss, ours?.Codec.ToString(), ours?.Bytes.Value, ours?.AccuracyLoss);
    }
}
