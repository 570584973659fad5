using System.Collections.Concurrent;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Running;

namespace Isthmus.Runtime.Tests.Adaptive;

/// <summary>Switches between real nodes; what is chosen follows from invented times and links, so nothing depends on the machine.</summary>
public sealed class SwitchingTests
{
    private static readonly double[] Speeds = [1.0 / 64, 1.0 / 16, 0.25, 1, 4, 16];

    [Fact]
    public async Task NextAsync_TheNewPlanIsWarm_IsUsedAtOnceAndNothingIsLoadedForAPicture()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Profile profile = InventedTimes.Of(tiers);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        ChangingTiers links = new(profile);
        Adaptation adaptation = new(profile, links, Eager);
        SessionWarmer warmer = new(adaptation, pipeline);
        await using AdaptivePlanSource source = new(adaptation, pipeline, monitor: null);

        double speed = 1;
        Random random = new(1);
        HashSet<string> plans = [];
        await source.NextAsync(Cancel);
        for (int i = 0; i < 30; i++)
        {
            // What the warmer promises to be ready for: the device's links move together by a factor of 2 or 4, or a node fails.
            await warmer.LookAsync(Cancel);
            double[] possible = [.. LikelyPlans.Factors.Where(f => speed * f is >= 1.0 / 64 and <= 64)];
            speed *= possible[random.Next(possible.Length)];
            links.Links = [.. profile.Links.Select(l => l.From == "device" || l.To == "device" ? l with { Bandwidth = new BitsPerSecond(l.Bandwidth.Value * speed) } : l)];
            PlanChoice choice = await source.NextAsync(Cancel);
            Assert.Equal(adaptation.Log[^1].Plan, choice.Plan);
            plans.Add(choice.Plan.Describe());
            ImageAnswer answer = await pipeline.RunAsync(choice.Plan, TinyNetwork.Photo("coffee.jpg"), Cancel);
            Assert.Null(answer.Fallback);
            // The very first picture's plan was not warmed; it was loaded before the first picture.
            Assert.Empty(answer.Cold);
        }

        Assert.True(plans.Count >= 3, string.Join("; ", plans));
        Assert.Equal(source.Switches.Switches, source.Switches.Ready);
        Assert.Equal((0L, 0L, 0L), (pipeline.Sessions.Cold, tiers.Edge.Counters.ColdRequests, tiers.Cloud.Counters.ColdRequests));
        Assert.True(pipeline.Sessions.Hits > 0);
        Assert.True(tiers.Edge.Counters.SessionsAheadHits + tiers.Cloud.Counters.SessionsAheadHits > 0);
    }

    [Fact]
    public async Task NextAsync_TheNewPlanIsCold_TheOneBeforeServesUntilItIsReady()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Profile profile = InventedTimes.Of(tiers);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        ChangingTiers links = new(profile);
        links.Scale(1.0 / 64);
        Adaptation adaptation = new(profile, links, Eager);
        await using AdaptivePlanSource source = new(adaptation, pipeline, monitor: null);
        PlanChoice first = await source.NextAsync(Cancel);
        links.Scale(64);
        PlanChoice choice = await source.NextAsync(Cancel);
        Plan wanted = adaptation.Log[^1].Plan;
        Assert.NotEqual(first.Plan, wanted);
        while (choice.Plan != wanted)
        {
            Assert.Equal(first.Plan, choice.Plan);
            Assert.Null((await pipeline.RunAsync(choice.Plan, TinyNetwork.Photo("coffee.jpg"), Cancel)).Fallback);
            choice = await source.NextAsync(Cancel);
        }

        Assert.Empty((await pipeline.RunAsync(choice.Plan, TinyNetwork.Photo("coffee.jpg"), Cancel)).Cold);
        Assert.Equal((1L, 0L), (source.Switches.Switches, source.Switches.Ready));
    }

    [Fact]
    public async Task NextAsync_ThousandsOfSwitchesWhileLinksChange_EveryPictureIsAnsweredExactlyOnce()
    {
        const int Pictures = 3000;
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Profile profile = InventedTimes.Of(tiers);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        ChangingTiers links = new(profile);
        Adaptation adaptation = new(profile, links, Eager);
        SessionWarmer warmer = new(adaptation, pipeline);
        await using AdaptivePlanSource source = new(adaptation, pipeline, monitor: null);
        byte[] photo = await File.ReadAllBytesAsync(TinyNetwork.Photo("coffee.jpg"), Cancel);
        await source.NextAsync(Cancel);
        // Every speed once, so that what follows measures switching and not loading.
        foreach (double speed in Speeds)
        {
            links.Scale(speed);
            adaptation.Decide();
            await warmer.LookAsync(Cancel);
        }

        ConcurrentDictionary<string, int> answers = new();
        int edge = 0, cloud = 0, changes = 0;
        long edgeBefore = tiers.Edge.Counters.Requests, cloudBefore = tiers.Cloud.Counters.Requests;
        Lock choosing = new();
        Random random = new(1);
        Plan? last = null;
        await Parallel.ForAsync(0, Pictures, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel }, async (i, token) =>
        {
            lock (choosing)
            {
                links.Scale(Speeds[random.Next(Speeds.Length)]);
                links.Excluded.Clear();
                if (random.Next(10) == 0) links.Excluded.Add(random.Next(2) == 0 ? "edge" : "cloud");
            }

            PlanChoice choice = await source.NextAsync(token);
            lock (choosing)
            {
                if (last is not null && last != choice.Plan) changes++;
                last = choice.Plan;
            }

            ImageAnswer answer = await pipeline.RunAsync(choice.Plan, $"{i}", photo, token);
            Assert.Null(answer.Fallback);
            Assert.True(answers.TryAdd(answer.File, answer.Top[0].Index));
            Assert.Equal(choice.Plan.Segments.Select(s => s.Node), answer.Where.Select(w => w.Node));
            if (answer.Where.Any(w => w.Node == "edge")) Interlocked.Increment(ref edge);
            if (answer.Where.Any(w => w.Node == "cloud")) Interlocked.Increment(ref cloud);
        });

        Assert.Equal(Pictures, answers.Count);
        // Whatever the plan, the picture shows the same.
        Assert.Single(answers.Values.Distinct());
        Assert.True(changes > Pictures / 4, $"{changes} switches");
        // Nothing was asked twice, and nothing that was asked got lost.
        Assert.Equal((edge, cloud), (tiers.Edge.Counters.Requests - edgeBefore, tiers.Cloud.Counters.Requests - cloudBefore));
        Assert.Equal(tiers.Edge.Counters.Requests, tiers.Edge.Counters.Answered);
        Assert.Equal(tiers.Cloud.Counters.Requests, tiers.Cloud.Counters.Answered);
        Assert.Equal((0L, 0L, 0L), (pipeline.Sessions.Cold, tiers.Edge.Counters.ColdRequests, tiers.Cloud.Counters.ColdRequests));
    }

    [Fact]
    public async Task TryWarmAsync_NoMemoryOnTheDevice_DeclinesAndKeepsWhatIsInUse()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { MemoryLimit = new(3_000_000) });
        PlacedSegment whole = new("device", Tier.Device, null, null, null), head = new("device", Tier.Device, null, tiers.Cuts[1].Id, null);
        Assert.Equal(WarmOutcome.Loaded, await pipeline.TryWarmAsync(whole, [whole, head], Cancel));
        Assert.Equal(WarmOutcome.Ready, await pipeline.TryWarmAsync(whole, [whole, head], Cancel));
        long loaded = pipeline.Sessions.Bytes;
        // Each takes two megabytes at least by its estimate.
        await using Pipeline tight = new(tiers.Network, tiers.Cuts, nodes, new() { MemoryLimit = new(loaded) });
        await tight.TryWarmAsync(whole, [whole, head], Cancel);
        Assert.Equal(WarmOutcome.Declined, await tight.TryWarmAsync(head, [whole, head], Cancel));
        Assert.Equal(WarmOutcome.Loaded, await tight.TryWarmAsync(head, [head], Cancel));
        Assert.Equal((2L, 1L, 1L), (tight.Sessions.Loaded, tight.Sessions.Declined, tight.Sessions.Evicted));
    }

    [Fact]
    public async Task LookAsync_NothingHasMoved_ThinksNothingOver()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Profile profile = InventedTimes.Of(tiers);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        ChangingTiers links = new(profile);
        ManualClock clock = new();
        Adaptation adaptation = new(profile, links, Eager with { Clock = clock });
        SessionWarmer warmer = new(adaptation, pipeline, new() { Clock = clock });
        adaptation.Decide();
        Assert.True(await warmer.LookAsync(Cancel));
        links.Scale(0.9);
        Assert.False(await warmer.LookAsync(Cancel));
        links.Scale(0.5);
        Assert.True(await warmer.LookAsync(Cancel));
        Assert.False(await warmer.LookAsync(Cancel));
        clock.Advance(31_000);
        Assert.True(await warmer.LookAsync(Cancel));
    }

    // Follows at once: what is tested here is switching, not whether it is wise.
    private static AdaptationOptions Eager => new() { Gain = 0, Consecutive = 1, MinDwell = TimeSpan.Zero };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
