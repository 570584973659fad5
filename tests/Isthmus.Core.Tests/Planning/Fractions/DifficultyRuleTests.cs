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
        DifficultyRule rule = new(Table([0.5, 1], (0, 10, 2, [6, 8]), (0.7, 10, 9, [5, 9])), images: 1);
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
        DifficultyRule rule = new(Table([0.5, 1], (0, 10, 2, [6, 8]), (0.7, 10, 9, [5, 9])), images: 1);
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
        DifficultyRule rule = new(Table([1], (0, 10, 2, [8]), (0.5, 0, 0, [0]), (0.8, 10, 9, [9])), images: 1);
        Assert.Equal(0.2, rule.LocalAccuracy(0.6));
        Assert.Equal(0.9, rule.LocalAccuracy(0.8));
        Assert.Equal(0.2, rule.LocalAccuracy(double.NaN));
    }

    [Fact]
    public void Constructor_SmallBins_AreMergedToSoManyImages()
    {
        DifficultyRule rule = new(Table([1], (0, 30, 6, [20]), (0.2, 29, 6, [20]), (0.3, 10, 3, [9]), (0.5, 70, 35, [60]), (0.9, 20, 19, [20])));
        Assert.Equal(15.0 / 69, rule.LocalAccuracy(0.1));
        Assert.Equal(15.0 / 69, rule.LocalAccuracy(0.49));
        Assert.Equal(54.0 / 90, rule.LocalAccuracy(0.5));
        Assert.Equal(54.0 / 90, rule.LocalAccuracy(0.95));
        Assert.Equal([1, 1, 1, 0, 0], rule.AboveFloor(CascadeCosts.Bytes(100), 0.6)!.Fractions);
    }

    [Fact]
    public void AboveFloor_OtherImages_KeepsNearlyWhatItPromises()
    {
        const double Floor = 0.86;
        double[] fractions = [0.05, 0.1, 0.2, 0.4, 0.7, 1];
        Random random = new(4);
        double merged = 0, single = 0;
        const int Samples = 30;
        for (int i = 0; i < Samples; i++)
        {
            ConfidenceTable table = Table([.. fractions], [.. Enumerable.Range(0, 20).Select(b =>
            {
                int device = 0;
                int[] remote = new int[fractions.Length];
                for (int k = 0; k < 17; k++)
                {
                    if (random.NextDouble() < Device(b)) device++;
                    double hardness = random.NextDouble();
                    for (int f = 0; f < remote.Length; f++) remote[f] += hardness < Remote(b, fractions[f]) ? 1 : 0;
                }

                return (b / 20.0, 17, device, remote);
            })]);
            merged += Kept(new DifficultyRule(table)) / Samples;
            single += Kept(new DifficultyRule(table, images: 1)) / Samples;
        }

        Assert.True(merged > Floor - 0.01, $"{merged} was kept.");
        Assert.True(merged > single, $"{merged} was kept with merged bins, {single} without.");

        // How often both are truly right, and so what becomes of other images.
        double Device(int bin) => 0.3 + (0.65 * bin / 19);
        double Remote(int bin, double fraction) => (0.8 + (0.18 * bin / 19)) * (1 - Math.Exp(-fraction * (6 + bin)));
        double Kept(DifficultyRule rule) => rule.AboveFloor(CascadeCosts.Bytes(1), Floor)!.Fractions.Select((x, b) => x == 0 ? Device(b) : Remote(b, x)).Average();
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
            (CascadePolicy? policy, Func<double, double, double?> value) = ask(new(Table([.. fractions], bins), images: 1), costs, random);
            double? best = null, alike = null;
            int options = fractions.Length + 1;
            for (int code = 0; code < Math.Pow(options, bins.Length); code++)
            {
                int[] chosen = [.. Enumerable.Range(0, bins.Length).Select(b => code / (int)Math.Pow(options, b) % options)];
                // Who is surer is never sent more of.
                if (chosen.Zip(chosen.Skip(1)).Any(p => p.Second > p.First)) continue;
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
