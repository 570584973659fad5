using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;

namespace Isthmus.Bench;

/// <summary>
/// The time and memory of one decision of the adaptation, links changed before each, beside planning from scratch; and real runs under traces
/// (<see cref="RealTraces"/>), which take some minutes.
/// </summary>
internal sealed class AdaptationComparison : IComparison
{
    private const double GoalMs = 1;

    public string Name => "adaptation";

    public string Summary => "One decision of the adaptation after a link has changed, beside planning from scratch; and real runs under changing links, beside a plan that is kept.";

    public async Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        List<ComparisonRow> rows = [];
        int[] sizes = [26, 120];
        for (int i = 0; i < sizes.Length; i++)
        {
            progress.Report(new($"{sizes[i]} cuts", i * 0.05));
            Decide(rows, sizes[i], cancellationToken);
        }

        rows.AddRange(await new RealTraces(progress, cancellationToken).CompareAsync());
        return rows;
    }

    private static void Decide(List<ComparisonRow> rows, int cuts, CancellationToken cancellationToken)
    {
        Profile profile = InventedProfile.Create(cuts, seed: 1);
        // Nothing is kept of many thousand decisions, so that the collector's work for a log is not measured.
        AdaptationOptions options = new() { LogLimit = 16, Constraints = new() { MaxAccuracyLoss = 0.02 } };
        string path = Path.Combine(Directory.CreateTempSubdirectory("isthmus-adaptation-").FullName, "decisions.jsonl");
        using DecisionLogFile log = new(path);
        DriftingTiers drift = new(profile), logged = new(profile);
        Adaptation adaptation = new(profile, drift, options), writes = new(profile, logged, options with { Log = log });
        void Decision()
        {
            drift.Drift();
            adaptation.Decide();
            _ = adaptation.Why;
        }

        void LoggedDecision()
        {
            logged.Drift();
            writes.Decide();
            _ = writes.Why;
        }

        double[] seconds = Measurement.SecondsPerCall(
            [Decision, LoggedDecision, () => Planner.Plan(new PlanningRequest(profile) { Constraints = options.Constraints, Top = 1, WithPareto = false })],
            rounds: 5, cancellationToken: cancellationToken);
        long before = GC.GetAllocatedBytesForCurrentThread();
        const int Decisions = 200;
        for (int i = 0; i < Decisions; i++) Decision();
        double bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Decisions;
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Decisions; i++) Planner.Plan(new PlanningRequest(profile) { Constraints = options.Constraints, Top = 1, WithPareto = false });
        double scratch = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Decisions;
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        string what = $"{cuts} cuts × {profile.Cuts[0].Codecs.Length} codecs × {profile.Inputs.Length} inputs, 3 tiers";
        const string Scratch = "planning from scratch";
        rows.Add(ComparisonRow.Of(what, "decide again with the reason, links changed", "ms", seconds[0] * 1e3, Scratch, seconds[2] * 1e3, $"< {GoalMs} ms", seconds[0] * 1e3 < GoalMs));
        rows.Add(ComparisonRow.Of(what, "the same, written to the log of decisions", "ms", seconds[1] * 1e3, Scratch, seconds[2] * 1e3, $"< {GoalMs} ms", seconds[1] * 1e3 < GoalMs));
        rows.Add(ComparisonRow.Of(what, "allocated for a decision", "kB", bytes / 1e3, Scratch, scratch / 1e3));
    }

    // Every link changes by up to a tenth before each decision, and by a factor of up to 30 over some hundred.
    private sealed class DriftingTiers(Profile profile) : ITierState
    {
        private readonly Random _random = new(1);
        private ImmutableArray<LinkProfile> _links = profile.Links;

        public ImmutableArray<string> NodeNames { get; } = [.. profile.Nodes.Where(n => n.Tier != Tier.Device).Select(n => n.Name)];

        public bool IsExcluded(string node) => false;

        public ImmutableArray<LinkProfile> CurrentLinks() => _links;

        public void Drift() => _links =
        [
            .. _links.Select((l, i) => l with
            {
                Bandwidth = new BitsPerSecond(Math.Clamp(l.Bandwidth.Value * (0.9 + (0.2 * _random.NextDouble())), profile.Links[i].Bandwidth.Value / 6, profile.Links[i].Bandwidth.Value * 5)),
            }),
        ];
    }
}
