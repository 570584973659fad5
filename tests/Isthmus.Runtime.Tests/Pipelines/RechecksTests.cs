using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Quantities;
using Isthmus.Core.Statistics;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Tests.Pipelines;

public sealed class RechecksTests
{
    private static readonly InputEncoding Form = InputEncoding.Jpeg(100);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // A family of which half agrees at 10 % of the bytes and nine in ten from 40 % on, measured on many images.
    private static InputCurve Curve()
    {
        CurvePoint Point(double x, double agreement) => new(Form.First(x), x, new((long)(3_000 * x)), agreement, agreement, agreement, agreement, 2_000);
        return new("jpeg:100", Form, new(3_000), 2_000, 1, [Point(0.1, 0.5), Point(0.4, 0.9), Point(1, 1)], [new(AccuracyCurves.Gompertz, [1, 2, 8], 0, null, [])], AccuracyCurves.Gompertz);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void TryTake_WhateverBecomesOfThem_NeverMoreThanTheShare(double share)
    {
        Rechecks rechecks = new(share, []);
        Random random = new(1);
        int taken = 0;
        for (int seen = 1; seen <= 5_000; seen++)
        {
            bool inTime = random.Next(3) > 0;
            bool take = rechecks.TryTake(inTime);
            Assert.True(inTime || !take);
            if (take) taken++;
            Assert.True(taken <= share * seen);
        }

        // And not much less.
        Assert.InRange(taken, (share * 5_000) - 5, share * 5_000);
    }

    [Fact]
    public async Task TryTake_ByManyThreads_StaysWithinTheShare()
    {
        Rechecks rechecks = new(0.25, []);
        int taken = 0;
        await Parallel.ForAsync(0, 4_000, Cancel, (_, _) =>
        {
            if (rechecks.TryTake(inTime: true)) Interlocked.Increment(ref taken);
            return ValueTask.CompletedTask;
        });
        Assert.Equal(1_000, taken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.51)]
    [InlineData(double.NaN)]
    public void Create_ShareOutOfRange_IsRefused(double share) => Assert.Throws<IsthmusException>(() => new Rechecks(share, []));

    [Fact]
    public void Observe_PartsThatAgreeAsForetold_AreNoDrift()
    {
        Rechecks rechecks = new(0.1, [Curve()]);
        Random random = new(2);
        for (int i = 0; i < 2_000; i++) Assert.False(rechecks.Observe(new(Form.First(0.4), random.NextDouble() < 0.9)));
        Assert.Equal((DriftDirection.None, 2_000L), (rechecks.Summary.Drift, rechecks.Summary.Checks));
        Assert.InRange(rechecks.Summary.Expected!.Value, 0.88, 0.92);
    }

    [Fact]
    public void Observe_PartsThatAgreeLess_AreDriftOnce()
    {
        Rechecks rechecks = new(0.1, [Curve()]);
        Random random = new(3);
        int told = 0;
        for (int i = 0; i < 400; i++)
        {
            if (rechecks.Observe(new(Form.First(0.4), random.NextDouble() < 0.5))) told++;
        }

        Assert.Equal(1, told);
        Assert.Equal(DriftDirection.Below, rechecks.Summary.Drift);
        Assert.InRange(rechecks.Summary.FoundAfter!.Value, 1, 100);
    }

    [Fact]
    public void Observe_OtherFamiliesAndThoseThatWereNotLookedAt_TellNothing()
    {
        Rechecks rechecks = new(0.1, [Curve()]);
        for (int i = 0; i < 100; i++)
        {
            Assert.False(rechecks.Observe(new(InputEncoding.Embedded.First(0.4), false)));
            Assert.False(rechecks.Observe(new(Form.First(0.4), null)));
        }

        Assert.Equal((100L, 100L, DriftDirection.None), (rechecks.Summary.Checks, rechecks.Summary.Unexpected, rechecks.Summary.Drift));
    }

    [Fact]
    public async Task RunAsync_WithRechecks_SendsThatManyWholeAndAnswersFromEverything()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Rechecks rechecks = new(0.25, [Curve()]);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { Rechecks = rechecks });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        Plan part = tiers.Remote(Form.First(0.1), "edge"), whole = tiers.Remote(Form, "edge");
        string photo = TinyNetwork.Photo("coffee.jpg");
        ImageAnswer all = await pipeline.RunAsync(whole, photo, Cancel);
        List<ImageAnswer> answers = [];
        for (int i = 0; i < 12; i++) answers.Add(await pipeline.RunAsync(part, photo, Cancel));
        ImageAnswer[] checks = [.. answers.Where(a => a.Recheck is not null)];
        Assert.Equal(3, checks.Length);
        bool agrees = answers.First(a => a.Recheck is null).Top[0].Index == all.Top[0].Index;
        Assert.All(checks, a =>
        {
            Assert.Equal(("recheck", 1.0), (a.Input!.Why, a.Input.Fraction));
            Assert.Equal(all.Top.Select(c => (c.Index, c.Score)), a.Top.Select(c => (c.Index, c.Score)));
            Assert.Equal(agrees, a.Recheck!.Agrees);
            Assert.InRange(a.Recheck.Part.Fraction, 0.08, 0.4);
        });
        Assert.Equal((12L, 3L, 3L), (rechecks.Summary.Pictures, rechecks.Summary.Sent, rechecks.Summary.Checks));
    }

    [Fact]
    public async Task RunAsync_DeadlineTooShortForEverything_ChecksNothing()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        // At 20 kbit/s the whole picture takes more than a second.
        nodes.Link("device", "edge").Seed(new(10), new(20e3));
        Rechecks rechecks = new(0.5, [Curve()]);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { Rechecks = rechecks, Deadline = new(900), WholeOnNode = ImmutableDictionary<string, Milliseconds>.Empty.Add("edge", new(5)) });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        for (int i = 0; i < 4; i++) Assert.Null((await pipeline.RunAsync(tiers.Remote(Form.First(0.3), "edge"), TinyNetwork.Photo("coffee.jpg"), Cancel)).Recheck);
        Assert.Equal((4L, 0L), (rechecks.Summary.Pictures, rechecks.Summary.Sent));
    }

    [Fact]
    public async Task RunAsync_TheNodeIsGone_FailedRechecksCountAgainstTheShare()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Rechecks rechecks = new(0.5, [Curve()]);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { Rechecks = rechecks });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        await tiers.EdgeLink.DisposeAsync();
        for (int i = 0; i < 6; i++) Assert.NotNull((await pipeline.RunAsync(tiers.Remote(Form.First(0.3), "edge"), TinyNetwork.Photo("coffee.jpg"), Cancel)).Fallback);
        Assert.True(rechecks.Summary.Sent <= 3 && rechecks.Summary.Checks == 0, $"{rechecks.Summary}");
    }
}
