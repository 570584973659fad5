using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;
using Isthmus.Tests.Shared;

namespace Isthmus.Core.Tests.Planning;

public sealed class ScissionTests
{
    private static readonly string[] Models =
    [
        "vgg16", "vgg19", "xception", "resnet50", "resnet101", "resnet152", "resnet50v2", "resnet101v2", "resnet152v2", "inception_v3", "inceptionresnet_v2", "mobilenet",
        "mobilenetv2", "densenet121", "densenet169", "densenet201", "nasnetlarge", "nasnetmobile",
    ];

    [Fact]
    public void Plan_PublishedVgg19Query_GivesTheFivePrintedAnswers()
    {
        Profile profile = Published("vgg19", "network_stats.csv");
        Constraints constraints = Criteria(profile, "!-1", "10", "16");
        PlanningResult result = Planner.Plan(Request(profile) with { Constraints = constraints, Top = 5 });
        Assert.Equal(
            [
                "9.0106s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(vm2Core) = 7 - 11, Cloud(6700k(GPU)) = 12 - 25",
                "9.0594s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(2500) = 7 - 11, Cloud(6700k(GPU)) = 12 - 25",
                "9.0721s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(vm2Core) = 7 - 11, Cloud(6700k(NoGPU)) = 12 - 25",
                "9.1209s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(2500) = 7 - 11, Cloud(6700k(NoGPU)) = 12 - 25",
                "9.1511s - 3.2115MB - Device(raspi4) = 0 - 6, Edge(vm2Core) = 7 - 12, Cloud(6700k(GPU)) = 13 - 25",
            ],
            result.Ranked.Select(r => ScissionRow.Of(r, profile)));
    }

    [Fact]
    public void Count_Vgg19_IsScissionsOfEachTripleWithoutDuplicates()
    {
        ScissionFormula formula = new(DevelopmentData.Scission("scission-benchmarks.json"), DevelopmentData.Scission("network_stats.csv"), "vgg19");
        List<ScissionFormula.Row> all = formula.All(0.15);
        Assert.Equal((25, 4), (formula.Blocks, formula.Triples));
        Assert.Equal(1404, all.Count);
        Assert.Equal(4 * 26 * 27 / 2, all.Count);
        Assert.Equal(1301, all.Distinct().Count());
        Assert.Equal(1301, Planner.Count(Request(Published("vgg19", "network_stats.csv"))));
    }

    [Fact]
    public void Count_OneTriple_IsAllWaysToLayBlocksOnThreeTiers()
    {
        foreach (string model in Models)
        {
            Profile profile = Published(model, "network_stats.csv");
            long blocks = profile.Cuts.Length + 1;
            SearchSpace triple = new ScissionPaper().Space.Narrow(new() { Nodes = ["raspi4", "2500", "6700k(GPU)"] });
            Assert.Equal((blocks + 1) * (blocks + 2) / 2, Planner.Count(Request(profile) with { Space = triple }));
        }
    }

    [Theory]
    [InlineData("network_stats.csv", 0.15, "resnet50v2,mobilenet,mobilenetv2")]
    [InlineData("network_stats_wired.csv", 0.15, "")]
    public void Plan_AllNetworks_WinnersAreThoseOfTheLinkTable(string links, double megabytes, string onDevice)
    {
        string[] device = [.. Winners(links, megabytes).Where(w => w.Tier == Tier.Device).Select(w => w.Model).Order()];
        Assert.Equal(onDevice.Split(',', StringSplitOptions.RemoveEmptyEntries).Order(), device);
    }

    [Theory]
    [InlineData(0.10, 2)]
    [InlineData(0.15, 3)]
    [InlineData(0.17, 4)]
    [InlineData(0.30, 8)]
    public void Plan_LargerInput_MovesNetworksToTheDevice(double megabytes, int onDevice) =>
        Assert.Equal(onDevice, Winners("network_stats.csv", megabytes).Count(w => w.Tier == Tier.Device));

    [Theory]
    [InlineData("vgg19", "network_stats.csv", "2.842", "Device(raspi4) = 0 - 23, Edge(vm2Core) = 24 - 25")]
    [InlineData("resnet50", "network_stats_wired.csv", "0.339", "Device(raspi4) = 0 - 1, Cloud(6700k(GPU)) = 2 - 176")]
    [InlineData("vgg19", "network_stats_wired.csv", "1.374", "Device(raspi4) = 0 - 6, Cloud(6700k(GPU)) = 7 - 25")]
    [InlineData("mobilenetv2", "network_stats_wired.csv", "0.268", "Device(raspi4) = 0 - 35, Cloud(6700k(GPU)) = 36 - 156")]
    public void Plan_FirstBlockStaysAndSomethingLeaves_IsTheKnownSplit(string model, string links, string seconds, string tiers)
    {
        Profile profile = Published(model, links);
        RankedPlan winner = Planner.Plan(Request(profile) with { Constraints = Criteria(profile, $"0,!{profile.Layers - 1}", null, null) }).Winner;
        Assert.Equal(seconds, $"{winner.Latency.Value / 1000:0.000}");
        Assert.EndsWith(tiers, ScissionRow.Of(winner, profile), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_AllNetworksAndRandomCriteria_IsScissionsFormula()
    {
        int compared = 0;
        foreach (string links in new[] { "network_stats.csv", "network_stats_wired.csv" })
        {
            foreach (string model in Models)
            {
                Profile profile = Published(model, links);
                List<ScissionFormula.Row> all = [.. new ScissionFormula(DevelopmentData.Scission("scission-benchmarks.json"), DevelopmentData.Scission(links), model).All(0.15).Distinct()];
                Random random = new(model.Length + links.Length);
                PlanningRequest request = Request(profile) with { Top = 20, WithPareto = false };
                for (int round = 0; round < 12; round++)
                {
                    string[] criteria = [Random(profile, Tier.Device), Random(profile, Tier.Edge), Random(profile, Tier.Cloud)];
                    double[] expected = [.. all.Where(r => Satisfies(r, criteria)).Select(r => Math.Round(r.Seconds, 9)).Order().Take(20)];
                    PlanningRequest asked = request with { Constraints = Criteria(profile, criteria) };
                    if (expected.Length == 0)
                    {
                        Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(asked));
                        continue;
                    }

                    Assert.Equal(expected, Planner.Plan(asked).Ranked.Select(r => Math.Round(r.Latency.Value / 1000, 9)));
                    compared += expected.Length;
                }

                string Random(Profile p, Tier tier) => string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(6) switch
                {
                    0 => "-1",
                    1 => "!-1",
                    2 => $"{random.Next(p.Layers!.Value)}",
                    3 or 4 => $"!{random.Next(p.Layers!.Value)}",
                    _ => p.Nodes.Where(n => n.Tier == tier).Select(n => (random.Next(2) == 0 ? "!" : "") + n.Name).ElementAt(random.Next(p.Nodes.Count(n => n.Tier == tier))),
                }).Distinct());
            }
        }

        Assert.True(compared > 2000, $"Only {compared} answers were compared.");
    }

    [Theory]
    [InlineData("not json", "is not a file of Scission's measurements")]
    [InlineData("{}", "is not a file of Scission's measurements")]
    [InlineData("{\"systems\":{}}", "there must be from 1 to 64 machines")]
    [InlineData("{\"systems\":{\"edge-a\":null}}", "it is absent, or no text")]
    [InlineData("{\"systems\":{\"edge-a\":{\"tier\":\"fog\",\"models\":{}}}}", "'fog' is not a tier")]
    [InlineData("{\"systems\":{\"edge-a\":{\"tier\":\"edge\",\"models\":{\"m\":null}}}}", "there must be from 1 to 4097 blocks")]
    [InlineData("{\"systems\":{\"edge-a\":{\"tier\":\"edge\",\"models\":{\"m\":[null]}}}}", "it must be [first layer, last layer, seconds, output bytes]")]
    [InlineData("{\"systems\":{\"edge-a\":{\"tier\":\"edge\",\"models\":{\"m\":[[1,2,0.1,10]]}}}}", "it must begin with layer 0")]
    [InlineData("{\"systems\":{\"edge-a\":{\"tier\":\"edge\",\"models\":{\"m\":[[0,1e9,0.1,10]]}}}}", "it must begin with layer 0 and end with that or a later one")]
    [InlineData("{\"systems\":{\"edge-a\":{\"tier\":\"edge\",\"models\":{\"m\":[[0,1,-1,10]]}}}}", "its time must be")]
    [InlineData("{\"systems\":{\"edge-a\":{\"tier\":\"edge\",\"models\":{\"m\":[[0,1,1,1.5]]}}}}", "its output must be a whole number")]
    [InlineData("{\"systems\":{\"edge-a\":{\"tier\":\"edge\",\"models\":{}},\"a\":{\"tier\":\"cloud\",\"models\":{}}}}", "there are two machines of this name")]
    public void Parse_BenchmarksThatAreNone_SaysWhy(string json, string why) =>
        Assert.Contains(why, Assert.Throws<IsthmusException>(() => ScissionBenchmarks.Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a,b,1", "line 1: it must be source")]
    [InlineData("source,destination,ping(ms),bandwidth(mbps)\na,b,x,1", "line 2: it must be source")]
    [InlineData("a,b,NaN,1", "line 1: its ping")]
    [InlineData("a,b,1,0", "line 1: its ping")]
    [InlineData("a,b,1,1\n\na,b,1,1", "line 3: the link from a to b is there twice")]
    public void Parse_LinksThatAreNone_SaysWhere(string csv, string why) =>
        Assert.Contains(why, Assert.Throws<IsthmusException>(() => ScissionLinks.Parse(csv)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_SmallFile_IsPlannedByHand()
    {
        ScissionBenchmarks benchmarks = ScissionBenchmarks.Parse("""
            {"systems": {"device-pi": {"tier": "device", "models": {"m": [[0, 1, 0.1, 1000], [2, 2, 0.2, 500]]}},
                         "edge-e": {"tier": "edge", "models": {"m": [[0, 1, 0.01, 1000], [2, 2, 0.02, 500]]}}}}
            """);
        // 1.6 Mbit/s are 200,000 bytes per second.
        Profile profile = benchmarks.ToProfile("m", ScissionLinks.Parse("source,destination,ping(ms),bandwidth(mbps)\npi,e, 50, 1.6\npi,unknown,1,1"), new(20_000));
        PlanningResult result = Planner.Plan(Request(profile));
        Assert.Equal(
            ["0.1750s - 0.0010MB - Device(pi) = 0 - 1, Edge(e) = 2 - 2", "0.1800s - 0.0200MB - Edge(e) = 0 - 2", "0.3000s - 0.0000MB - Device(pi) = 0 - 2"],
            result.Ranked.Select(r => ScissionRow.Of(r, profile)));
        Assert.Contains("Counted as Scission does", result.Why, StringComparison.Ordinal);
        Assert.Contains("'m2': it has m", Assert.Throws<IsthmusException>(() => benchmarks.ToProfile("m2", [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_MachinesWithOtherBlocks_AreRefused()
    {
        ScissionBenchmarks benchmarks = ScissionBenchmarks.Parse("""
            {"systems": {"device-pi": {"tier": "device", "models": {"m": [[0, 1, 0.1, 1000], [2, 2, 0.2, 500]]}},
                         "edge-e": {"tier": "edge", "models": {"m": [[0, 0, 0.01, 1000], [1, 2, 0.02, 500]]}}}}
            """);
        Assert.Contains("e and pi have not measured the same blocks of m", Assert.Throws<IsthmusException>(() => benchmarks.ToProfile("m", [])).Message, StringComparison.Ordinal);
    }

    private static bool Satisfies(ScissionFormula.Row row, string[] criteria)
    {
        return Tier(criteria[0], row.Device, row.Device_) && Tier(criteria[1], row.Edge, row.Edge_) && Tier(criteria[2], row.Cloud, row.Cloud_);

        static bool Tier(string criteria, string? name, (int First, int Last)? layers) =>
            criteria.Split(',', StringSplitOptions.RemoveEmptyEntries).All(c => Holds(c, name, layers ?? (-1, -1)));

        static bool Holds(string c, string? name, (int First, int Last) layers)
        {
            bool must = c[0] != '!';
            string what = c.TrimStart('!');
            // One of the machines is called 2500, and no network has so many layers.
            if (what != "2500" && int.TryParse(what, out int layer)) return (layer >= layers.First && layer <= layers.Last) == must;
            // A name picks among the machines of a tier that is used.
            return name is not null && (name == what) == must;
        }
    }

    private static List<(string Model, Tier Tier)> Winners(string links, double megabytes) => [.. Models.Select(m =>
    {
        Plan plan = Planner.Plan(Request(Published(m, links, megabytes)) with { WithPareto = false }).Winner.Plan;
        Assert.True(plan.IsSingleNode, "Without a constraint no split wins.");
        return (m, plan.Segments[0].Tier);
    })];

    private static Profile Published(string model, string links, double megabytes = 0.15) =>
        ScissionBenchmarks.Load(DevelopmentData.Scission("scission-benchmarks.json")).ToProfile(model, ScissionLinks.Load(DevelopmentData.Scission(links)), ScissionCriteria.ParseMegabytes(megabytes));

    private static PlanningRequest Request(Profile profile) =>
        new(profile) { Space = new ScissionPaper().Space, Terms = CostTerms.Scission, Segments = SegmentTimes.Blocks };

    private static Constraints Criteria(Profile profile, params string?[] criteria)
    {
        Constraints constraints = Constraints.None;
        for (int tier = 0; tier < 3; tier++)
        {
            if (!string.IsNullOrEmpty(criteria[tier])) constraints = ScissionCriteria.Add(constraints, (Tier)tier, criteria[tier]!, profile);
        }

        return constraints;
    }
}
