using System.Diagnostics;
using Isthmus.Core.Graphs.Flow;
using Isthmus.Core.Planning.Dag;
using Isthmus.Core.Progress;

namespace Isthmus.Bench;

/// <summary>The time to partition a graph of many operators by a minimum cut, beside the textbook's algorithm on the same network, which must find the same; and the search for the shortest period.</summary>
internal sealed class MinCutComparison : IComparison
{
    private const double GoalMs = 10;

    public string Name => "mincut";

    public string Summary => "Partitions of graphs of up to 1,000 operators by minimum cuts, beside shortest augmenting paths on the same networks; and the shortest period, beside the partition with the least latency.";

    public Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        List<ComparisonRow> rows = [];
        (int Operators, int Places)[] sizes = [(100, 2), (1000, 2), (100, 3), (1000, 3)];
        for (int i = 0; i < sizes.Length; i++)
        {
            (int operators, int places) = sizes[i];
            progress.Report(new($"{operators} operators, {places} nodes", (double)i / sizes.Length));
            DagProblem problem = InventedDag.Create(operators, places, seed: 1);
            FlowNetwork network = DagLatency.Network(problem);
            if (network.Cut()!.Value != AugmentingPaths.Cut(network)) throw new InvalidOperationException("The two algorithms find different cuts.");
            double[] seconds = Measurement.SecondsPerCall(
                [() => DagLatency.Minimise(problem), () => network.Cut(), () => AugmentingPaths.Cut(network)], rounds: 5, cancellationToken: cancellationToken);
            string what = $"{problem.Operators.Length} operators with branches, {places} nodes, {network.Vertices} vertices and {network.Arcs} arcs";
            const string Baseline = "shortest augmenting paths";
            rows.Add(ComparisonRow.Of(what, "partition with the least latency", "ms", seconds[0] * 1e3, Baseline, seconds[2] * 1e3, $"< {GoalMs} ms", seconds[0] * 1e3 < GoalMs));
            rows.Add(ComparisonRow.Of(what, "of that, the cut alone", "ms", seconds[1] * 1e3, Baseline, seconds[2] * 1e3));
            Throughput(rows, what, problem, cancellationToken);
        }

        return Task.FromResult<IReadOnlyList<ComparisonRow>>(rows);
    }

    private static void Throughput(List<ComparisonRow> rows, string what, DagProblem problem, CancellationToken cancellationToken)
    {
        DagThroughput.Minimise(problem, cancellationToken: cancellationToken);
        long start = Stopwatch.GetTimestamp();
        DagAnswer answer = DagThroughput.Minimise(problem, cancellationToken: cancellationToken);
        double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        double period = DagLatency.Minimise(problem).Partition.Period;
        const string Soonest = "the partition with the least latency";
        rows.Add(ComparisonRow.Of(what, "period of the partition with the shortest, found within 1 s", "ms", answer.Value, Soonest, period, "no longer", answer.Value <= period));
        rows.Add(ComparisonRow.Of(what, $"time of that search ({answer.Cuts} minimum cuts)", "ms", ms, "its limit", 1000));
        rows.Add(ComparisonRow.Of(what, "how much shorter another could be at most", "%", 100 * answer.Gap, "proven the shortest", 0));
    }
}
