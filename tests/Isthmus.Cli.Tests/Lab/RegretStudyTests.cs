using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Lab.Regret;
using Isthmus.Runtime.Links;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Lab;

public sealed class RegretStudyTests
{
    private static readonly Profile Example = ProfileFile.Load(Path.Combine(DevelopmentData.Repository, "samples", "planning", "example-profile.json"));

    [Fact]
    public void Run_RandomTraces_TheOracleIsNeverSlower()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            Random random = new(seed);
            double time = 0;
            List<LinkTraceStep> steps = [];
            for (int i = 0; i < 12; i++)
            {
                LinkConditions both = new(new(Math.Pow(10, 4 + (4 * random.NextDouble()))), new(random.NextDouble() * 60));
                steps.Add(new(new(time), both, both with { Rate = new(both.Rate.Value * 3) }));
                time += 300 + (random.NextDouble() * 9000);
            }

            TraceRegret result = new RegretStudy(Example, new() { Seed = seed, Noise = seed % 3 * 0.15, Every = new(250) }).Run("random", new([.. steps]), Cancel);
            Assert.All(result.Timeline, p => Assert.True(p.Oracle <= p.Adaptive + 1e-9, $"seed {seed}: at {p.At} ms the oracle takes {p.Oracle} ms, the adaptation {p.Adaptive}"));
            Assert.All(result.Policies, p => Assert.True(p.RegretMs >= 0, $"seed {seed}: {p}"));
        }
    }

    [Fact]
    public void Run_TheLinkSteps_TheRegretIsBoundedAfterThePromisedTime()
    {
        // Down: three transfers until the estimate believes it, a decision more, and the time that a plan is kept at least. Up from where the
        // link is not used: the monitor measures it every two seconds or so, each time with a larger transfer.
        foreach ((double before, double after, double promisedMs) in new[] { (20e6, 1e6, 5_000.0), (8e6, 0.3e6, 8_000.0), (1e6, 20e6, 12_000.0), (0.2e6, 50e6, 12_000.0) })
        {
            LinkConditions first = new(new(before), new(10)), second = new(new(after), new(10));
            LinkTrace trace = new([new(new(0), first, first), new(new(30_000), second, second), new(new(60_000), second, second)]);
            TraceRegret result = new RegretStudy(Example, new() { Noise = 0, Every = new(250) }).Run("step", trace, Cancel);
            foreach ((double at, double oracle, double adaptive) in result.Timeline.Where(p => p.At < 30_000 - 5_000 || p.At > 30_000 + promisedMs))
            {
                // The hysteresis leaves a tenth; the estimate is off by some percent more.
                Assert.True(adaptive <= oracle * 1.2, $"{before} → {after}: at {at} ms {adaptive} ms, the oracle {oracle} ms");
            }
        }
    }

    [Fact]
    public void Run_TheLinkIsConstant_EveryPlanTakesWhatTheCostModelSays()
    {
        LinkConditions constant = new(new(3e6), new(17));
        LinkTrace trace = new([new(new(0), constant, constant), new(new(10_000), constant, constant)]);
        TraceRegret result = new RegretStudy(Example, new() { Noise = 0 }).Run("constant", trace, Cancel);
        LinkProfile[] links =
        [
            .. Example.Nodes.Where(n => n.Tier != Tier.Device).SelectMany(n =>
            {
                double beyond = n.Tier == Tier.Edge ? 0 : Example.Links.Where(l => l.To == n.Name && l.From != "device").Select(l => l.RoundTrip.Value).DefaultIfEmpty(0).Min();
                return new LinkProfile[] { new("device", n.Name, new(34 + beyond), new(3e6), true), new(n.Name, "device", new(34 + beyond), new(3e6), true) };
            }),
        ];
        PlanningResult best = Planner.Plan(new(Example) { Links = [.. links], WithPareto = false });
        Assert.Equal(best.Winner.Latency.Value, result.Of("oracle").MeanMs, 3);
        Assert.Equal(best.Winner.Latency.Value, result.Of("adaptive").MeanMs, 3);
        Assert.Equal(0, result.Of("adaptive").Switches);
    }

    [Theory]
    [InlineData("step")]
    [InlineData("ramp")]
    [InlineData("square")]
    [InlineData("outage")]
    public void Run_ASampleTrace_IsDeterministicAndBeatsWhatNeverChanges(string name)
    {
        RegretStudy study = new(Example);
        LinkTrace trace = SampleTraces.Get(name);
        TraceRegret result = study.Run(name, trace, Cancel);
        Assert.Equal(result.Policies.AsSpan(), new RegretStudy(Example).Run(name, trace, Cancel).Policies.AsSpan());
        Assert.True(result.Of("adaptive").MeanMs <= result.Of("device-only").MeanMs * 1.1);
        Assert.All(result.Timeline, p => Assert.True(p.Adaptive > 0));
    }

    [Theory]
    [InlineData("step")]
    [InlineData("ramp")]
    [InlineData("square")]
    [InlineData("outage")]
    public void Csv_TheSampleFile_IsWhatTheGeneratorMakes(string name) =>
        Assert.Equal(SampleTraces.Csv(name), File.ReadAllText(Path.Combine(DevelopmentData.Repository, "samples", "traces", name + ".csv")));

    [Fact]
    public void Create_AProfileOfTheDeviceAlone_IsRefused()
    {
        Profile alone = Example with { Nodes = [.. Example.Nodes.Where(n => n.Tier == Tier.Device)], Links = [] };
        Assert.Equal(ErrorKind.Planning, Assert.Throws<IsthmusException>(() => new RegretStudy(alone)).Kind);
    }

    [Fact]
    public async Task LabRegret_AnUnknownTrace_IsAnErrorInOneSentence()
    {
        CommandRun run = await CommandRun.OfAsync("lab", "regret", Path.Combine(DevelopmentData.Repository, "samples", "planning", "example-profile.json"), "--trace", "nothing");
        run.AssertRefused((int)ErrorKind.File);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
