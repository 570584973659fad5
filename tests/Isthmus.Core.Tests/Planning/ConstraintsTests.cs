using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning;

public sealed class ConstraintsTests
{
    [Fact]
    public void Plan_ConstraintsOfAllKinds_RanksAsBruteForceDoes()
    {
        int compared = 0;
        int impossible = 0;
        for (int seed = 0; seed < 1200; seed++)
        {
            Profile profile = Random(seed);
            PlanningRequest request = new(profile)
            {
                Objective = RandomProfiles.Objective(seed),
                Constraints = RandomProfiles.AllConstraints(seed, profile),
                Top = 1 + (seed % 25),
                WithPareto = false,
            };
            List<PlanOracle.Result> all = PlanOracle.All(profile, null, request.Constraints);
            if (all.Count == 0)
            {
                Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request));
                impossible++;
                continue;
            }

            double[] expected = [.. all.OrderBy(r => r.Score(request.Objective)).ThenBy(r => r.Ms).ThenBy(r => r.Bytes).Take(request.Top).Select(r => Math.Round(r.Score(request.Objective), 6))];
            PlanningResult result = Planner.Plan(request);
            Assert.Equal(expected, result.Ranked.Select(r => Math.Round(r.Score, 6)));
            Assert.All(result.Ranked, r => Assert.Contains(all, a => a.Plan == r.Plan));
            compared += expected.Length;
        }

        Assert.True(compared > 2000, $"Only {compared} plans were compared.");
        Assert.True(impossible is > 50 and < 900, $"{impossible} of 1200 cases were impossible.");
    }

    [Fact]
    public void Plan_ConstraintsOfAllKinds_ParetoSetIsThatOfAllPairs()
    {
        int points = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            Profile profile = Random(seed);
            PlanningRequest request = new(profile) { Constraints = RandomProfiles.AllConstraints(seed, profile) };
            List<PlanOracle.Result> all = PlanOracle.All(profile, null, request.Constraints);
            if (all.Count == 0) continue;
            (double, long, double)[] expected = [.. Points(PlanOracle.Pareto(Rounded(all)))];
            List<PlanOracle.Result> found = [.. Planner.Plan(request).Pareto.Select(r => new PlanOracle.Result(r.Plan, r.Latency.Value, r.Bytes.Value, 0, r.AccuracyLoss))];
            Assert.Equal(expected, Points(PlanOracle.Pareto(Rounded(found))));
            points += expected.Length;
        }

        Assert.True(points > 400, $"Only {points} points were compared.");

        static IEnumerable<(double, long, double)> Points(List<PlanOracle.Result> plans) => plans.Select(r => (r.Ms, r.Bytes, r.Loss)).Distinct().Order();
    }

    [Fact]
    public void Plan_LayerOnTheEdge_CutsAroundIt()
    {
        Profile profile = SmallProfile.Create();
        profile = profile with { Cuts = [profile.Cuts[0] with { Layers = 10 }, profile.Cuts[1] with { Layers = 12 }], Layers = 20 };
        Assert.Equal("device → c01 raw → cloud", Describe(new LayerPlacement(11, Tier.Device)));
        Assert.Equal("device → c00 raw → cloud", Describe(new LayerPlacement(9, Tier.Device), new LayerPlacement(10, Tier.Cloud)));
        Assert.Equal("device", Describe(new LayerPlacement(19, Tier.Cloud, Must: false)));

        string Describe(params LayerPlacement[] placements) => Planner.Plan(new PlanningRequest(profile)
        {
            Constraints = new() { Placements = [.. placements, new(0, Tier.Device)] },
            Space = new() { Codecs = [Core.Codec.CodecSpec.Raw], MinCuts = placements is [{ Must: true }, ..] ? 1 : 0 },
        }).Winner.Plan.Describe();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void Validate_BlockThatThereIsNot_NamesTheLast(int block)
    {
        Constraints constraints = new() { Placements = [new(block, Tier.Edge)] };
        IsthmusException error = Assert.Throws<IsthmusException>(() => constraints.Validate(SmallProfile.Create()));
        Assert.Equal($"There is no block {block}: they are numbered from 0 to 2.", error.Message);
    }

    [Fact]
    public void Validate_WhatCannotBe_IsRefused()
    {
        Profile profile = SmallProfile.Create();
        foreach (Constraints constraints in new Constraints[]
        {
            new() { RequiredNodes = ["mars"] },
            new() { RequiredNodes = default },
            new() { RequiredTiers = [(Tier)7] },
            new() { Tiers = [(Tier)7] },
            new() { MaxTierTime = [new(Tier.Edge, null, null)] },
            new() { MaxTierTime = [new(Tier.Edge, new(1), 1)] },
            new() { MaxTierTime = [TierTimeLimit.Of(Tier.Edge, new(double.NaN))] },
            new() { MaxTierTime = [TierTimeLimit.OfShare(Tier.Edge, 1.5)] },
            new() { MaxTierBytes = [new(Tier.Edge, new(-1))] },
            new() { Placements = [null!] },
        })
        {
            Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => constraints.Validate(profile)).Kind);
        }
    }

    [Fact]
    public void Json_ThereAndBack_KeepsEveryConstraint()
    {
        // As a log of decisions keeps them.
        for (int seed = 0; seed < 100; seed++)
        {
            Constraints constraints = RandomProfiles.AllConstraints(seed, RandomProfiles.Create(seed));
            string json = JsonSerializer.Serialize(constraints, IsthmusJson.Compact);
            Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<Constraints>(json, IsthmusJson.Compact), IsthmusJson.Compact));
        }

        Constraints old = JsonSerializer.Deserialize<Constraints>("""{"maxBytes":5,"forbiddenNodes":["edge"]}""", IsthmusJson.Compact)!;
        Assert.Equal((5, "edge"), (old.MaxBytes!.Value.Value, old.ForbiddenNodes.Single()));
        Assert.True(old.Placements.IsEmpty && old.RequiredNodes.IsEmpty && old.MaxTierTime.IsEmpty && old.MaxTierBytes.IsEmpty);
    }

    private static Profile Random(int seed)
    {
        Profile profile = RandomProfiles.Create(seed, gaps: 0.05);
        return seed % 3 == 0 ? RandomProfiles.WithLayers(profile, seed) : profile;
    }

    private static List<PlanOracle.Result> Rounded(IEnumerable<PlanOracle.Result> results) =>
        [.. results.Select(r => r with { Ms = Math.Round(r.Ms, 6), Loss = Math.Round(r.Loss, 9) })];
}
