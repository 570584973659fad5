using System.Diagnostics;
using System.Net;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Storage;
using Isthmus.Inference.Classification;
using Isthmus.Lab.Demo;
using Isthmus.Lab.Regret;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Bench;

/// <summary>
/// The adaptation for real: an edge and a cloud as processes, Inception v3, photographs one after another, and links that follow a trace, beside
/// the plan that was the best at the trace's start and is kept, and the device alone.
/// </summary>
internal sealed class RealTraces(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
{
    // The traces of two minutes are run in one; their rates are divided, so that thin stretches are thin for these small pictures.
    private const double Faster = 2;
    private const double Thinner = 4;
    private const double DeviceSlowdown = 2;
    private const int Prelude = 12;

    // Pictures come at fixed times, whatever became of those before: a plan on which pictures pile up is charged for all of them.
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public async Task<List<ComparisonRow>> CompareAsync()
    {
        string model, photographs;
        string data = DataFolder.Resolve();
        try
        {
            model = EmbeddedModel.Ensure(data, progress, cancellationToken);
            photographs = EmbeddedModel.Photographs();
        }
        catch (IsthmusException e) when (e.Kind == ErrorKind.File)
        {
            progress.Report(new("Inception v3 is not there: its rows are left out", 1));
            return [];
        }

        string[] images = [.. LabelledImages.Load(photographs, null).Select(i => i.Path)];
        await using NodeProcess edge = await NodeProcess.StartAsync("edge", Tier.Edge, ["--data", Path.Combine(data, "nodes", "edge")], cancellationToken);
        await using NodeProcess cloud = await NodeProcess.StartAsync("cloud", Tier.Cloud, ["--data", Path.Combine(data, "nodes", "cloud")], cancellationToken);
        await using LinkEmulator toEdge = To(edge), toCloud = To(cloud), between = To(cloud);
        RunSettings settings = new()
        {
            Network = Network.Load(model),
            Addresses = new(toEdge.Url, toCloud.Url) { EdgeToCloud = between.Url, LinksAreEmulated = true },
            DataFolder = data,
            Slowdown = DeviceSlowdown,
            Profiling = new() { Samples = 2, MaxCuts = 6, MiddleCuts = 3, Repeats = 5, Budget = TimeSpan.FromSeconds(60) },
            Adaptation = new() { Constraints = new() { MaxAccuracyLoss = 0.02 } },
        };
        progress.Report(new("profiling three tiers", 0.1));
        await using RunSession session = await RunSession.OpenAsync(settings, images, progress: null, cancellationToken);
        Plan alone = BaselinePlans.DeviceOnly(session.Network.Model.Hash);
        double device = await MeanAsync(session, alone, images);
        List<ComparisonRow> rows = [];
        foreach (string name in new[] { "step", "outage" })
        {
            LinkTrace trace = SampleTraces.Get(name);
            progress.Report(new($"{name}: adapting", name == "step" ? 0.3 : 0.6));
            Run adaptive = await RunAsync(session, settings, images, trace, [toEdge, toCloud, between], keep: false);
            progress.Report(new($"{name}: the plan of the start kept", name == "step" ? 0.45 : 0.8));
            Run kept = await RunAsync(session, settings, images, trace, [toEdge, toCloud, between], keep: true);
            string what = $"Inception v3, {name} trace {Faster}× as fast and {Thinner}× as thin, real processes; links and the device's slow-down of {DeviceSlowdown} emulated";
            const string Kept = "the plan of the start kept";
            rows.Add(ComparisonRow.Of(what, "mean latency", "ms", adaptive.Mean, Kept, kept.Mean, "less", adaptive.Mean < kept.Mean));
            rows.Add(ComparisonRow.Of(what, "p95 latency", "ms", adaptive.P95, Kept, kept.P95));
            rows.Add(ComparisonRow.Of(what, "longest latency", "ms", adaptive.Latencies.Max(), Kept, kept.Latencies.Max()));
            rows.Add(ComparisonRow.Of(what, "mean latency", "ms", adaptive.Mean, "device-only", device, "less", adaptive.Mean < device));
            rows.Add(ComparisonRow.Of(what, $"pictures lost of {adaptive.Latencies.Count + adaptive.Lost}", "count", adaptive.Lost, "none", 0, "0", adaptive.Lost == 0));
            rows.Add(ComparisonRow.Of(what, "pictures finished by the device instead", "count", adaptive.Fallbacks, Kept, kept.Fallbacks));
            rows.Add(ComparisonRow.Of(what, "switches to a plan that was ready", "count", adaptive.Switches.Ready, "switches", adaptive.Switches.Switches));
            rows.Add(ComparisonRow.Of(what, "pictures that waited for a segment", "count", adaptive.Cold, "switches", adaptive.Switches.Switches, "0", adaptive.Cold == 0));
            rows.Add(ComparisonRow.Of(what, "99 of 100 decisions within", "ms", adaptive.P99Decision, "median decision", adaptive.MedianDecision, "< 1 ms", adaptive.P99Decision < 1));
        }

        return rows;
    }

    private static LinkEmulator To(NodeProcess node) => LinkEmulator.Start(new() { To = new IPEndPoint(IPAddress.Loopback, new Uri(node.Url).Port) });

    private async Task<double> MeanAsync(RunSession session, Plan plan, string[] images)
    {
        await session.Pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
        List<double> times = [];
        foreach (string image in images) times.Add((await session.Pipeline.RunAsync(plan, image, cancellationToken)).Times.Total.Value);
        return times.Average();
    }

    private async Task<Run> RunAsync(RunSession session, RunSettings settings, string[] images, LinkTrace trace, LinkEmulator[] links, bool keep)
    {
        Apply(trace.Steps[0], links);
        foreach (RemoteNode node in session.Tiers.Nodes)
        {
            // Whatever the run before left: the node is there.
            node.Breaker.Succeeded();
            await LinkMeasurement.MeasureAsync(node.Client, session.Tiers.Link(Tiers.Device, node.Name), cancellationToken);
        }

        Adaptation decides = session.CreateAdaptation(settings.Adaptation);
        Plan first = decides.Decide().Plan;
        await session.Pipeline.WarmAsync(first, onNodes: true, cancellationToken);
        // For a plan that is kept nothing is loaded ahead and no link is watched: its run is not to be disturbed.
        await using AdaptivePlanSource? source = keep ? null : session.CreateAdaptiveSource(settings.Adaptation);
        if (source is not null) await source.NextAsync(cancellationToken);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task monitoring = keep ? new LinkMonitor(session.Pipeline, settings.Monitor with { Silence = TimeSpan.FromDays(1) }).RunAsync(stop.Token) : Task.CompletedTask;
        // The first pictures load what the likely plans need, and do not count.
        for (int i = 0; i < Prelude; i++) await session.Pipeline.RunAsync(first, images[i % images.Length], cancellationToken);
        Run run = new();
        long start = Stopwatch.GetTimestamp();
        Task following = FollowAsync(trace, links, start, stop.Token);
        int count = (int)(trace.Steps[^1].At.Value / Faster / Every.TotalMilliseconds);
        Task[] pictures = new Task[count];
        for (int i = 0; i < count; i++)
        {
            TimeSpan due = i * Every;
            TimeSpan wait = due - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, TimeProvider.System, cancellationToken);
            if (source is not null)
            {
                long began = Stopwatch.GetTimestamp();
                decides.Decide();
                run.Decisions.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            pictures[i] = OneAsync(images[i % images.Length], due);
        }

        await Task.WhenAll(pictures);
        if (source is not null) run.Switches = source.Switches;
        await stop.CancelAsync();
        await following;
        await monitoring;
        foreach (LinkEmulator link in links) link.SetConditions(LinkConditions.Transparent, LinkConditions.Transparent);
        return run;

        async Task OneAsync(string image, TimeSpan due)
        {
            try
            {
                PlanChoice choice = source is null ? new(first, "kept", null) : await source.NextAsync(cancellationToken);
                ImageAnswer answer = await session.Pipeline.RunAsync(choice.Plan, image, choice.Patience, cancellationToken);
                source?.Observe(answer);
                lock (run) run.Add((Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds, answer);
            }
            catch (IsthmusException)
            {
                lock (run) run.Lost++;
            }
        }
    }

    private static async Task FollowAsync(LinkTrace trace, LinkEmulator[] links, long start, CancellationToken stop)
    {
        try
        {
            foreach (LinkTraceStep step in trace.Steps)
            {
                double wait = (step.At.Value / Faster) - Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (wait > 0) await Task.Delay(TimeSpan.FromMilliseconds(wait), TimeProvider.System, stop);
                Apply(step, links);
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended before the trace.
        }
    }

    // The device's access; from the edge to the cloud it is always the same.
    private static void Apply(LinkTraceStep step, LinkEmulator[] links)
    {
        LinkConditions up = step.Up with { Rate = new(step.Up.Rate.Value / Thinner is > 1000 and double rate ? rate : 1000) };
        LinkConditions far = up with { Delay = up.Delay + new Core.Quantities.Milliseconds(10) };
        links[0].SetConditions(up, up);
        links[1].SetConditions(far, far);
        LinkConditions backbone = new(new(100e6), new(10));
        links[2].SetConditions(backbone, backbone);
    }

    private sealed class Run
    {
        public List<double> Latencies { get; } = [];

        public List<double> Decisions { get; } = [];

        public int Fallbacks { get; private set; }

        public int Lost { get; set; }

        public int Cold { get; private set; }

        public SwitchCounters Switches { get; set; } = new(0, 0, 0);

        public void Add(double latency, ImageAnswer answer)
        {
            Latencies.Add(latency);
            if (!answer.Cold.IsEmpty) Cold++;
            if (answer.Fallback is not null) Fallbacks++;
        }

        public double Mean => Latencies.Average();

        public double P95 => Timing.Of(Latencies).P95.Value;

        public double P99Decision => Decisions.Order().ElementAt((int)Math.Ceiling(Decisions.Count * 0.99) - 1);

        public double MedianDecision => Timing.Of(Decisions).P50.Value;
    }
}
