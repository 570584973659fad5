using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Inference.Classification;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>
/// The experiment on one network: an edge and a cloud as processes behind emulated links, blocks and segments measured on all three, and under each table of links every
/// method's plan on the same photographs in turn.
/// </summary>
internal sealed class ScissionExperiment(Network network, ImmutableArray<LabelledImage> images, ReproductionOptions options, ScissionEffort effort)
{
    private ProfileIndex _index = null!;
    private ProfileIndex _blocks = null!;
    private Dictionary<string, int?> _reference = [];

    /// <summary>Runs it.</summary>
    public async Task<ScissionModelResult> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        progress.Report(new("starts an edge and a cloud node", 0));
        await using NodeProcess edge = await StartAsync("edge", Tier.Edge, ScissionEffort.EdgeSlowdown, cancellationToken);
        await using NodeProcess cloud = await StartAsync("cloud", Tier.Cloud, 1, cancellationToken);
        await using DemoLinks links = new(edge, cloud);
        RunSettings settings = new()
        {
            Network = network,
            Addresses = links.Addresses,
            DataFolder = options.DataFolder,
            Slowdown = options.EdgeSlowdown,
            UseCachedProfile = false,
            // A method may be as slow as it is: it is not to be rescued by the device.
            RemoteTimeout = new(300_000),
            Profiling = effort.Profiling,
            Clock = options.Clock,
        };
        await using RunSession session = await RunSession.OpenAsync(settings, [.. images.Select(i => i.Path)], new PartialProgress(progress, 0.02, 0.5), cancellationToken);
        Profile profile = session.Profile;
        _index = ProfileIndex.Of(profile);
        _blocks = ProfileIndex.Of(BlockTimes.Only(profile));
        LabelledImage[] timed = [.. images.Take(effort.Timed)];
        Plan whole = BaselinePlans.DeviceOnly(network.Model.Hash);
        List<ImageReport> reference = [];
        foreach (LabelledImage image in timed) reference.Add(await OneAsync(session.Pipeline, whole, image, cancellationToken));
        _reference = reference.ToDictionary(i => i.File, i => i.Top1?.Index, StringComparer.Ordinal);

        List<ScissionCase> cases = [];
        ImmutableArray<ScissionConditions> conditions = ScissionEffort.Conditions;
        for (int i = 0; i < conditions.Length; i++)
        {
            PartialProgress part = new(progress, 0.5 + (0.5 * i / conditions.Length), 0.5 + (0.5 * (i + 1) / conditions.Length));
            cases.AddRange(await UnderAsync(conditions[i], session, links, timed, part, cancellationToken));
        }

        links.Clear();
        return new()
        {
            Model = network.Model.Name,
            Photographs = timed.Length,
            Blocks = BlockTimes.Of(profile),
            Additions = BlockTimes.Added(_index, _blocks),
            Cases = [.. cases],
            Configurations = Planner.Count(Request(ScissionMethod.All.First(m => m.Name == ScissionMethod.Own), isPrivate: false, [])),
        };
    }

    private Task<NodeProcess> StartAsync(string name, Tier tier, double slowdown, CancellationToken cancellationToken) =>
        NodeProcess.StartAsync(name, tier, ["--slowdown", $"{slowdown}", "--data", Path.Combine(options.DataFolder, "nodes", $"scission-{name}")], cancellationToken);

    private async Task<IEnumerable<ScissionCase>> UnderAsync(
        ScissionConditions conditions, RunSession session, DemoLinks links, LabelledImage[] timed, PartialProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(new($"measures the links: {conditions.Name}", 0));
        links.Set(conditions.ToPhase());
        await DemoLinks.MeasureAsync(session, cancellationToken);
        ImmutableArray<LinkProfile> now = LinkProfiles.Of(session.Tiers);
        ScissionCase[] cases = [Case(isPrivate: false), Case(isPrivate: true)];

        // A plan that two methods choose runs once: a difference between the two would be noise.
        Plan[] plans = [.. cases.SelectMany(c => c.Outcomes).Where(o => o.Chosen is not null).Select(o => o.Chosen!).Distinct()];
        links.Clear();
        foreach (Plan plan in plans)
        {
            progress.Report(new($"{conditions.Name}: makes {plan} ready", 0.1));
            await session.Pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
            await OneAsync(session.Pipeline, plan, timed[0], cancellationToken);
        }

        links.Set(conditions.ToPhase());
        Dictionary<Plan, List<ImageReport>> runs = plans.ToDictionary(p => p, _ => new List<ImageReport>());
        for (int i = 0; i < timed.Length; i++)
        {
            for (int k = 0; k < plans.Length; k++)
            {
                // The order turns from photograph to photograph.
                Plan plan = plans[(i + k) % plans.Length];
                progress.Report(new($"{conditions.Name}: photograph {i + 1} of {timed.Length} by {plan}", 0.2 + (0.8 * ((i * plans.Length) + k) / (timed.Length * plans.Length))));
                runs[plan].Add(await OneAsync(session.Pipeline, plan, timed[i], cancellationToken));
            }
        }

        return cases.Select(c => c with { Outcomes = [.. c.Outcomes.Select(o => Complete(o, c.Outcomes, runs))] });

        ScissionCase Case(bool isPrivate) => new(conditions, isPrivate, [.. ScissionMethod.All.Select(m => Choose(m, isPrivate, now))]);
    }

    private ScissionOutcome Choose(ScissionMethod method, bool isPrivate, ImmutableArray<LinkProfile> links)
    {
        if (Planner.Best(Request(method, isPrivate, links)) is not { } best) return new(method.Name, null, false, null, null);
        return new(method.Name, best.Plan.Describe(), !best.Plan.IsSingleNode, best.Latency.Value, Whole(best.Plan, links)) { Chosen = best.Plan };
    }

    private PlanningRequest Request(ScissionMethod method, bool isPrivate, ImmutableArray<LinkProfile> links)
    {
        Constraints constraints = Constraints.None with { MaxAccuracyLoss = options.MaxLoss, KeepInputOnDevice = isPrivate };
        // Something leaves: the last block is not the device's.
        int last = _index.Profile.Layers - 1 ?? _index.Profile.Cuts[^1].Layers ?? _index.Profile.Cuts.Length;
        PlanningRequest request = new(method.FromBlocks ? _blocks : _index)
        {
            Space = method.Space,
            Terms = method.Terms,
            Segments = method.FromBlocks ? SegmentTimes.Blocks : SegmentTimes.Measured,
            Constraints = isPrivate ? constraints with { Placements = [new(last, Tier.Device, Must: false)] } : constraints,
            Links = links,
        };
        request.Constraints.Validate(request.Profile);
        return request;
    }

    // A method that leaves stages out chooses without them, and then they happen.
    private double? Whole(Plan plan, ImmutableArray<LinkProfile> links)
    {
        try
        {
            return new CostModel(_index, links, segments: SegmentTimes.Blocks).Cost(plan).Total.Value;
        }
        catch (IsthmusException)
        {
            // Something that it leaves out was not measured.
            return null;
        }
    }

    private ScissionOutcome Complete(ScissionOutcome outcome, ImmutableArray<ScissionOutcome> all, Dictionary<Plan, List<ImageReport>> runs)
    {
        if (outcome.Chosen is not { } plan) return outcome;
        RunSummary summary = RunSummary.Of(runs[plan]);
        string first = all.First(o => o.Chosen == plan).Method;
        return outcome with
        {
            MeasuredMs = summary.P50Ms,
            Runs = [.. runs[plan].Select(r => r.Fallback is null ? r.Ms?.Total.Value : null)],
            Bytes = summary.BytesSentPerImage,
            Agreeing = runs[plan].Count(r => r.Top1 is { } top && top.Index == _reference[r.File]),
            SameRunAs = first == outcome.Method ? null : first,
        };
    }

    private static async Task<ImageReport> OneAsync(Pipeline pipeline, Plan plan, LabelledImage image, CancellationToken cancellationToken) =>
        (await new Runner(pipeline, new FixedPlanSource(plan, "It is the method's plan.")).RunAsync([image], each: null, cancellationToken)).Images[0];
}
