using System.Collections.Immutable;
using System.Net;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Progress;
using Isthmus.Core.Storage;
using Isthmus.Inference.Classification;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;
using Isthmus.Runtime.Streaming;

namespace Isthmus.Bench;

/// <summary>
/// A stream of photographs through Inception v3, pipelined over a device and an edge that is a process of its own behind an emulated link: the plan with the shortest longest
/// stage, beside the plan with the least latency, beside one picture after another, and beside one over the longest stage.
/// </summary>
internal sealed class StreamComparison : IComparison
{
    private const int Pictures = 40;
    private const double DeviceSlowdown = 10;
    private const double EdgeSlowdown = 5;

    public string Name => "stream";

    public string Summary => "Pictures a second of a pipelined stream by the plan with the shortest longest stage, beside the plan with the least latency, one picture after another, and the prediction.";

    public async Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        string model, photographs, data = DataFolder.Resolve();
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

        ImmutableArray<LabelledImage> images = LabelledImages.Load(photographs, null);
        LabelledImage[] pictures = [.. Enumerable.Range(0, Pictures).Select(i => images[i % images.Length])];
        await using NodeProcess edge = await NodeProcess.StartAsync(
            "edge", Tier.Edge, ["--data", Path.Combine(data, "nodes", "edge"), "--slowdown", EdgeSlowdown.ToString(System.Globalization.CultureInfo.InvariantCulture)], cancellationToken);
        // Two links: one where computing is the longest stage, one where the transfer of a photograph is.
        (string Name, LinkConditions Conditions)[] links = [("20 Mbit/s", new(new(20e6), new(10))), ("2 Mbit/s", new(new(2e6), new(10)))];
        List<ComparisonRow> rows = [];
        await using LinkEmulator link = LinkEmulator.Start(new() { To = new IPEndPoint(IPAddress.Loopback, new Uri(edge.Url).Port) });
        RunSettings settings = new()
        {
            Network = Network.Load(model),
            Addresses = new(link.Url, null) { LinksAreEmulated = true },
            DataFolder = data,
            Slowdown = DeviceSlowdown,
            Profiling = new() { Samples = 2, MaxCuts = 12, Repeats = 5, Budget = TimeSpan.FromSeconds(60) },
        };
        progress.Report(new("profiling", 0.1));
        await using RunSession session = await RunSession.OpenAsync(settings, [.. images.Select(i => i.Path)], progress: null, cancellationToken);
        for (int i = 0; i < links.Length; i++)
        {
            link.SetConditions(links[i].Conditions, links[i].Conditions);
            progress.Report(new(links[i].Name, 0.3 + (0.35 * i)));
            await LinkMeasurement.MeasureAsync(session.Tiers.Nodes[0].Client, session.Tiers.Link(Tiers.Device, session.Tiers.Nodes[0].Name), cancellationToken);
            await CompareAsync(rows, session, pictures, links[i].Name, cancellationToken);
        }

        return rows;
    }

    private static async Task CompareAsync(List<ComparisonRow> rows, RunSession session, LabelledImage[] pictures, string link, CancellationToken cancellationToken)
    {
        PlanningRequest request = new(session.Profile) { Links = session.Tiers.CurrentLinks(), Constraints = new() { MaxAccuracyLoss = 0.02 } };
        RankedPlan soonest = Planner.Plan(request).Winner;
        RankedPlan steadiest = Planner.Plan(request with { Objective = Objective.Throughput }).Winner;
        StreamReport throughput = await session.RunStreamAsync(steadiest.Plan, "bench", pictures, cancellationToken: cancellationToken);
        StreamReport latency = await session.RunStreamAsync(soonest.Plan, "bench", pictures, cancellationToken: cancellationToken);
        StreamReport alone = await session.RunStreamAsync(steadiest.Plan, "bench", pictures, options: new() { Window = 1 }, cancellationToken: cancellationToken);
        string what = $"Inception v3, {pictures.Length} photographs, {link} with 20 ms round trip; link, and slow-downs of {DeviceSlowdown} (device) and {EdgeSlowdown} (edge), emulated";
        string plan = steadiest.Plan.Describe();
        double measured = throughput.Stream.PerSecond ?? 0;
        rows.Add(ComparisonRow.Of(
            what, $"pictures a second, {plan}", "1/s", measured, $"the least latency, {soonest.Plan.Describe()}", latency.Stream.PerSecond ?? 0, "no fewer",
            steadiest.Plan == soonest.Plan || measured >= (latency.Stream.PerSecond ?? 0)));
        rows.Add(ComparisonRow.Of(what, $"pictures a second, {plan}", "1/s", measured, "one picture after another", alone.Stream.PerSecond ?? 0, "more", measured > (alone.Stream.PerSecond ?? 0)));
        double predicted = throughput.Stream.PredictedPerSecond ?? 0;
        rows.Add(ComparisonRow.Of(
            what, $"pictures a second, {plan}", "1/s", measured, $"predicted: one over the longest stage ({throughput.Stream.LongestStage})", predicted, "within 15 %",
            Math.Abs((measured / predicted) - 1) <= 0.15));
        foreach (StageUse stage in throughput.Stream.Stages)
            rows.Add(ComparisonRow.Of(what, $"{stage.Stage}: busy per picture, {100 * stage.Occupancy:0} % of the time", "ms", stage.BusyMs, "predicted", stage.PredictedMs ?? 0));
        int lost = throughput.Run.Images.Count(i => !i.IsAnswered) + latency.Run.Images.Count(i => !i.IsAnswered);
        rows.Add(ComparisonRow.Of(what, $"pictures lost of {2 * pictures.Length}", "count", lost, "none", 0, "0", lost == 0));
    }
}
