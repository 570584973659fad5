using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Fleets;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Tests.Fleets;

public sealed class FleetProfilingTests
{
    private static readonly string[] Pictures = [TinyNetwork.Photo("chelsea.jpg"), TinyNetwork.Photo("coffee.jpg")];

    private static readonly ProfilerOptions Quick = new() { Samples = 1, Repeats = 3, MaxCuts = 2, Codecs = [CodecSpec.Raw], Inputs = [InputEncoding.File], LeavesOutWhatFails = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<(Profile Profile, Tiers Tiers)> MeasureAsync(FleetFixture fixture, ProfilerOptions options, IProgress<ProgressReport>? progress = null)
    {
        Network network = TinyNetwork.Create();
        Tiers tiers = await Tiers.ConnectFleetAsync(fixture.Fleet, cancellationToken: Cancel);
        return (await new Profiler(network, ModelAnalysis.Analyse(network.Model, cancellationToken: Cancel), tiers, options).MeasureAsync(Pictures, progress, Cancel), tiers);
    }

    [Fact]
    public async Task MeasureAsync_SeveralOfEachTier_MeasuresAllUnderTheFleetsNames()
    {
        await using FleetFixture fixture = await FleetFixture.StartAsync(local: true, "kiosk:device", "near:edge", "nearer:edge", "far:cloud");
        List<ProgressReport> reports = [];
        (Profile profile, Tiers tiers) = await MeasureAsync(fixture, Quick, new Collector(reports));
        using Tiers connected = tiers;
        ProfileRules.Check(profile);
        Assert.Equal(["device", "kiosk", "near", "nearer", "far"], profile.Nodes.Select(n => n.Name));
        Assert.Equal([null, 0.5, 0.5, 0.5, 0.5], profile.Nodes.Select(n => n.PricePerHour));
        Assert.Equal(fixture.Fleet.Links.Length * 2, profile.Links.Length);
        NodeProfile kiosk = profile.Nodes[1];
        Assert.Contains(kiosk.Inputs, i => i.Encoding == InputEncoding.Local && i.Decode.Value > 0);
        foreach (CutProfile cut in profile.Cuts)
        {
            Assert.Contains(kiosk.Segments, s => s.From is null && s.To == cut.Id);
            Assert.Contains(kiosk.Codecs, c => c.Cut == cut.Id && c.Encode.Value >= 0);
        }

        // Each node has a bar of its own, which comes to its end.
        foreach (string node in profile.Nodes.Select(n => n.Name)) Assert.Contains(reports, r => r.Part == node);
        Assert.Equal(1, reports[^1].Fraction);
        double[] parts = [.. reports.Where(r => r.Part is not null).Select(r => r.Fraction)];
        Assert.Equal(parts.Order(), parts);
    }

    [Fact]
    public async Task MeasureAsync_NoDeviceHere_LeavesThisMachineOutOfTheProfile()
    {
        await using FleetFixture fixture = await FleetFixture.StartAsync(local: false, "kiosk:device", "far:cloud");
        (Profile profile, Tiers tiers) = await MeasureAsync(fixture, Quick);
        using Tiers connected = tiers;
        Assert.Equal(["kiosk", "far"], profile.Nodes.Select(n => n.Name));
        Assert.Contains(profile.Links, l => l.From == "kiosk" && l.To == "far");
        Assert.NotEmpty(Planner.Plan(new(profile)).Ranked);
    }

    [Fact]
    public async Task MeasureAsync_NodeThatRefusesAndNodeThatDies_AreLeftOutWithTheirReasons()
    {
        await using FleetFixture fixture = await FleetFixture.StartAsync(local: true, "near:edge", "nearer:edge", "far:cloud");
        OnStep dies = new("nearer: input", () => fixture.Servers[1].DisposeAsync());
        (Profile profile, Tiers tiers) = await MeasureAsync(fixture, Quick, dies);
        using Tiers connected = tiers;
        Assert.Equal(["device", "near", "far"], profile.Nodes.Select(n => n.Name));
        Assert.NotEmpty(connected.Node("nearer").Breaker.Reason!);
        Assert.DoesNotContain(profile.Links, l => l.From == "nearer" || l.To == "nearer");
    }

    [Fact]
    public async Task MeasureAsync_NodeThatNeverEnds_IsLeftOut()
    {
        await using FleetFixture fixture = await FleetFixture.StartAsync(local: true, "far:cloud");
        await fixture.AddAsync("stuck", Tier.Edge, slowdown: 1000);
        (Profile profile, Tiers tiers) = await MeasureAsync(fixture, Quick with { Repeats = 100, MaxCuts = 0, NodePatience = TimeSpan.FromSeconds(8) });
        using Tiers connected = tiers;
        Assert.Equal(["device", "far"], profile.Nodes.Select(n => n.Name));
        Assert.Contains("did not end a measurement within", connected.Node("stuck").Breaker.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MeasureAsync_NoDeviceAtAll_IsRefused()
    {
        await using FleetFixture fixture = await FleetFixture.StartAsync(local: false, "kiosk:device", "far:cloud");
        await fixture.Servers[0].DisposeAsync();
        IsthmusException e = await Assert.ThrowsAsync<IsthmusException>(() => MeasureAsync(fixture, Quick));
        Assert.Equal(ErrorKind.Node, e.Kind);
    }

    [Fact]
    public async Task MeasureAsync_StatedLink_IsNotMeasured()
    {
        await using FleetFixture fixture = await FleetFixture.StartAsync(local: true, "near:edge");
        List<ProgressReport> reports = [];
        Fleet fleet = fixture.Fleet with { Links = [new("device", "near") { Bandwidth = new(8e6), RoundTrip = new(20), PricePerGigabyte = 0.1, JoulesPerByte = 1e-7, Emulated = true }] };
        Network network = TinyNetwork.Create();
        using Tiers tiers = await Tiers.ConnectFleetAsync(fleet, cancellationToken: Cancel);
        Profile profile = await new Profiler(network, ModelAnalysis.Analyse(network.Model, cancellationToken: Cancel), tiers, Quick).MeasureAsync(Pictures, new Collector(reports), Cancel);
        Assert.DoesNotContain(reports, r => r.Step.StartsWith("link", StringComparison.Ordinal));
        LinkProfile link = profile.Links.Single(l => l.From == "device");
        Assert.Equal((20.0, 8e6, true, 0.1, 1e-7), (link.RoundTrip.Value, link.Bandwidth.Value, link.Emulated, link.PricePerGigabyte, link.JoulesPerByte));
        LinkProfile back = profile.Links.Single(l => l.To == "device");
        Assert.Equal((20.0, 8e6, true, 0.1, 1e-7), (back.RoundTrip.Value, back.Bandwidth.Value, back.Emulated, back.PricePerGigabyte, back.JoulesPerByte));
    }

    [Fact]
    public async Task VerifyAsync_APlanOfAllTiers_LearnsWhatEachNodeReallyTakes()
    {
        await using FleetFixture fixture = await FleetFixture.StartAsync(local: true, "near:edge", "nearer:edge", "far:cloud");
        (Profile profile, Tiers tiers) = await MeasureAsync(fixture, Quick with { Inputs = [InputEncoding.File] });
        using Tiers connected = tiers;
        string[] cuts = [.. profile.Cuts.Select(c => c.Id)];
        Plan plan = new(profile.Model, InputEncoding.Local,
        [
            new("device", Tier.Device, null, cuts[0], CodecSpec.Raw), new("nearer", Tier.Edge, cuts[0], cuts[1], CodecSpec.Raw), new("far", Tier.Cloud, cuts[1], null, null),
        ]);
        PlanVerification done = await new PlanVerifier(TinyNetwork.Create(), connected).VerifyAsync(profile, plan, Pictures, 5, null, Cancel);
        Assert.Equal((5, 0), (done.Requests, done.Fallbacks));
        Assert.Equal(["device", "nearer", "far"], done.Nodes.Select(n => n.Node));
        foreach (NodeRatio node in done.Nodes)
        {
            Assert.Equal(Math.Clamp(node.Measured.Value / node.Profiled.Value, 0.01, 100), node.Ratio, 9);
            Assert.Equal(node.Ratio, done.Profile.Nodes.Single(n => n.Name == node.Node).MeasuredRatio);
        }

        Assert.Null(done.Profile.Nodes.Single(n => n.Name == "near").MeasuredRatio);
        // What was learnt is what the next plan counts: each computing stage as it was measured.
        PlanCost after = new CostModel(ProfileIndex.Of(done.Profile)).Cost(plan);
        Assert.Equal(done.PredictedAfter, after.Total);
        foreach ((double predicted, NodeRatio node) in new[] { after.Head.Value, after.Middle.Value, after.Tail.Value }.Zip(done.Nodes)) Assert.Equal(node.Profiled.Value * node.Ratio, predicted, 6);
        // Learning again does not learn twice.
        PlanVerification again = await new PlanVerifier(TinyNetwork.Create(), connected).VerifyAsync(done.Profile, plan, Pictures, 5, null, Cancel);
        foreach ((NodeRatio first, NodeRatio second) in done.Nodes.Zip(again.Nodes))
        {
            Assert.Equal(first.Profiled.Value, second.Profiled.Value, 6);
            Assert.Equal(first.Ratio, second.Before);
        }
    }

    [Fact]
    public async Task VerifyAsync_PlanOfAnotherDevice_IsRefused()
    {
        await using FleetFixture fixture = await FleetFixture.StartAsync(local: true, "kiosk:device");
        (Profile profile, Tiers tiers) = await MeasureAsync(fixture, Quick);
        using Tiers connected = tiers;
        Plan plan = new(profile.Model, InputEncoding.Local, [new("kiosk", Tier.Device, null, null, null)]);
        IsthmusException e = await Assert.ThrowsAsync<IsthmusException>(() => new PlanVerifier(TinyNetwork.Create(), connected).VerifyAsync(profile, plan, Pictures, 3, null, Cancel));
        Assert.Contains("begins on kiosk, which is not this machine", e.Message, StringComparison.Ordinal);
    }

    private sealed class Collector(List<ProgressReport> reports) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            lock (reports) reports.Add(value);
        }
    }

    private sealed class OnStep(string step, Func<ValueTask> act) : IProgress<ProgressReport>
    {
        private int _done;

        public void Report(ProgressReport value)
        {
            if (value.Step.StartsWith(step, StringComparison.Ordinal) && Interlocked.Exchange(ref _done, 1) == 0) act().AsTask().GetAwaiter().GetResult();
        }
    }
}
