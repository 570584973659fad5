using System.Collections.Immutable;
using Isthmus.Bench;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Assignment;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Tests.Planning.Fractions;

namespace Isthmus.Core.Tests.Planning.Assignment;

public sealed class JointAssignmentTests
{
    private const int Problems = 24;

    [Theory]
    [InlineData(AssignmentObjective.Accuracy)]
    [InlineData(AssignmentObjective.Latency)]
    [InlineData(AssignmentObjective.Satisfaction)]
    public void Solve_SmallProblems_ReachesTheOptimumAlmost(AssignmentObjective objective)
    {
        List<double> shares = [];
        for (int seed = 100; seed < 100 + Problems; seed++)
        {
            AssignmentProblem problem = InventedAssignment.Create(seed, 2 + (seed % 2) + (seed % 8 == 0 ? 1 : 0), 2, 2, objective);
            (int served, double value) = ExactAssignment.Bound(problem);
            AssignmentResult result = JointAssignment.Solve(problem);
            Assert.Equal(served, result.Served);
            if (served == 0) continue;
            double share = objective == AssignmentObjective.Latency ? value / result.Value : result.Value / value;
            Assert.True(share <= 1 + 1e-6, $"seed {seed}: the bound is {value}, and {result.Value} was reached");
            shares.Add(share);
        }

        shares.Sort();
        Assert.True(shares[shares.Count / 2] >= 0.98, $"The median is {shares[shares.Count / 2]}.");
        Assert.True(shares[0] >= 0.9, $"The worst is {shares[0]}.");
    }

    [Theory]
    [InlineData(AssignmentObjective.Accuracy, 3, 2, 2)]
    [InlineData(AssignmentObjective.Latency, 20, 4, 3)]
    [InlineData(AssignmentObjective.Satisfaction, 20, 4, 3)]
    [InlineData(AssignmentObjective.Accuracy, 120, 10, 4)]
    public void Solve_AnyProblem_KeepsWhatItPromises(AssignmentObjective objective, int requests, int servers, int variants)
    {
        for (int seed = 0; seed < (requests > 50 ? 1 : 8); seed++)
        {
            AssignmentProblem problem = InventedAssignment.Create(seed, requests, servers, variants, objective);
            AssignmentResult result = JointAssignment.Solve(problem);
            Check(problem, result);
            AssignmentResult[] rivals = [JointAssignment.Whole(problem), .. Enum.GetValues<Tier>().Select(t => JointAssignment.AllOn(problem, t))];
            Assert.All(rivals, r => Check(problem, r));
            Assert.All(rivals, r => Assert.True(r.Served <= result.Served));
            Assert.All(rivals.SelectMany(r => r.Requests), r => Assert.True(r.Fraction is 0 or 1));
        }
    }

    [Fact]
    public void Solve_Twice_IsTheSame()
    {
        AssignmentResult Solve() => JointAssignment.Solve(InventedAssignment.Create(3, 30, 5, 3, AssignmentObjective.Satisfaction));
        Assert.Equal(Solve().Requests, Solve().Requests);
    }

    [Fact]
    public void Solve_OneRequest_IsTheClosedForm()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            AssignmentProblem problem = InventedAssignment.Create(seed, 1, 1, 1, AssignmentObjective.Accuracy);
            AssignmentResult result = JointAssignment.Solve(problem);
            AssignmentRequest asked = problem.Requests[0];
            AssignmentOption? sent = problem.Options[0].SingleOrDefault(o => !o.IsLocal), local = problem.Options[0].SingleOrDefault(o => o.IsLocal);
            if (sent is null || result.Served == 0) continue;
            // Not longer than until the next image, and after those that wait at random.
            (double _, double wait) = NodeGroup.Load(problem, [0], [sent])!.Value;
            double fixedMs = sent.FixedMs + wait;
            InputCurve curve = problem.ProfileOf(sent).InputCurves[0];
            double deadline = Math.Min(asked.MaxMs!.Value, fixedMs + (1000 / asked.PerSecond));
            FractionAnswer? closed = new SingleRequest(curve.Curve, fixedMs, sent.WholeMs, null, curve.Least).AccuracyUnderDeadline(deadline);
            double best = Math.Max(local?.Accuracy ?? 0, closed is null ? 0 : closed.Accuracy);
            Assert.InRange(result.Requests[0].Accuracy, best - 0.005, Math.Min(1, best) + 1e-9);
        }
    }

    [Fact]
    public void Solve_LinkTooSlowForAll_SharesItAndKeepsTheDeadline()
    {
        AssignmentResult result = JointAssignment.Solve(Small(AssignmentObjective.Accuracy, [.. Enumerable.Range(1, 6).Select(i => new AssignmentRequest($"u{i}") { MaxMs = 250, PerSecond = 0.5 })]));
        Assert.Equal(6, result.Served);
        Assert.All(result.Requests, r => Assert.InRange(r.Milliseconds, 1, 250 + 1e-6));
        Assert.InRange(result.Requests.Where(r => r.Node == "edge").Sum(r => r.LinkShare), 0.5, 1 + 1e-9);
        Assert.Contains(result.Requests, r => r.Input.IsPartial);
    }

    [Fact]
    public void Solve_NotAllFit_SaysWho()
    {
        AssignmentResult result = JointAssignment.Solve(Small(
            AssignmentObjective.Latency, [new("greedy") { MinAccuracy = 0.9 }, new("hasty") { MaxMs = 5 }, new("both") { MinAccuracy = 0.95, MaxMs = 3 }, .. Enumerable.Range(1, 40).Select(i => new AssignmentRequest($"u{i}") { PerSecond = 6, MaxMs = 100 })]));
        Assert.Equal("no network reaches an accuracy of 0.9", Why("greedy"));
        Assert.Equal("nothing answers within 5 ms, even alone", Why("hasty"));
        Assert.Equal("no network reaches an accuracy of 0.95, and nothing answers within 3 ms, even alone", Why("both"));
        Assert.Contains(result.Requests, r => r.Why == "the others leave no room on the links and nodes that could serve it");
        Assert.InRange(result.Served, 3, 39);

        string? Why(string name) => result.Requests.Single(r => r.Request.Name == name).Why;
    }

    [Fact]
    public void Solve_ExtremeNumbers_StaysFinite()
    {
        AssignmentRequest[] odd =
        [
            new("fast") { PerSecond = 1e6 }, new("slow") { PerSecond = 1e-300 }, new("huge") { Bytes = 1_000_000_000_000 }, new("tiny") { Bytes = 1 },
            new("heavy") { Weight = 1e6, AccuracyWeight = 1e6, TimeWeight = 1e6 }, new("light") { Weight = 1e-300, AccuracyWeight = 0, TimeWeight = 0 }, new("late") { MaxMs = 3_600_000 }, new("now") { MaxMs = 1e-300 },
        ];
        foreach (AssignmentObjective objective in Enum.GetValues<AssignmentObjective>())
        {
            AssignmentResult result = JointAssignment.Solve(Small(objective, [.. odd]));
            Assert.True(double.IsFinite(result.Value + result.MeanAccuracy + result.MeanMs + result.BytesPerSecond));
            Assert.All(result.Requests, r => Assert.True(double.IsFinite(r.Accuracy + r.Milliseconds + r.Satisfaction + r.LinkShare)));
        }
    }

    [Fact]
    public void Of_ImpossibleRequests_AreRefused()
    {
        foreach (AssignmentRequest wrong in new AssignmentRequest[]
        {
            new(""), new("a") { PerSecond = 0 }, new("a") { PerSecond = double.NaN }, new("a") { Weight = -1 }, new("a") { MinAccuracy = 2 }, new("a") { MaxMs = double.NaN },
            new("a") { MaxMs = 0 }, new("a") { Bytes = 0 }, new("a") { AccuracyWeight = double.PositiveInfinity }, new("a") { Device = "edge" }, new("a") { Device = "nobody" },
        })
        {
            Assert.Throws<IsthmusException>(() => Small(AssignmentObjective.Accuracy, [wrong]));
        }

        Assert.Throws<IsthmusException>(() => Small(AssignmentObjective.Accuracy, []));
        Assert.Throws<IsthmusException>(() => Small(AssignmentObjective.Accuracy, [new("a"), new("a")]));
        Assert.Throws<InfeasiblePlanException>(() => AssignmentProblem.Of(new(SmallCurveProfile.Create() with { InputCurves = [] }), [new("a")], AssignmentObjective.Accuracy));
    }

    private static AssignmentProblem Small(AssignmentObjective objective, ImmutableArray<AssignmentRequest> requests) => AssignmentProblem.Of(new(SmallCurveProfile.Create()), requests, objective);

    // By the documented model, from the profiles alone.
    private static void Check(AssignmentProblem problem, AssignmentResult result)
    {
        Profile[] profiles = [.. problem.Options.SelectMany(o => o).Select(problem.ProfileOf).Distinct()];
        foreach (IGrouping<string, AssignedRequest> node in result.Requests.Where(r => r.Fraction > 0).GroupBy(r => r.Node!))
        {
            double busy = 0, squares = 0;
            foreach (AssignedRequest r in node)
            {
                double work = Work(r);
                busy += r.Request.PerSecond * work / 1000;
                squares += r.Request.PerSecond * work * work / 1000;
            }

            Assert.True(busy <= 0.95 + 1e-9);
            Assert.True(node.Sum(r => r.LinkShare) <= 1 + 1e-9);
            double wait = squares / 2 / (1 - busy);
            foreach (AssignedRequest r in node)
            {
                (Profile profile, NodeProfile server, NodeProfile device, LinkProfile link) = Parts(r);
                InputCurve curve = profile.InputCurves[0];
                double bytes = (r.Request.Bytes ?? curve.Bytes.Value) * r.Fraction;
                double transfer = bytes * 8000 / (link.Bandwidth.Value * r.LinkShare);
                double ms = device.Inputs.First(i => i.Encoding == curve.Reference).Encode.Value + link.RoundTrip.Value + transfer + wait + Work(r) + server.Overhead.Value;
                Assert.Equal(ms, r.Milliseconds, 1e-6 * ms);
                Assert.True(transfer <= (1000 / r.Request.PerSecond) + 1e-6);
                double most = profiles.Max(p => p.InputCurves[0].Whole) - ((profiles.Length - 1 - Array.IndexOf([.. profiles.OrderBy(p => p.ModelName, StringComparer.Ordinal)], profile)) * 0.1);
                Assert.True(r.Accuracy <= curve.Curve.At(r.Fraction) + most - curve.Whole + 1e-9 || profiles.Length == 1);
            }
        }

        foreach (AssignedRequest r in result.Requests)
        {
            Assert.Equal(r.IsServed, r.Why is null);
            if (!r.IsServed) continue;
            Assert.True(r.Milliseconds <= (r.Request.MaxMs ?? double.PositiveInfinity) + 1e-6);
            Assert.True(r.Accuracy >= r.Request.MinAccuracy - 1e-9);
        }

        double Work(AssignedRequest r)
        {
            (_, NodeProfile server, _, _) = Parts(r);
            return server.Segments[0].Timing.P50.Value + server.Inputs.First(i => i.Encoding.Kind != InputKind.Local).Decode.Value;
        }

        (Profile, NodeProfile, NodeProfile, LinkProfile) Parts(AssignedRequest r)
        {
            Profile profile = profiles.Single(p => p.ModelName == r.Model);
            return (profile, profile.Nodes.Single(n => n.Name == r.Node), profile.Nodes.Single(n => n.Tier == Tier.Device), profile.Links.Single(l => l.To == r.Node));
        }
    }
}
