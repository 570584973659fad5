using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Links;

namespace Isthmus.Runtime.Tests.Adaptive;

/// <summary>Noise does not make plans flap, and a real step is followed: with transfers through the real estimator.</summary>
public sealed class HysteresisTests
{
    // The device takes 100 ms; the edge 10 ms, a round trip of 20 ms, and 20 kB to send: even at 160 / 70 Mbit/s.
    private const double Even = 160e6 / 70;
    private const long Bytes = 20_000;
    private const int DecisionMs = 200;

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void Decide_NoiseWherePlansAreEven_SwitchesSeldom(double noise)
    {
        const int Decisions = 600;
        AdaptationOptions defaults = new();
        int most = (int)(Decisions * DecisionMs / defaults.MinDwell.TotalMilliseconds), all = 0, nervous = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            int switches = Switches(defaults, noise, seed, Decisions);
            Assert.InRange(switches, 0, most);
            all += switches;
            nervous += Switches(new() { Gain = 0, Consecutive = 1, MinDwell = TimeSpan.Zero }, noise, seed, Decisions);
        }

        // Over all seeds, at most a tenth of what would be switched without hysteresis.
        Assert.True(all * 10 <= nervous, $"{all} switches, {nervous} without hysteresis");
    }

    [Fact]
    public void Decide_ARealStep_IsFollowedWithinFiveDecisions()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            ManualClock clock = new();
            EstimatedTiers tiers = new(clock, Even * (4 + (random.NextDouble() * 40)));
            Adaptation adaptation = new(Sample, tiers, new() { Clock = clock });
            adaptation.Decide();
            // Past the time that a plan is kept at least.
            for (int i = 0; i < 12; i++) Step(tiers.Before);
            Assert.Equal("jpeg:75 → edge", adaptation.Log[^1].Plan.Describe());
            double after = Even / (3 + (random.NextDouble() * 20));
            int needed = 0;
            do
            {
                Step(after);
                needed++;
            }
            while (adaptation.Log[^1].Plan.Describe() != "device" && needed < 100);

            // Three transfers until the estimate believes it, and the decisions in a row; the last transfer serves both.
            Assert.InRange(needed, 2, 5);

            void Step(double bandwidth)
            {
                clock.Advance(DecisionMs);
                tiers.Transfer(bandwidth * (0.9 + (0.2 * random.NextDouble())));
                adaptation.Decide();
            }
        }
    }

    private static int Switches(AdaptationOptions options, double noise, int seed, int decisions)
    {
        Random random = new(seed);
        ManualClock clock = new();
        EstimatedTiers tiers = new(clock, Even);
        Adaptation adaptation = new(Sample, tiers, options with { Clock = clock });
        int switches = 0;
        for (int i = 0; i < decisions; i++)
        {
            // The link is used or measured all the time, whatever the plan.
            tiers.Transfer(Even * Math.Exp(noise * ((2 * random.NextDouble()) - 1)));
            clock.Advance(DecisionMs);
            if (adaptation.Decide().Outcome == DecisionOutcome.Switched) switches++;
        }

        return switches;
    }

    private static Profile Sample { get; } = new(
        Profile.CurrentVersion, ModelHash.Of([1, 2, 3]), "sample", DateTimeOffset.UnixEpoch, "0", 1, 0, [], [new(InputEncoding.Jpeg(75), new(Bytes), 0, 1)],
        [Node("device", Tier.Device, 100), Node("edge", Tier.Edge, 10)], []);

    private static NodeProfile Node(string name, Tier tier, double ms) => new(
        name, tier, null, 1, "host", "runtime", 1, new(0), [new(null, null, new(new(ms), new(ms), 1))], [],
        [new(InputEncoding.Local, new(0), new(0)), new(InputEncoding.Jpeg(75), new(0), new(0))]);

    private sealed class EstimatedTiers : ITierState
    {
        private static readonly Milliseconds RoundTrip = new(20);

        private readonly LinkEstimator _link;

        public EstimatedTiers(TimeProvider clock, double bandwidth)
        {
            Before = bandwidth;
            _link = new(clock);
            _link.Seed(RoundTrip, new(bandwidth));
        }

        public double Before { get; }

        public ImmutableArray<string> NodeNames { get; } = ["edge"];

        public bool IsExcluded(string node) => false;

        public ImmutableArray<LinkProfile> CurrentLinks() =>
            [new("device", "edge", _link.Current.RoundTrip, _link.Current.Bandwidth, true), new("edge", "device", _link.Current.RoundTrip, _link.Current.Bandwidth, true)];

        public void Transfer(double bandwidth) => _link.Record(new(Bytes), new(RoundTrip.Value + (Bytes * 8e3 / bandwidth)));
    }
}
