using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Runtime.Adaptive;

namespace Isthmus.Runtime.Tests.Adaptive;

/// <summary>How much of the picture is sent follows the link from one request to the next, without being held back as a switch of plans is.</summary>
public sealed class PartAdaptationTests
{
    private static readonly InputEncoding Form = InputEncoding.Jpeg(75);
    private static readonly GompertzCurve Curve = new(0.9, 2, 5);

    // The device alone takes 300 ms; the edge 10 ms, a round trip of 20 ms, and 40 kB to send whole: 350 ms at 1 Mbit/s.
    private static readonly Profile Sample = new(
        Profile.CurrentVersion, ModelHash.Of([1, 2, 3]), "sample", DateTimeOffset.UnixEpoch, "0", 1, 0, [], [new(Form, new(40_000), 0, 100)],
        [Node("device", Tier.Device, 300), Node("edge", Tier.Edge, 10)], [])
    {
        InputCurves =
        [
            new("jpeg:75", Form, new(40_000), 100, 0.9, [.. new[] { 0.05, 0.2, 0.5, 1 }.Select(Point)], [new(AccuracyCurves.Gompertz, [Curve.A, Curve.B, Curve.C], 0, 0, [])], AccuracyCurves.Gompertz),
        ],
    };

    private readonly ManualClock _clock = new();

    // The most accurate answer within 100 ms.
    private AdaptationOptions Wanted => new() { Objective = Objective.Accuracy, Constraints = new() { MaxLatency = new(100) }, Clock = _clock };

    private static CurvePoint Point(double x) => new(x == 1 ? Form : Form.First(x), x, new((long)(40_000 * x)), Curve.At(x), Curve.At(x) - 0.01, Curve.At(x) + 0.01, Curve.At(x), 100);

    private static NodeProfile Node(string name, Tier tier, double ms) => new(
        name, tier, null, 1, "host", "runtime", 1, new(0), [new(null, null, new(new(ms), new(ms), 1))], [], [new(InputEncoding.Local, new(0), new(0)), new(Form, new(0), new(0))]);

    private static ChangingTiers At(double mbit, ChangingTiers? tiers = null)
    {
        tiers ??= new(Sample);
        tiers.Links = [new("device", "edge", new(20), new(mbit * 1e6), false) { PricePerGigabyte = 0 }, new("edge", "device", new(20), new(mbit * 1e6), false) { PricePerGigabyte = 0 }];
        return tiers;
    }

    // 70 ms are left for sending.
    private static double Expected(double mbit) => Math.Min(1, 70 * mbit * 1e6 / 8e3 / 40_000);

    [Fact]
    public void Decide_BandwidthChanges_ThePartFollowsAtOnceAndIsNoSwitch()
    {
        ChangingTiers tiers = At(2);
        Adaptation adaptation = new(Sample, tiers, Wanted);
        Assert.Equal(DecisionOutcome.Started, adaptation.Decide().Outcome);
        double before = Expected(2);
        foreach (double mbit in new[] { 1, 0.5, 3, 2, 4, 0.8 })
        {
            At(mbit, tiers);
            _clock.Advance(50);
            AdaptationDecision decision = adaptation.Decide();
            Assert.Equal(DecisionOutcome.Adjusted, decision.Outcome);
            Assert.Equal(["edge"], decision.Plan.Segments.Select(s => s.Node));
            Assert.InRange(decision.Plan.Input.Fraction, Expected(mbit) - 0.01, Expected(mbit) + 0.001);
            Assert.InRange(decision.Predicted!.Value.Value, 95, 100.001);
            Assert.NotEqual(before, decision.Plan.Input.Fraction);
            before = decision.Plan.Input.Fraction;
        }
    }

    [Fact]
    public void Decide_NextToNothingChanges_ThePlanIsKept()
    {
        ChangingTiers tiers = At(2);
        Adaptation adaptation = new(Sample, tiers, Wanted);
        Plan plan = adaptation.Decide().Plan;
        At(2.002, tiers);
        AdaptationDecision decision = adaptation.Decide();
        Assert.Equal((DecisionOutcome.Kept, plan), (decision.Outcome, decision.Plan));
    }

    [Fact]
    public void Decide_NoisyLink_AdjustsOftenAndNeverSwitches()
    {
        ChangingTiers tiers = At(2);
        Adaptation adaptation = new(Sample, tiers, Wanted);
        Random random = new(4);
        for (int i = 0; i < 300; i++)
        {
            At(0.5 + (random.NextDouble() * 4), tiers);
            _clock.Advance(100);
            AdaptationDecision decision = adaptation.Decide();
            Assert.Contains(decision.Outcome, new[] { DecisionOutcome.Started, DecisionOutcome.Adjusted, DecisionOutcome.Kept });
            // Whatever is used is in time as the link is.
            Assert.InRange(decision.Predicted!.Value.Value, 0, 100.001);
        }

        Assert.True(adaptation.Log.Count(d => d.Outcome == DecisionOutcome.Adjusted) > 200);
    }

    [Fact]
    public void Decide_AfterAdjustments_ASwitchIsHeldBackByTheTimeSinceTheLastSwitch()
    {
        ChangingTiers tiers = At(2);
        // The fastest answer that loses at most a tenth: the device when the link is slow.
        Adaptation adaptation = new(Sample, tiers, new() { Constraints = new() { MaxAccuracyLoss = 0.1 }, Clock = _clock });
        Assert.Equal("edge", adaptation.Decide().Plan.Segments[0].Node);
        At(0.05, tiers);
        Assert.Equal(DecisionOutcome.Waiting, adaptation.Decide().Outcome);
        _clock.Advance(500);
        Assert.Equal(DecisionOutcome.Waiting, adaptation.Decide().Outcome);
        _clock.Advance(2_000);
        Assert.Equal(DecisionOutcome.Switched, adaptation.Decide().Outcome);
    }

    [Fact]
    public void Decide_LimitIsBrokenAndTheOtherPlanScoresWorse_SwitchesAllTheSame()
    {
        ChangingTiers tiers = At(20);
        // In time, the least money: the edge costs next to nothing, the device something. When the link is too slow for any part, only the device is in time.
        Profile priced = Sample with { Nodes = [Sample.Nodes[0] with { PricePerHour = 1 }, Sample.Nodes[1] with { PricePerHour = 0.01 }] };
        Adaptation adaptation = new(priced, tiers, new() { Objective = Objective.Price, Constraints = new() { MaxLatency = new(320) }, Clock = _clock });
        Assert.Equal("edge", adaptation.Decide().Plan.Segments[0].Node);
        At(0.01, tiers);
        for (int i = 0; i < 3; i++)
        {
            _clock.Advance(2_000);
            adaptation.Decide();
        }

        Assert.Equal("device", adaptation.Decide().Plan.Segments[0].Node);
    }

    [Fact]
    public void Of_PartsOfOnePicture_AreOneLikelyPlan()
    {
        ChangingTiers tiers = At(2);
        Adaptation adaptation = new(Sample, tiers, Wanted);
        adaptation.Decide();
        ImmutableArray<LikelyPlan> likely = LikelyPlans.Of(adaptation.Rule, adaptation.Current(), "device");
        Assert.Single(likely, l => l.Plan.Segments[0].Node == "edge");
    }

    [Fact]
    public void Replay_AdjustedDecisions_AreIdentical()
    {
        string path = Path.Combine(Path.GetTempPath(), $"isthmus-{Guid.NewGuid():N}.jsonl");
        try
        {
            ChangingTiers tiers = At(2);
            using (DecisionLogFile log = new(path))
            {
                Adaptation adaptation = new(ProfileFile.Parse(ProfileFile.Serialize(Sample)), tiers, Wanted with { Log = log });
                Random random = new(5);
                for (int i = 0; i < 100; i++)
                {
                    At(0.5 + (random.NextDouble() * 4), tiers);
                    _clock.Advance(100);
                    adaptation.Decide();
                }
            }

            ReplayReport report = DecisionReplay.Run(path, ProfileFile.Parse(ProfileFile.Serialize(Sample)), TestContext.Current.CancellationToken);
            Assert.Equal((100L, 100L, 0L, 0L), (report.Decisions, report.Identical, report.Different, report.Switches));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
