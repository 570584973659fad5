using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Assignment;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Progress;

namespace Isthmus.Bench;

/// <summary>
/// Many requests that share links and nodes: how close the assignment comes to the best that there is, beside all on the device, the edge and the cloud, and beside all or nothing; and
/// how long it takes for many.
/// </summary>
public sealed class AssignmentComparison : IComparison
{
    private const int Problems = 60;

    /// <inheritdoc/>
    public string Name => "assign";

    /// <inheritdoc/>
    public string Summary => "Assigning requests that share links and nodes: value beside a bound on the optimum of small problems, beside simple assignments, and the time for 200 requests.";

    /// <inheritdoc/>
    public Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        List<ComparisonRow> rows = [];
        AssignmentObjective[] objectives = Enum.GetValues<AssignmentObjective>();
        for (int o = 0; o < objectives.Length; o++)
        {
            progress.Report(new($"small problems for {objectives[o]}", (double)o / (objectives.Length + 1)));
            Small(rows, objectives[o], cancellationToken);
        }

        progress.Report(new("200 requests", (double)objectives.Length / (objectives.Length + 1)));
        foreach (AssignmentObjective objective in objectives)
        {
            AssignmentProblem problem = InventedAssignment.Create(1, 200, 10, 4, objective);
            AssignmentResult joint = JointAssignment.Solve(problem, cancellationToken), whole = JointAssignment.Whole(problem, cancellationToken);
            double[] seconds = Measurement.SecondsPerCall([() => JointAssignment.Solve(problem), () => JointAssignment.Whole(problem)], rounds: 2, cancellationToken: cancellationToken);
            string what = $"200 requests × 10 nodes × 4 networks, {objective}";
            rows.Add(ComparisonRow.Of(what, "time to assign", "ms", seconds[0] * 1e3, "all or nothing", seconds[1] * 1e3, "< 500 ms", seconds[0] < 0.5));
            rows.Add(ComparisonRow.Of(what, "requests served", "requests", joint.Served, "all or nothing", whole.Served));
            rows.Add(ComparisonRow.Of(what, objective == AssignmentObjective.Latency ? "sum of milliseconds" : "value", "", joint.Value, "all or nothing", whole.Value));
        }

        Image(rows, cancellationToken);
        return Task.FromResult<IReadOnlyList<ComparisonRow>>(rows);
    }

    // What is decided for each picture on its way must cost nothing.
    private static void Image(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        GompertzCurve curve = new(0.78, 9, 11);
        FractionChoice choice = new(curve);
        int bytes = 0;
        double[] seconds = Measurement.SecondsPerCall(
            [
                () => choice.WithinBytes(20_000 + (bytes++ & 1023), 9000, default, 0.5),
                () => choice.WorthItsBytes(20_000 + (bytes++ & 1023), 2e-5, default, 0.5),
                () => bytes += Enumerable.Range(1, 1000).MaxBy(t => curve.At(t / 1000.0) - (2e-5 * 20 * t)) & 1,
            ],
            rounds: 3, cancellationToken: cancellationToken);
        rows.Add(ComparisonRow.Of("one picture of known bytes, Gompertz curve", "what fits before a deadline", "µs", seconds[0] * 1e6, "1000 fractions", seconds[2] * 1e6, "< 5 µs", seconds[0] < 5e-6));
        rows.Add(ComparisonRow.Of("one picture of known bytes, Gompertz curve", "what is worth its bytes (Lambert's W)", "µs", seconds[1] * 1e6, "1000 fractions", seconds[2] * 1e6, "< 5 µs", seconds[1] < 5e-6));
    }

    /// <summary>The share of the bound that an assignment reaches, at most 1 but for rounding; 0 if it serves fewer.</summary>
    internal static double ShareOf(AssignmentResult result, (int Served, double Value) bound, AssignmentObjective objective) => result.Served < bound.Served ? 0
        : bound.Served == 0 || (result.Value <= 0 && bound.Value <= 0) ? 1
        : objective == AssignmentObjective.Latency ? bound.Value / result.Value : result.Value / bound.Value;

    private static void Small(List<ComparisonRow> rows, AssignmentObjective objective, CancellationToken cancellationToken)
    {
        (string Name, Func<AssignmentProblem, AssignmentResult> Solve)[] rivals =
        [
            ("the joint assignment", p => JointAssignment.Solve(p, cancellationToken)),
            ("all or nothing", p => JointAssignment.Whole(p, cancellationToken)),
            ("all on the device", p => JointAssignment.AllOn(p, Tier.Device, cancellationToken)),
            ("all of it to the edge", p => JointAssignment.AllOn(p, Tier.Edge, cancellationToken)),
            ("all of it to the cloud", p => JointAssignment.AllOn(p, Tier.Cloud, cancellationToken)),
        ];
        List<double>[] shares = [.. rivals.Select(_ => new List<double>())], served = [.. rivals.Select(_ => new List<double>())];
        for (int seed = 0; seed < Problems; seed++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AssignmentProblem problem = InventedAssignment.Create(seed, 2 + (seed % 3), 2 + (seed % 2), 2, objective);
            (int Served, double Value) bound = ExactAssignment.Bound(problem, cancellationToken);
            for (int i = 0; i < rivals.Length; i++)
            {
                AssignmentResult result = rivals[i].Solve(problem);
                served[i].Add((double)result.Served / problem.Requests.Length);
                // Who is not served has no accuracy and no satisfaction; a sum of latencies says something only if all are there that could be.
                shares[i].Add(i == 0 || objective == AssignmentObjective.Latency ? ShareOf(result, bound, objective) : bound.Value <= 0 ? 1 : Math.Max(0, result.Value / bound.Value));
            }
        }

        string what = $"{Problems} problems of 2 to 4 requests, 2 or 3 nodes, 2 networks, {objective}";
        double median = Median(shares[0]);
        rows.Add(ComparisonRow.Of(what, "median share of the optimum's bound", "", median, "the bound", 1, "≥ 0.98", median >= 0.98));
        rows.Add(ComparisonRow.Of(what, "worst share of the optimum's bound", "", shares[0].Min(), "the bound", 1));
        for (int i = 1; i < rivals.Length; i++)
        {
            rows.Add(ComparisonRow.Of(what, "median share of the optimum's bound", "", median, rivals[i].Name, Median(shares[i])));
            rows.Add(ComparisonRow.Of(what, "mean share of requests served", "", served[0].Average(), rivals[i].Name, served[i].Average()));
        }
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
