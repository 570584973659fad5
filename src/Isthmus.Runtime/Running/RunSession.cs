using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;
using Isthmus.Runtime.Streaming;

namespace Isthmus.Runtime.Running;

/// <summary>
/// A network, connected to its nodes and profiled, ready to classify: by the plan that is best from moment to moment
/// (<see cref="RunAdaptiveAsync"/>), or by a fixed one such as a baseline (<see cref="RunFixedAsync"/>), as often as wanted. This is all
/// that `run` and the demo do. Opening it connects, takes or measures the profile, and ships the model.
/// </summary>
public sealed class RunSession : IAsyncDisposable
{
    private readonly RunSettings _settings;

    private RunSession(RunSettings settings, Tiers tiers, Profile profile, bool wasMeasured, Pipeline pipeline)
    {
        _settings = settings;
        Tiers = tiers;
        Profile = profile;
        ProfileWasMeasured = wasMeasured;
        Pipeline = pipeline;
    }

    /// <summary>The network.</summary>
    public Network Network => _settings.Network;

    /// <summary>The nodes and their links.</summary>
    public Tiers Tiers { get; }

    /// <summary>What was measured.</summary>
    public Profile Profile { get; }

    /// <summary>Whether the profile was measured now, not taken from before.</summary>
    public bool ProfileWasMeasured { get; }

    /// <summary>Carries plans out.</summary>
    public Pipeline Pipeline { get; }

    /// <summary>What comes of re-checks; null without them.</summary>
    public Rechecks? Rechecks { get; private init; }

    /// <summary>Opens a session.</summary>
    /// <param name="settings">Network, nodes, profile.</param>
    /// <param name="samples">Pictures to measure with, if a profile must be measured.</param>
    /// <param name="progress">Told what goes on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">The profile is of another network or device, or it could not be measured.</exception>
    public static async Task<RunSession> OpenAsync(
        RunSettings settings, IReadOnlyList<string> samples, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Profile? profile = settings.ProfilePath is { } path ? ProfileFile.Load(path, settings.Network.Model.Hash) : null;
        if (profile is not null && settings.Fleet is not null) profile = Fleets.LocalProfile.Of(profile);
        if (profile is not null) CheckDevice(profile, settings);
        if (profile is not null && !settings.AllowExpired) ProfileExpiry.Check(profile, Path.GetFileName(settings.ProfilePath!), settings.Clock);
        progress?.Report(new("connects", 0));
        Tiers tiers = await ConnectAsync(settings, profile, cancellationToken);
        try
        {
            bool measured = false;
            if (profile is null) (profile, measured) = await ProfileAsync(settings, tiers, samples, progress, cancellationToken);
            Rechecks? rechecks = settings.Recheck == 0 ? null : new(settings.Recheck, profile.InputCurves);
            Pipeline pipeline = new(settings.Network, profile.Cuts, tiers, new()
            {
                Slowdown = settings.Slowdown,
                Session = settings.Session,
                Deadline = settings.Deadline,
                SendUntil = settings.SendUntil,
                Rechecks = rechecks,
                Chooser = settings.PerImage ? ProfileChooser.Of(profile) : null,
                WholeOnNode = WholeOnNodes(profile),
                RemoteTimeout = settings.RemoteTimeout,
                WholeOnDevice = ProfileIndex.Of(profile).Compute(Tiers.Device, null, null),
                Clock = settings.Clock,
            });
            await pipeline.ShipAsync(progress, cancellationToken);
            await MeasureLinksAsync(tiers, cancellationToken);
            return new(settings, tiers, profile, measured, pipeline) { Rechecks = rechecks };
        }
        catch
        {
            tiers.Dispose();
            throw;
        }
    }

    /// <summary>Measures a profile, or takes the one that was measured before on the same nodes under the same options.</summary>
    /// <returns>The profile, and whether it was measured now.</returns>
    public static async Task<(Profile Profile, bool WasMeasured)> ProfileAsync(
        RunSettings settings, Tiers tiers, IReadOnlyList<string> samples, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(tiers);
        ProfilerOptions options = settings.Profiling with { Slowdown = settings.Slowdown, Session = settings.Session, Clock = settings.Clock };
        ProfileCache cache = new(settings.DataFolder);
        string path = cache.PathFor(settings.Network, tiers, options);
        if (settings.UseCachedProfile && ProfileCache.TryLoad(path, settings.Network.Model.Hash, settings.Clock) is { } known) return (known, false);
        progress?.Report(new("looks for cuts", 0));
        ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(settings.Network.Model, progress: null, cancellationToken), cancellationToken);
        Profiler profiler = new(settings.Network, analysis, tiers, options with { Journal = path + ".journal" });
        Profile profile = await profiler.MeasureAsync(samples, progress, cancellationToken);
        // Decided from is what a file can hold, so that whoever replays the decisions has the same numbers.
        profile = ProfileFile.Parse(ProfileFile.Serialize(profile));
        // A profile that lacks a node is for now only: the node may be back at the next start.
        if (tiers.Nodes.All(n => n.Description is null || profile.Nodes.Any(p => p.Name == n.Name))) ProfileFile.Save(path, profile);
        return (profile, true);
    }

    /// <summary>A cascade: a small network on the device first, and what is hard for it by the plans of this session. The caller disposes it before the session.</summary>
    /// <param name="device">The device's network.</param>
    /// <param name="rule">What its confidence decides.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Cascade> OpenCascadeAsync(Network device, CascadeRule rule, CancellationToken cancellationToken = default)
    {
        Cascade cascade = new(Pipeline, device, rule, new() { Slowdown = _settings.Slowdown, Session = _settings.Session, Clock = _settings.Clock });
        await cascade.WarmAsync(cancellationToken);
        return cascade;
    }

    /// <summary>Decides plans.</summary>
    /// <param name="options">What is wanted; null for what the settings say.</param>
    public Adaptation CreateAdaptation(AdaptationOptions? options = null) => new(Profile, Tiers, (options ?? _settings.Adaptation) with { Clock = _settings.Clock });

    /// <summary>A source of the best plan from moment to moment; the caller disposes it.</summary>
    /// <param name="options">What is wanted; null for what the settings say.</param>
    public AdaptivePlanSource CreateAdaptiveSource(AdaptationOptions? options = null)
    {
        Adaptation adaptation = CreateAdaptation(options);
        LinkMonitor monitor = new(Pipeline, _settings.Monitor with { Clock = _settings.Clock });
        return new(adaptation, Pipeline, monitor, _settings.Warming is { } warming ? new SessionWarmer(adaptation, Pipeline, warming with { Clock = _settings.Clock }) : null);
    }

    /// <summary>Classifies pictures, each by the plan that is best at its moment.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="each">Told of every picture as it is done.</param>
    /// <param name="adaptation">What is wanted; null for what the settings say.</param>
    /// <param name="options">How many at a time; null for the defaults.</param>
    /// <param name="answerer">Classifies in place of the pipeline alone, such as a cascade; null for the pipeline.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The report, and the decisions.</returns>
    public async Task<(RunReport Report, IReadOnlyList<AdaptationDecision> Decisions)> RunAdaptiveAsync(
        IReadOnlyList<LabelledImage> images, Action<ImageReport>? each = null, AdaptationOptions? adaptation = null, RunnerOptions? options = null,
        IAnswerer? answerer = null, CancellationToken cancellationToken = default)
    {
        await using AdaptivePlanSource source = CreateAdaptiveSource(adaptation);
        await RehearseAsync((await source.NextAsync(cancellationToken)).Plan, images, cancellationToken);
        RunReport report = await new Runner(Pipeline, source, options) { Answerer = answerer }.RunAsync(images, each, cancellationToken);
        return (report with { Switches = source.Switches, Sessions = Pipeline.Sessions }, source.Log);
    }

    /// <summary>What looks after links and nodes that plans do not use; the caller runs it.</summary>
    public LinkMonitor CreateMonitor() => new(Pipeline, _settings.Monitor with { Clock = _settings.Clock });

    /// <summary>Classifies pictures, each by the plan that an orchestrator says at its moment.</summary>
    /// <param name="source">Asks the orchestrator; the caller disposes it afterwards.</param>
    /// <param name="carrier">Carries the plans out, of this network and others.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="each">Told of every picture as it is done.</param>
    /// <param name="options">How many at a time; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<RunReport> RunOrchestratedAsync(
        Orchestrating.OrchestratedPlanSource source, Orchestrating.SessionPlans carrier, IReadOnlyList<LabelledImage> images, Action<ImageReport>? each = null, RunnerOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        PlanChoice first = await source.NextAsync(cancellationToken);
        await RehearseAsync(first.Plan, images, carrier, cancellationToken);
        RunReport report = await new Runner(Pipeline, source, options) { Answerer = carrier }.RunAsync(images, each, cancellationToken);
        return report with { Orchestration = source.Summary, Sessions = Pipeline.Sessions };
    }

    /// <summary>Classifies pictures, all by the same plan, which is made ready first.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="why">Why this one.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="each">Told of every picture as it is done.</param>
    /// <param name="options">How many at a time; null for the defaults.</param>
    /// <param name="answerer">Classifies in place of the pipeline alone, such as a cascade; null for the pipeline.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<RunReport> RunFixedAsync(
        Plan plan, string why, IReadOnlyList<LabelledImage> images, Action<ImageReport>? each = null, RunnerOptions? options = null, IAnswerer? answerer = null,
        CancellationToken cancellationToken = default)
    {
        await Pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
        await RehearseAsync(plan, images, cancellationToken);
        // Only to find out when an excluded node is back: what a fixed plan does not use does not matter.
        LinkMonitor monitor = new(Pipeline, _settings.Monitor with { Clock = _settings.Clock, Silence = TimeSpan.FromDays(1) });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task monitoring = monitor.RunAsync(stop.Token);
        try
        {
            return await new Runner(Pipeline, new FixedPlanSource(plan, why, CreateAdaptation()), options) { Answerer = answerer }.RunAsync(images, each, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await monitoring;
        }
    }

    /// <summary>
    /// Classifies a stream of pictures, all by the same plan, so that its stages overlap: the plan is made ready first, and the pictures follow each other as fast as the
    /// longest stage allows.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="why">Why this one.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="each">Told of every picture, in order.</param>
    /// <param name="options">The window; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<StreamReport> RunStreamAsync(
        Plan plan, string why, IReadOnlyList<LabelledImage> images, Action<ImageReport>? each = null, StreamOptions? options = null, CancellationToken cancellationToken = default)
    {
        await Pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
        await RehearseAsync(plan, images, cancellationToken);
        StreamRunner runner = new(Pipeline, new FixedPlanSource(plan, why), Predict(plan), (options ?? StreamOptions.Default) with { Clock = _settings.Clock });
        return await runner.RunAsync(images, each, cancellationToken);
    }

    /// <summary>What a plan is predicted to do as a pipeline, with the links as they are now; null if the profile does not say.</summary>
    public StreamPrediction? Predict(Plan plan)
    {
        try
        {
            return StreamPrediction.Of(new CostModel(ProfileIndex.Of(Profile), Tiers.CurrentLinks()), plan);
        }
        catch (IsthmusException)
        {
            // A cut, a codec or a node that was not measured.
            return null;
        }
    }

    /// <summary>Unloads and disconnects.</summary>
    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync();
        Tiers.Dispose();
    }

    // The first picture of a process loads libraries and compiles code: it would say nothing of the plan.
    private Task RehearseAsync(Plan plan, IReadOnlyList<LabelledImage> images, CancellationToken cancellationToken) => RehearseAsync(plan, images, carrier: null, cancellationToken);

    private async Task RehearseAsync(Plan plan, IReadOnlyList<LabelledImage> images, Orchestrating.SessionPlans? carrier, CancellationToken cancellationToken)
    {
        foreach (LabelledImage image in images.Take(3))
        {
            try
            {
                if (carrier is null) await Pipeline.RunAsync(plan, image.Path, cancellationToken);
                else await carrier.AnswerAsync(plan, image, patience: null, leftDevice: null, cancellationToken);
                return;
            }
            catch (IsthmusException)
            {
                // No picture, or no node: the run itself will say so.
            }
        }
    }

    private static async Task<Tiers> ConnectAsync(RunSettings settings, Profile? profile, CancellationToken cancellationToken)
    {
        Transport.NodeClientOptions client = settings.Client with { Clock = settings.Clock };
        if (settings.Fleet is not { } fleet) return await Tiers.ConnectAsync(settings.Addresses, profile, client, breaker: null, cancellationToken);
        if (fleet.Local is null) throw new IsthmusException(ErrorKind.Usage, "This machine is no device of the fleet, so nothing can be run from here: give the fleet a node without a url.");
        Tiers tiers = await Tiers.ConnectFleetAsync(fleet.FromHere(), client, breaker: null, cancellationToken);
        foreach (LinkProfile link in profile?.Links ?? []) tiers.Link(link.From, link.To).Seed(link.RoundTrip, link.Bandwidth);
        return tiers;
    }

    private static ImmutableDictionary<string, Milliseconds> WholeOnNodes(Profile profile)
    {
        ProfileIndex index = ProfileIndex.Of(profile);
        ImmutableDictionary<string, Milliseconds>.Builder times = ImmutableDictionary.CreateBuilder<string, Milliseconds>(StringComparer.Ordinal);
        foreach (NodeProfile node in profile.Nodes.Where(n => n.Tier != Tier.Device))
        {
            if (index.Compute(node.Name, null, null) is { } whole) times[node.Name] = whole;
        }

        return times.ToImmutable();
    }

    private static void CheckDevice(Profile profile, RunSettings settings)
    {
        NodeProfile device = profile.Nodes.First(n => n.Tier == Tier.Device);
        if (profile.Nodes.Count(n => n.Tier == Tier.Device) > 1)
            throw new IsthmusException(ErrorKind.Planning, "The profile has several devices, and a run is on one: profile again on this one.");
        if (device.Name != Tiers.Device)
            throw new IsthmusException(ErrorKind.Planning, $"The profile calls the device '{device.Name}' instead of '{Tiers.Device}': profile again.");
        if (Math.Abs(device.Slowdown - settings.Slowdown) > 1e-9)
        {
            throw new IsthmusException(
                ErrorKind.Planning,
                $"The profile was measured with a device slow-down of {device.Slowdown:0.##}, not {settings.Slowdown:0.##}: give --device-slowdown {device.Slowdown:0.##}, or profile again.");
        }
    }

    // A profile from before knows other links than there are now.
    private static async Task MeasureLinksAsync(Tiers tiers, CancellationToken cancellationToken)
    {
        foreach (RemoteNode node in tiers.Nodes.Where(n => !n.Breaker.IsOpen))
        {
            Links.LinkEstimator link = tiers.Link(Tiers.Device, node.Name);
            if (link.Current.Age < new Milliseconds(5_000) && link.Current.BandwidthCount > 1) continue;
            try
            {
                await Links.LinkMeasurement.MeasureAsync(node.Client, link, cancellationToken);
            }
            catch (Transport.NodeException e)
            {
                node.Breaker.Failed(e.Failure, e.Message);
            }
        }
    }
}
