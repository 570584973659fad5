using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Core.Tests.Planning;

namespace Isthmus.Core.Tests.Profiling;

public sealed class ProportionalProfileTests
{
    private static readonly ProportionalMachine Tera = new(new(1e12));

    [Fact]
    public void With_RandomProfiles_EverySegmentTakesWhatItsWorkTakes()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            long macs = random.NextInt64(1, 20_000_000_000);
            Profile profile = RandomProfiles.Create(seed, maxEdges: 1, maxClouds: 1) with { Macs = macs };
            Dictionary<string, double> shares = profile.Cuts.ToDictionary(c => c.Id, c => c.MacShare);
            ProportionalMachine machine = new(new(1e9 * (1 + random.Next(10_000))), 0.5 + random.NextDouble());
            foreach (Tier tier in Enum.GetValues<Tier>())
            {
                NodeProfile node = ProportionalProfile.With(profile, tier.ToString().ToLowerInvariant(), machine).Nodes.Single(n => n.Computed is not null);
                Assert.Equal(tier, node.Tier);
                Assert.Contains(node.Segments, s => s is { From: null, To: null });
                foreach (SegmentTiming s in node.Segments)
                {
                    double work = (s.To is null ? 1 : shares[s.To]) - (s.From is null ? 0 : shares[s.From]);
                    Assert.Equal(machine.Coefficient * 2 * macs * work / machine.Peak.Value * 1000, s.Timing.P50.Value, 1e-6);
                    Assert.Equal(0, s.Timing.Count);
                }
            }
        }
    }

    // The proportional model is additive, which measured segments are not.
    [Fact]
    public void With_AnyCut_HeadAndTailAddUpToTheWhole()
    {
        Profile profile = SmallProfile.Create() with { Macs = 1_000_000_000 };
        ProfileIndex index = ProfileIndex.Of(ProportionalProfile.With(ProportionalProfile.With(profile, "device", Tera), "cloud", Tera));
        foreach (CutProfile cut in profile.Cuts)
            Assert.Equal(2.0, (index.Compute("device", null, cut.Id)!.Value + index.Compute("cloud", cut.Id, null)!.Value).Value, 1e-9);
    }

    [Fact]
    public void With_ANodeOfTheTier_TakesItsPlaceAndItsCodecTimes()
    {
        Profile profile = SmallProfile.Create() with { Macs = 1_000_000_000 };
        Profile with = ProportionalProfile.With(profile, "cloud", Tera);
        Assert.Equal(["device", "cloud"], with.Nodes.Select(n => n.Name));
        Assert.Equal(profile.Nodes[1].Codecs, with.Nodes[1].Codecs);
        Assert.Equal(profile.Nodes[1].Overhead, with.Nodes[1].Overhead);
        Assert.Equal(profile.Nodes[0], with.Nodes[0]);
    }

    [Fact]
    public void With_ATierWithoutNodes_AddsOneWithTheDevicesCodecTimes()
    {
        Profile profile = SmallProfile.Create() with { Macs = 1_000_000_000 };
        Profile with = ProportionalProfile.With(profile, "edge", Tera);
        NodeProfile edge = with.Nodes[^1];
        Assert.Equal(("edge", Tier.Edge), (edge.Name, edge.Tier));
        Assert.Equal(profile.Nodes[0].Codecs, edge.Codecs);
        Assert.DoesNotContain(edge.Inputs, i => i.Encoding.Kind == InputKind.Local);
        LinkProfile link = new("device", "edge", new(1), new(1e9), true);
        Assert.Contains("edge", Planner.Plan(new PlanningRequest(with) { Links = [link] }).Winner.Plan.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WithAComputedMachine_SaysThatItsTimesAreComputed()
    {
        Profile with = ProportionalProfile.With(SmallProfile.Create() with { Macs = 1_000_000_000 }, "cloud", new(new(12e12), 2));
        PlanningResult result = Planner.Plan(new PlanningRequest(with) { Links = [new("device", "cloud", new(1), new(1e9), true)] });
        Assert.Contains("computed from 12 TFLOPS, w = 2, not measured", result.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("computed", Planner.Plan(new PlanningRequest(SmallProfile.Create())).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void With_AProfileWithoutWork_IsRefused() => Refused(SmallProfile.Create(), "cloud", Tera, "macs");

    [Theory]
    [InlineData("mars", 1e12, "neither a tier nor a node")]
    [InlineData("1", 1e12, "neither a tier nor a node")]
    [InlineData("cloud", 1e3, "more than an hour")]
    public void With_WhatCannotBe_IsRefused(string name, double rate, string reason) =>
        Refused(SmallProfile.Create() with { Macs = 1_000_000_000 }, name, new(new(rate)), reason);

    [Fact]
    public void With_ATierOfSeveralNodes_AsksForANode()
    {
        Profile small = SmallProfile.Create();
        Profile two = small with { Macs = 1, Nodes = small.Nodes.Add(small.Nodes[1] with { Name = "second" }) };
        Refused(two, "cloud2", Tera, "neither");
        Profile renamed = two with { Nodes = [two.Nodes[0], two.Nodes[1] with { Name = "first" }, two.Nodes[2]], Links = [] };
        Refused(renamed, "cloud", Tera, "name one of first, second");
        Assert.Equal(Tera, ProportionalProfile.With(renamed, "second", Tera).Nodes[2].Computed);
    }

    [Fact]
    public void Fit_OfProportionalTimes_IsExact()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, gaps: 0) with { Macs = 3_000_000_000 };
            double w = 0.3 + new Random(seed).NextDouble();
            NodeProfile computed = ProportionalProfile.With(profile, "device", new(new(5e10), w)).Nodes.Single(n => n.Tier == Tier.Device);
            Profile measured = profile with { Nodes = [computed with { Computed = null, Segments = [.. computed.Segments.Select(s => s with { Timing = s.Timing with { Count = 1 } })] }] };
            ProportionalFit fit = ProportionalFit.Of(measured, "device", new(5e10));
            Assert.Equal(w, fit.Coefficient, 1e-9);
            Assert.True(fit.RSquared > 1 - 1e-9 || double.IsNaN(fit.RSquared));
            Assert.Equal(0, fit.MaxError, 1e-9);
        }
    }

    [Fact]
    public void Fit_OfAnyTimes_LeavesTheLeastSquaredError()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Profile profile = RandomProfiles.Create(seed) with { Macs = 1_000_000_000 };
            NodeProfile device = profile.Nodes[0];
            if (device.Segments.IsEmpty || !device.Segments.Any(s => new SegmentWork(profile).Macs(s.From, s.To) > 0)) continue;
            ProportionalFit fit = ProportionalFit.Of(profile, "device", new(1e11));
            double Error(double w) => device.Segments.Sum(s => Math.Pow((w * new FlopsPerSecond(1e11).TimeOf(new SegmentWork(profile).Macs(s.From, s.To)).Value) - s.Timing.P50.Value, 2));
            Assert.Equal(device.Segments.Length, fit.Segments);
            Assert.True(Error(fit.Coefficient) <= Error(fit.Coefficient + 1e-3) && Error(fit.Coefficient) <= Error(fit.Coefficient - 1e-3));
            Assert.True(fit.RSquared <= 1 || double.IsNaN(fit.RSquared));
            Assert.InRange(fit.MedianError, 0, fit.MaxError);
        }
    }

    // By hand: at 20 GFLOPS the network takes 100 ms at its peak, a quarter 25 and a half 50. Measured are 20, 40 and 100.
    [Fact]
    public void Fit_OfTheSmallProfile_IsTheOneComputedByHand()
    {
        ProportionalFit fit = ProportionalFit.Of(SmallProfile.Create() with { Macs = 1_000_000_000 }, "device", new(20e9));
        double w = ((25 * 20) + (50 * 40) + (100 * 100)) / ((25 * 25) + (50.0 * 50) + (100 * 100));
        Assert.Equal(w, fit.Coefficient, 1e-12);
        double mean = 160 / 3.0;
        double rest = Math.Pow(20 - (25 * w), 2) + Math.Pow(40 - (50 * w), 2) + Math.Pow(100 - (100 * w), 2);
        double variance = Math.Pow(20 - mean, 2) + Math.Pow(40 - mean, 2) + Math.Pow(100 - mean, 2);
        Assert.Equal(1 - (rest / variance), fit.RSquared, 1e-12);
        Assert.Equal(((50 * w) - 40) / 40, fit.MedianError, 1e-12);
        Assert.Equal(((25 * w) - 20) / 20, fit.MaxError, 1e-12);
    }

    [Fact]
    public void Fit_OfComputedTimesOrUnknownNodes_IsRefused()
    {
        Profile profile = SmallProfile.Create() with { Macs = 1_000_000_000 };
        Assert.Throws<IsthmusException>(() => ProportionalFit.Of(ProportionalProfile.With(profile, "device", Tera), "device", new(1e9)));
        Assert.Throws<IsthmusException>(() => ProportionalFit.Of(profile, "mars", new(1e9)));
        Assert.Throws<IsthmusException>(() => ProportionalFit.Of(profile with { Macs = 0 }, "device", new(1e9)));
        Assert.Throws<IsthmusException>(() => ProportionalFit.Of(SmallProfile.Create(), "device", new(1e9)));
    }

    // Derived from the network's published layers alone: 15.47 GMAC, and the shares before its pools; a picture of 224×224×3 bytes; 8 bits a value.
    [Theory]
    [InlineData("conv1_1", 0.006, 3_211_264)]
    [InlineData("pool2", 0.305, 401_408)]
    [InlineData("pool3", 0.603, 200_704)]
    [InlineData("pool4", 0.902, 100_352)]
    [InlineData("pool5", 0.992, 25_088)]
    public void Vgg16_AtAPool_HasTheDerivedShareAndTime(string cut, double share, long values)
    {
        Profile profile = Vgg16();
        CutProfile at = profile.Cuts.Single(c => c.Id == cut);
        Assert.Equal(15.47e9, profile.Macs!.Value, 5e6);
        Assert.Equal(share, at.MacShare, 5e-4);
        Assert.Equal(values, at.Bytes.Value / 4);
        ProfileIndex index = ProfileIndex.Of(ProportionalProfile.With(profile, "device", Tera));
        // 2·15.47 G operations at 1 T a second are 30.94 ms.
        Assert.Equal(30.94 * share, index.Compute("device", null, cut)!.Value.Value, 0.02);
    }

    // Below some bandwidth decoupling at the last pool is worth computing 99 % at the edge; above some other, the picture is uploaded. By hand for each rate.
    [Theory]
    [InlineData(1e6)]
    [InlineData(8e6)]
    [InlineData(30e6)]
    [InlineData(1e9)]
    public void Vgg16_OverABandwidth_IsDecoupledWhereTheTableSays(double bandwidth)
    {
        Profile profile = ProportionalProfile.With(ProportionalProfile.With(Vgg16(), "device", Tera), "cloud", new(new(20e12)));
        JaladPaper method = new();
        RankedPlan winner = Planner.Plan(new PlanningRequest(profile) { Space = method.Space, Terms = method.Terms, Links = [new("device", "cloud", new(7), new(bandwidth), false)] }).Winner;

        double whole = 2 * profile.Macs!.Value / 1e12 * 1000;
        double Cost(double share, double bytes) => (whole * share) + (whole * (1 - share) / 20) + (bytes * 8 / bandwidth * 1000);
        double expected = profile.Cuts.Select(c => Cost(c.MacShare, c.Bytes.Value / 4.0)).Append(Cost(0, 224 * 224 * 3)).Append(whole).Min();
        Assert.Equal(expected, winner.Latency.Value, 1e-6);
    }

    private static void Refused(Profile profile, string name, ProportionalMachine machine, string reason) =>
        Assert.Contains(reason, Assert.Throws<IsthmusException>(() => ProportionalProfile.With(profile, name, machine)).Message, StringComparison.Ordinal);

    // Simonyan and Zisserman (2015), configuration D: 3×3 convolutions, five pools, three full layers.
    private static Profile Vgg16()
    {
        (string Name, int Channels, int Size)[] layers =
        [
            ("conv1_1", 64, 224), ("pool1", 64, 224), ("conv2_1", 128, 112), ("pool2", 128, 112), ("conv3_1", 256, 56), ("conv3_2", 256, 56), ("pool3", 256, 56),
            ("conv4_1", 512, 28), ("conv4_2", 512, 28), ("pool4", 512, 28), ("conv5_1", 512, 14), ("conv5_2", 512, 14), ("pool5", 512, 14),
        ];
        List<(string Name, long Values, long Macs)> cuts = [];
        long macs = 0;
        int inputs = 3;
        foreach ((string name, int channels, int size) in layers)
        {
            macs += (long)size * size * channels * inputs * 9;
            inputs = channels;
            int after = name.StartsWith("pool", StringComparison.Ordinal) ? size / 2 : size;
            cuts.Add((name, (long)after * after * channels, macs));
        }

        macs += (25_088L * 4096) + (4096 * 4096) + (4096 * 1000);
        return new(
            Profile.CurrentVersion, ModelHash.Of("vgg16"u8), "vgg16", DateTimeOffset.UnixEpoch, "0", 1, 4000,
            [.. cuts.Select(c => new CutProfile(c.Name, [new(c.Name, new TensorShape(c.Values))], new(4 * c.Values), (double)c.Macs / macs, [new(CodecSpec.Huffman(8), new(c.Values), 0, 1)]))],
            [new(InputEncoding.File, new(224 * 224 * 3), 0, 1)],
            [Node("device", Tier.Device), Node("cloud", Tier.Cloud)], [])
        {
            Macs = macs,
        };

        static NodeProfile Node(string name, Tier tier) => new(name, tier, null, 1, "none", "none", 1, new(0), [], [], []);
    }
}
