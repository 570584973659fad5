using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Demo;

/// <summary>
/// The main job on one machine: an edge and a cloud as processes behind emulated links, a profile of the three tiers, photographs
/// classified while the links change, and the baselines on the same photographs under the same conditions.
/// </summary>
/// <param name="options">What it runs on.</param>
public sealed class DemoRun(DemoOptions options)
{
    // Until the plan has settled, and a few images more.
    private const int MostImagesPerPhase = 24;

    // A baseline that is predicted to take longer than this is run on one image only.
    private static readonly Milliseconds Patience = new(2_000);

    /// <summary>Runs the demo.</summary>
    /// <param name="progress">Told of set-up and profiling.</param>
    /// <param name="says">Told in a sentence what goes on.</param>
    /// <param name="cancellationToken">Ends it, and the processes.</param>
    /// <exception cref="IsthmusException">Something outside is wrong; the message says what.</exception>
    public async Task<DemoResult> RunAsync(Func<string, Func<IProgress<ProgressReport>, Task>, Task> progress, Action<string> says, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(says);
        options.Validate();
        string model = options.Model ?? "";
        if (options.Model is null) await progress("Model", p => Task.Run(() => model = EmbeddedModel.Ensure(options.DataFolder, p, cancellationToken), cancellationToken));
        Network network = Network.Load(model, options.Manifest);
        string folder = options.Images ?? EmbeddedModel.Photographs();
        string? labels = options.Labels ?? (File.Exists(Path.Combine(folder, "labels.csv")) ? Path.Combine(folder, "labels.csv") : null);
        LabelledImage[] images = [.. LabelledImages.Load(folder, labels).Take(options.Limit)];

        says("Starting an edge node and a cloud node as processes on this machine, behind emulated links.");
        await using NodeProcess edge = await StartAsync("edge", Tier.Edge, options.EdgeSlowdown, cancellationToken);
        await using NodeProcess cloud = await StartAsync("cloud", Tier.Cloud, 1, cancellationToken);
        await using DemoLinks links = new(edge, cloud);

        // Profiled without the links' limits: computing is what is measured here; links are measured whenever they change.
        RunSession? opened = null;
        RunSettings settings = new()
        {
            Network = network,
            Addresses = links.Addresses,
            DataFolder = options.DataFolder,
            Slowdown = options.DeviceSlowdown,
            UseCachedProfile = !options.Fresh,
            // A baseline may be as slow as it is: it is not to be rescued by the device.
            RemoteTimeout = new(120_000),
            Profiling = options.Profiling,
            Adaptation = AdaptationOptions.Default with { MinDwell = TimeSpan.FromSeconds(0.5) },
        };
        await progress("Profiling three tiers", async p => opened = await RunSession.OpenAsync(settings, [.. images.Select(i => i.Path)], p, cancellationToken));
        await using RunSession session = opened!;

        List<(RunReport Report, PlanChoice Settled)> adaptive = [];
        List<AdaptationDecision> decisions = [];
        foreach (DemoPhase[] phases in ByConstraints(options.Phases))
        {
            Adaptation adaptation = new(session.Profile, session.Tiers, settings.Adaptation with { Constraints = phases[0].Constraints });
            links.Set(phases[0]);
            await DemoLinks.MeasureAsync(session, cancellationToken);
            await using AdaptivePlanSource source = new(
                adaptation, session.Pipeline, new LinkMonitor(session.Pipeline, settings.Monitor), new SessionWarmer(adaptation, session.Pipeline));
            foreach (DemoPhase phase in phases)
            {
                says($"Phase '{phase.Name}': {phase.DescribeLinks()} (emulated){(phase.Constraints.KeepInputOnDevice ? "; the raw input may not leave the device" : "")}.");
                links.Set(phase);
                adaptive.Add(await AdaptAsync(session, source, images, says, cancellationToken));
            }

            decisions.AddRange(source.Log);
        }

        List<DemoPhaseResult> results = [];
        for (int i = 0; i < options.Phases.Length; i++)
        {
            DemoPhase phase = options.Phases[i];
            says($"Baselines under '{phase.Name}', on the same photographs.");
            links.Set(phase);
            results.Add(await CompareAsync(session, settings, phase, images, adaptive[i], cancellationToken));
        }

        links.Clear();
        return new(network, session.Profile, session.ProfileWasMeasured, [.. results], [.. decisions], Thumbnails(network, images));
    }

    private Task<NodeProcess> StartAsync(string name, Tier tier, double slowdown, CancellationToken cancellationToken) =>
        NodeProcess.StartAsync(name, tier, ["--slowdown", $"{slowdown}", "--data", Path.Combine(options.DataFolder, "nodes", name)], cancellationToken);

    // Neighbouring phases with the same constraints are one stretch, through which the same adaptation goes on.
    private static IEnumerable<DemoPhase[]> ByConstraints(ImmutableArray<DemoPhase> phases)
    {
        int begin = 0;
        for (int i = 1; i <= phases.Length; i++)
        {
            if (i < phases.Length && phases[i].Constraints == phases[begin].Constraints) continue;
            yield return [.. phases[begin..i]];
            begin = i;
        }
    }

    // Photographs in turn until each was classified by a plan that has settled.
    private static async Task<(RunReport Report, PlanChoice Settled)> AdaptAsync(
        RunSession session, AdaptivePlanSource source, LabelledImage[] images, Action<string> says, CancellationToken cancellationToken)
    {
        List<ImageReport> reports = [];
        int settled = 0;
        for (int i = 0; i < MostImagesPerPhase && settled < images.Length + 2; i++)
        {
            RunReport one = await new Runner(session.Pipeline, source).RunAsync([images[i % images.Length]], each: null, cancellationToken);
            ImageReport report = one.Images[0];
            settled = reports.Count > 0 && reports[^1].Plan == report.Plan ? settled + 1 : 1;
            reports.Add(report);
            says(report.IsAnswered
                ? $"  {report.File}: {report.Top1!.Name}, {report.Ms!.Total}, {report.Plan}{(report.Fallback is null ? "" : $" ({report.Fallback})")}"
                : $"  {report.File}: {report.Error}");
        }

        return (new([.. reports], RunSummary.Of(reports)), await source.NextAsync(cancellationToken));
    }

    private static async Task<DemoPhaseResult> CompareAsync(
        RunSession session, RunSettings settings, DemoPhase phase, LabelledImage[] images, (RunReport Report, PlanChoice Settled) adaptive, CancellationToken cancellationToken)
    {
        await DemoLinks.MeasureAsync(session, cancellationToken);
        Adaptation adaptation = new(session.Profile, session.Tiers, settings.Adaptation with { Constraints = phase.Constraints });
        PlanChoice settled = adaptive.Settled;
        RunReport chosen = await session.RunFixedAsync(settled.Plan, settled.Why, images, cancellationToken: cancellationToken);
        List<DemoBaseline> baselines = [];
        foreach ((string name, Plan plan) in Baselines(session.Profile.Model, adaptation))
        {
            bool allowed = !phase.Constraints.KeepInputOnDevice || plan.Input.Kind == InputKind.Local;
            bool slow = adaptation.Predict(plan) is not { } cost || cost.Total > Patience;
            RunReport run = await session.RunFixedAsync(plan, $"baseline {name}", slow ? images[..1] : images, cancellationToken: cancellationToken);
            baselines.Add(new(name, plan.Describe(), allowed, run));
        }

        return new(phase, adaptive.Report, settled.Plan.Describe(), settled.Why, adaptation.Predict(settled.Plan)?.Total, chosen, [.. baselines]);
    }

    // PNG and the raw tensor go to whichever tier is predicted to be faster with them: a baseline deserves its best.
    private static IEnumerable<(string Name, Plan Plan)> Baselines(ModelHash model, Adaptation adaptation)
    {
        yield return ("device-only", BaselinePlans.DeviceOnly(model));
        yield return ("jpeg-to-edge", BaselinePlans.Remote(model, InputEncoding.Jpeg(75), "edge", Tier.Edge));
        yield return ("jpeg-to-cloud", BaselinePlans.Remote(model, InputEncoding.Jpeg(75), "cloud", Tier.Cloud));
        yield return ("png", Faster(InputEncoding.Png));
        yield return ("raw-tensor", Faster(InputEncoding.Tensor));

        Plan Faster(InputEncoding input) => new[]
        {
            BaselinePlans.Remote(model, input, "edge", Tier.Edge), BaselinePlans.Remote(model, input, "cloud", Tier.Cloud),
        }.MinBy(p => adaptation.Predict(p)?.Total ?? Milliseconds.Infinite)!;
    }

    private static ImmutableDictionary<string, byte[]> Thumbnails(Network network, LabelledImage[] images)
    {
        ImmutableDictionary<string, byte[]>.Builder thumbnails = ImmutableDictionary.CreateBuilder<string, byte[]>();
        foreach (LabelledImage image in images)
        {
            try
            {
                thumbnails[image.Name] = network.Preprocessor.Encode(File.ReadAllBytes(image.Path), InputEncoding.Jpeg(60), image.Name);
            }
            catch (IsthmusException)
            {
                // No picture: it is reported as such, and has no thumbnail.
            }
        }

        return thumbnails.ToImmutable();
    }
}
