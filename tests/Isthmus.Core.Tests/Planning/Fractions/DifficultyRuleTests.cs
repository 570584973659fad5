using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Planning.Fractions;

public sealed class DifficultyRuleTests
{
    private const int Rounds = 300;

    [Fact]
    public void WorthItsCost_RandomTables_IsTheBestOfAllPolicies() => Compare((rule, costs, random) =>
    {
        double lambda = random.NextDouble() / 30;
        return (rule.WorthItsCost(costs, lambda), (accuracy, cost) => accuracy - (lambda * cost));
    });

    [Fact]
    public void AboveFloor_RandomTables_IsTheCheapestOfAllPolicies() => Compare((rule, costs, random) =>
    {
        double floor = random.NextDouble();
        return (rule.AboveFloor(costs, floor), (accuracy, cost) => accuracy >= floor - 1e-12 ? -cost : null);
    });

    [Fact]
    public void WithinCost_RandomTables_IsTheMostAccurateOfAllPolicies() => Compare((rule, costs, random) =>
    {
        double most = random.NextDouble() * 40;
        return (rule.WithinCost(costs, most), (accuracy, cost) => cost <= most + 1e-9 ? accuracy : null);
    });

    [Fact]
    public void WorthItsBytes_ImagesOfEachBin_AreDecidedAsTheTableSays()
    {
        // Unsure: the device is right on 2 of 10, the remote network on 8 with everything. Sure: 9 of 10 either way.
        DifficultyRule rule = new(Table([0.5, 1], (0, 10, 2, [6, 8]), (0.7, 10, 9, [5, 9])));
        Assert.Equal(0, rule.WorthItsBytes(0.9, 1000, 0.0001).Bytes);
        Assert.Equal(500, rule.WorthItsBytes(0.3, 1000, 0.0005).Bytes);
        Assert.Equal(1000, rule.WorthItsBytes(0.3, 1000, 0.0001).Bytes);
        Assert.Equal(0, rule.WorthItsBytes(0.3, 1000, 0.1).Bytes);
        Assert.Equal(new(500, 0.5, 0.6), rule.WithinBytes(0.69, 1000, 500));
        Assert.Equal(new(0, 0, 0.9), rule.WithinBytes(0.7, 1000, 500));
        Assert.Equal(500, rule.AboveFloor(0.1, 1000, 0.6)!.Value.Bytes);
        Assert.Null(rule.AboveFloor(0.1, 1000, 0.85));
    }

    [Fact]
    public void Policy_SureAndUnsureImages_BeatsTheBestSingleDecision()
    {
        DifficultyRule rule = new(Table([0.5, 1], (0, 10, 2, [6, 8]), (0.7, 10, 9, [5, 9])));
        CascadePolicy policy = rule.AboveFloor(CascadeCosts.Bytes(1000), 0.85)!;
        Assert.Equal([1, 0], policy.Fractions);
        Assert.Equal((0.85, 500, 0.5), (policy.Accuracy, policy.Cost, policy.Sent));
        Assert.Equal(new(1, 0.85, 1000), policy.Single);
        Assert.Null(rule.AboveFloor(CascadeCosts.Bytes(1000), 0.9));
    }

    [Fact]
    public void Constructor_NoImages_IsRefused() => Assert.Throws<IsthmusException>(() => new DifficultyRule(Table([1], (0, 0, 0, [0]))));

    [Fact]
    public void WorthItsBytes_EmptyBin_GoesWithTheOneBefore()
    {
        DifficultyRule rule = new(Table([1], (0, 10, 2, [8]), (0.5, 0, 0, [0]), (0.8, 10, 9, [9])));
        Assert.Equal(0.2, rule.LocalAccuracy(0.6));
        Assert.Equal(0.9, rule.LocalAccuracy(0.8));
        Assert.Equal(0.2, rule.LocalAccuracy(double.NaN));
    }

    private static ConfidenceTable Table(ImmutableArray<double> fractions, params (double From, int Count, int Device, int[] Remote)[] bins) =>
        new(ModelHash.Of([1]), "device.onnx", "embedded", fractions, [.. bins.Select(b => new ConfidenceBin(b.From, b.Count, b.Device, [.. b.Remote]))]);

    private static void Compare(Func<DifficultyRule, CascadeCosts, Random, (CascadePolicy? Policy, Func<double, double, double?> Value)> ask)
    {
        Random random = new(11);
        int answered = 0;
        for (int i = 0; i < Rounds; i++)
        {
            double[] fractions = [.. Enumerable.Range(1, 1 + random.Next(4)).Select(k => k / 4.0)];
            (double, int Count, int Device, int[] Remote)[] bins = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(b =>
            {
                int count = random.Next(12);
                return (b / 5.0, count, random.Next(count + 1), fractions.Select(_ => random.Next(count + 1)).ToArray());
            })];
            double images = bins.Sum(b => b.Count);
            if (images == 0) continue;
            CascadeCosts costs = random.Next(2) == 0 ? CascadeCosts.Bytes(30) : new(random.Next(8), random.Next(8), random.Next(40));
            (CascadePolicy? policy, Func<double, double, double?> value) = ask(new(Table([.. fractions], bins)), costs, random);
            double? best = null, alike = null;
            int options = fractions.Length + 1;
            for (int code = 0; code < Math.Pow(options, bins.Length); code++)
            {
                int[] chosen = [.. Enumerable.Range(0, bins.Length).Select(b => code / (int)Math.Pow(options, b) % options)];
                double accuracy = chosen.Select((o, b) => o == 0 ? bins[b].Device : bins[b].Remote[o - 1]).Sum() / images;
                Take(ref best, value(accuracy, chosen.Select((o, b) => bins[b].Count * costs.Cascade(o == 0 ? 0 : fractions[o - 1])).Sum() / images));
                if (chosen.Distinct().Count() == 1) Take(ref alike, value(accuracy, costs.Single(chosen[0] == 0 ? 0 : fractions[chosen[0] - 1])));
            }

            Assert.Equal(best is null, policy is null);
            if (policy is null) continue;
            Assert.Equal(best!.Value, value(policy.Accuracy, policy.Cost)!.Value, 9);
            Assert.Equal(alike is null, policy.Single is null);
            if (alike is not null) Assert.Equal(alike.Value, value(policy.Single!.Accuracy, policy.Single.Cost)!.Value, 9);
            answered++;
        }

        Assert.True(answered > Rounds / 5);
    }

    private static void Take(ref double? best, double? value)
    {
        if (value is { } v && !(best >= v)) best = v;
    }
}
