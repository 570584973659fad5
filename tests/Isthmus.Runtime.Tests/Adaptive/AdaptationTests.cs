using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Tests.Adaptive;

public sealed class AdaptationTests
{
    // The device takes 100 ms. The edge takes 10 ms, and 20 kB to send: 10 + 20 + 160 / Mbit/s.
    private const double Even = 160.0 / 70;

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Decide_FastLink_StartsAtTheEdge()
    {
        using Tiers tiers = await TiersAsync(100);
        Adaptation adaptation = new(Sample, tiers, Options);
        AdaptationDecision decision = adaptation.Decide();
        Assert.Equal(DecisionOutcome.Started, decision.Outcome);
        Assert.Equal("jpeg:75 → edge", decision.Plan.Describe());
        Assert.NotEmpty(decision.Why);
    }

    [Fact]
    public async Task Decide_BandwidthWobblesWherePlansAreEven_DoesNotFlap()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            using Tiers tiers = await TiersAsync(Even);
            Adaptation adaptation = new(Sample, tiers, Options);
            Random random = new(seed);
            int switches = 0;
            for (int i = 0; i < 200; i++)
            {
                tiers.Link(Tiers.Device, "edge").Seed(new(20), new(Even * 1e6 * (0.92 + (0.16 * random.NextDouble()))));
                _clock.Advance(200);
                if (adaptation.Decide().Outcome == DecisionOutcome.Switched) switches++;
            }

            Assert.Equal(0, switches);
        }
    }

    [Fact]
    public async Task Decide_BandwidthStepsDown_SwitchesAfterTheStreakAndTheDwell()
    {
        using Tiers tiers = await TiersAsync(100);
        Adaptation adaptation = new(Sample, tiers, Options);
        adaptation.Decide();
        _clock.Advance(500);
        tiers.Link(Tiers.Device, "edge").Seed(new(20), new(0.5e6));
        Assert.Equal(DecisionOutcome.Waiting, adaptation.Decide().Outcome);
        Assert.Equal(DecisionOutcome.Waiting, adaptation.Decide().Outcome);
        _clock.Advance(1_600);
        AdaptationDecision decision = adaptation.Decide();
        Assert.Equal(DecisionOutcome.Switched, decision.Outcome);
        Assert.Equal("device", decision.Plan.Describe());
        Assert.Equal("jpeg:75 → edge", decision.Present);
        Assert.True(decision.Gain > 0.1);
    }

    [Fact]
    public async Task Decide_OneBadMoment_DoesNotSwitch()
    {
        using Tiers tiers = await TiersAsync(100);
        Adaptation adaptation = new(Sample, tiers, Options);
        adaptation.Decide();
        _clock.Advance(10_000);
        tiers.Link(Tiers.Device, "edge").Seed(new(20), new(0.5e6));
        Assert.Equal(DecisionOutcome.Waiting, adaptation.Decide().Outcome);
        tiers.Link(Tiers.Device, "edge").Seed(new(20), new(100e6));
        Assert.Equal(DecisionOutcome.Kept, adaptation.Decide().Outcome);
        tiers.Link(Tiers.Device, "edge").Seed(new(20), new(0.5e6));
        Assert.Equal(DecisionOutcome.Waiting, adaptation.Decide().Outcome);
    }

    [Fact]
    public async Task Decide_NodeFails_LeavesItAtOnceAndComesBackLater()
    {
        using Tiers tiers = await TiersAsync(100);
        Adaptation adaptation = new(Sample, tiers, Options);
        adaptation.Decide();
        tiers.Node("edge").Breaker.Failed(NodeFailure.Unreachable, "refused");
        AdaptationDecision forced = adaptation.Decide();
        Assert.Equal(DecisionOutcome.Forced, forced.Outcome);
        Assert.Equal("device", forced.Plan.Describe());
        Assert.Equal(["edge"], forced.Excluded);
        tiers.Node("edge").Breaker.Succeeded();
        _clock.Advance(3_000);
        adaptation.Decide();
        Assert.Equal("jpeg:75 → edge", adaptation.Decide().Plan.Describe());
    }

    [Fact]
    public async Task Observe_EdgeIsLoaded_MovesAwayAndTheLoadIsForgotten()
    {
        using Tiers tiers = await TiersAsync(100);
        Adaptation adaptation = new(Sample, tiers, Options);
        Plan edge = adaptation.Decide().Plan;
        _clock.Advance(5_000);
        for (int i = 0; i < 20; i++) adaptation.Observe(Answer(edge, 200));
        adaptation.Decide();
        Assert.Equal("device", adaptation.Decide().Plan.Describe());
        _clock.Advance(200_000);
        adaptation.Decide();
        Assert.Equal("jpeg:75 → edge", adaptation.Decide().Plan.Describe());
    }

    [Fact]
    public async Task Decide_NoPlanSatisfiesTheConstraintsAnyMore_StaysAndSaysSo()
    {
        using Tiers tiers = await TiersAsync(100);
        Adaptation adaptation = new(Sample, tiers, Options with { Constraints = new() { MaxLatency = new(50) } });
        Plan plan = adaptation.Decide().Plan;
        tiers.Link(Tiers.Device, "edge").Seed(new(20), new(0.1e6));
        AdaptationDecision stuck = adaptation.Decide();
        Assert.Equal(DecisionOutcome.Stuck, stuck.Outcome);
        Assert.Equal(plan, stuck.Plan);
    }

    [Fact]
    public async Task Log_ManyDecisions_KeepsTheLastWithTheirInputs()
    {
        using Tiers tiers = await TiersAsync(100);
        Adaptation adaptation = new(Sample, tiers, Options with { LogLimit = 10 });
        for (int i = 0; i < 25; i++) adaptation.Decide();
        Assert.Equal(Enumerable.Range(16, 10), adaptation.Log.Select(d => d.Number));
        Assert.All(adaptation.Log, d => Assert.Contains(d.Links, l => l.From == "device" && l.To == "edge"));
        Assert.DoesNotContain("\"plan\"", System.Text.Json.JsonSerializer.Serialize(adaptation.Log, Core.Json.IsthmusJson.Compact), StringComparison.Ordinal);
    }

    private AdaptationOptions Options => new() { Clock = _clock };

    private static Profile Sample { get; } = new(
        Profile.CurrentVersion, ModelHash.Of([1, 2, 3]), "sample", DateTimeOffset.UnixEpoch, "0", 1, 0, [],
        [new(InputEncoding.Jpeg(75), new(20_000), 0, 1)],
        [
            Node("device", Tier.Device, 100),
            Node("edge", Tier.Edge, 10),
        ],
        []);

    private static NodeProfile Node(string name, Tier tier, double ms) => new(
        name, tier, null, 1, "host", "runtime", 1, new(0), [new(null, null, new(new(ms), new(ms), 1))], [],
        [new(InputEncoding.Local, new(0), new(0)), new(InputEncoding.Jpeg(75), new(0), new(0))]);

    private static ImageAnswer Answer(Plan plan, double ms) => new()
    {
        File = "x",
        Top = [],
        Plan = plan,
        Where = [new("input → output", "edge", Tier.Edge, new(ms), 1)],
        Times = new(),
        Hops = ImmutableArray<HopTransfer>.Empty,
    };

    // The addresses are never called: nobody listens there, and what is known is told to the estimators.
    private static async Task<Tiers> TiersAsync(double mbit)
    {
        Tiers tiers = await Tiers.ConnectAsync(
            new(new Uri("http://127.0.0.1:9"), null), Sample, NodeClientOptions.Default with { ConnectRetries = 0 }, cancellationToken: TestContext.Current.CancellationToken);
        tiers.Node("edge").Breaker.Succeeded();
        tiers.Link(Tiers.Device, "edge").Seed(new(20), new(mbit * 1e6));
        return tiers;
    }
}
