using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Assignment;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Planning.Fractions;

/// <summary>Profiles whose curves say anything that a profile may say.</summary>
public sealed class HostileCurveTests
{
    private const int Rounds = 250;

    [Fact]
    public void Plan_AnyCurves_IsRefusedOrFinite()
    {
        int planned = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            Profile profile = SmallCurveProfile.Create() with { InputCurves = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Curve(random)).DistinctBy(c => c.Family)] };
            ProfileIndex index;
            try
            {
                index = ProfileIndex.Of(profile);
            }
            catch (IsthmusException)
            {
                continue;
            }

            foreach (Objective objective in new[] { Objective.Latency, Objective.Accuracy, Objective.Weighted(0, 1, perLoss: 5) })
            {
                PlanningRequest request = new(index)
                {
                    Objective = objective,
                    Space = random.Next(2) == 0 ? new Zhao().Space : SearchSpace.All,
                    Loss = random.Next(2) == 0 ? LossEstimate.UpperEnd : LossEstimate.Smoothed,
                    Constraints = new() { MaxAccuracyLoss = random.Next(3) == 0 ? random.NextDouble() : null, MaxLatency = random.Next(3) == 0 ? new(random.Next(300)) : null },
                };
                try
                {
                    PlanningResult result = Planner.Plan(request);
                    Assert.All(result.Ranked.Concat(result.Pareto), r => Assert.True(double.IsFinite(r.Score + r.Latency.Value + r.AccuracyLoss) && r.AccuracyLoss is >= 0 and <= 1));
                    planned++;
                }
                catch (InfeasiblePlanException)
                {
                }
            }

            AssignmentProblem problem;
            try
            {
                problem = AssignmentProblem.Of(new(index), [new("a") { MaxMs = 200 }, new("b") { MinAccuracy = random.NextDouble() }, new("c")], (AssignmentObjective)random.Next(3));
            }
            catch (IsthmusException)
            {
                continue;
            }

            AssignmentResult assigned = JointAssignment.Solve(problem);
            Assert.True(double.IsFinite(assigned.Value + assigned.MeanAccuracy + assigned.MeanMs));
        }

        Assert.True(planned > Rounds / 4, $"Only {planned} were planned.");
    }

    [Fact]
    public void Of_MoreWaysThanAnybodyNeeds_IsRefused()
    {
        Profile profile = SmallCurveProfile.Create();
        InputCurve curve = profile.InputCurves[0];
        Profile many = profile with { InputCurves = [.. Enumerable.Range(0, ProfileRules.MaxCurves).Select(i => curve with { Family = $"f{i}" })] };
        ImmutableArray<AssignmentRequest> requests = [.. Enumerable.Range(0, 10_000).Select(i => new AssignmentRequest($"u{i}") { MinAccuracy = i / 13_000.0 })];
        Assert.Throws<IsthmusException>(() => AssignmentProblem.Of(new(many), requests, AssignmentObjective.Accuracy));
    }

    private static InputCurve Curve(Random random)
    {
        InputEncoding[] forms = [InputEncoding.Embedded, InputEncoding.Embedded.ScaledBy(0.5), InputEncoding.Jpeg(1), InputEncoding.Jpeg(100), InputEncoding.Png, InputEncoding.Webp(50)];
        InputEncoding form = forms[random.Next(forms.Length)];
        double[] fractions = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.Next(4) == 0 ? Math.Pow(10, -random.Next(300)) : random.NextDouble()).Append(random.Next(2) == 0 ? 1 : 0.5).Distinct().Order()];
        long bytes = 0;
        ImmutableArray<CurvePoint> points = [.. fractions.Select(x =>
        {
            bytes += random.Next(3) switch { 0 => 0, 1 => random.Next(100_000), _ => random.NextInt64(1_000_000_000) };
            double accuracy = random.Next(3) / 2.0;
            InputEncoding part = form.IsProgressive && random.Next(5) > 0 ? form.First(Math.Max(0.001, x)) : form;
            return new CurvePoint(part, x, new(bytes), accuracy, random.Next(2) * accuracy, Math.Max(accuracy, random.Next(2)), random.NextDouble(), random.Next(3));
        })];
        double Parameter() => random.Next(4) switch { 0 => 1e15, 1 => 1e-300, 2 => double.Epsilon, _ => Math.Exp((random.NextDouble() * 20) - 10) };
        CurveFit fit = random.Next(3) switch
        {
            0 => new("gompertz", [Parameter(), Parameter(), Parameter()], 0, null, []),
            1 => new("exponential", [Parameter(), Parameter(), Parameter()], 0, null, [new(1e-300, 0, 0), new(1, random.NextDouble() / 2, 1)]),
            _ => new("table", [1e-300, random.Next(2) / 2.0, 1, 1], 1, 1, [new(double.Epsilon, 0, 1)]),
        };
        return new(form.ToString(), form, new(random.Next(2) * random.NextInt64(1_000_000_000)), 1, random.Next(3) / 2.0, points, [fit], fit.Kind);
    }
}
