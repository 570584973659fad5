using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Planning.Fractions;

public sealed class SingleRequestTests
{
    private const int Steps = 1000;
    private const int Rounds = 300;

    [Fact]
    public void AccuracyLessBytes_Random_IsTheBestOfAllPoints() => Compare((request, random) =>
    {
        double lambda = Math.Exp(RandomCurves.Of(random, -5, 2));
        return (request.AccuracyLessBytes(lambda), (x, accuracy, _) => accuracy - (lambda * x));
    });

    [Fact]
    public void AccuracyUnderDeadline_Random_IsTheBestOfAllPoints() => Compare((request, random) =>
    {
        double deadline = random.NextDouble() * 150;
        return (request.AccuracyUnderDeadline(deadline), (_, accuracy, ms) => ms <= deadline + 1e-9 ? accuracy : null);
    });

    [Fact]
    public void LatencyUnderFloor_Random_IsTheBestOfAllPoints() => Compare((request, random) =>
    {
        double floor = random.NextDouble();
        return (request.LatencyUnderFloor(floor), (_, accuracy, ms) => accuracy >= floor - 1e-9 ? -ms : null);
    });

    [Fact]
    public void Satisfaction_Random_IsTheBestOfAllPoints() => Compare((request, random) =>
    {
        SatisfactionWeights user = new(random.Next(4) * random.NextDouble(), random.Next(4) * random.NextDouble(), random.NextDouble() * 0.8, random.NextDouble() * 200, 1, 200);
        return (request.Satisfaction(user), (_, accuracy, ms) => user.Of(accuracy, ms));
    });

    [Fact]
    public void AccuracyUnderDeadline_FlatCurve_SendsNoMoreThanItNeeds()
    {
        SingleRequest request = new(new GompertzCurve(1.5, 3, 8), 10, 100, null);
        FractionAnswer answer = request.AccuracyUnderDeadline(1000)!;
        Assert.Equal(1, answer.Accuracy, 12);
        Assert.True(answer.Fraction < 0.3);
    }

    [Fact]
    public void Constructor_ImpossibleNumbers_AreRefused()
    {
        GompertzCurve curve = new(1, 1, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SingleRequest(curve, double.NaN, 1, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SingleRequest(curve, 1, double.PositiveInfinity, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SingleRequest(curve, 1, 1, null, 0));
    }

    // The value of (x, accuracy, milliseconds); null if it is not allowed. Nothing sent is x = 0.
    private static void Compare(Func<SingleRequest, Random, (FractionAnswer? Answer, Func<double, double, double, double?> Value)> ask)
    {
        Random random = new(7);
        int answered = 0;
        for (int i = 0; i < Rounds; i++)
        {
            IAccuracyCurve curve = RandomCurves.Create(random);
            double fixedMs = random.NextDouble() * 30, perFraction = random.Next(6) == 0 ? 0 : random.NextDouble() * 150;
            LocalAnswer? local = random.Next(3) == 0 ? null : new(random.NextDouble() * 0.9, random.NextDouble() * 120);
            double lowest = random.Next(2) == 0 ? 0.001 : random.NextDouble();
            (FractionAnswer? answer, Func<double, double, double, double?> value) = ask(new(curve, fixedMs, perFraction, local, lowest), random);
            double? best = local is null ? null : value(0, local.Accuracy, local.Milliseconds);
            for (int k = 0; k <= Steps; k++)
            {
                double x = lowest + ((1 - lowest) * k / Steps);
                if (value(x, curve.At(x), fixedMs + (perFraction * x)) is { } there && !(there <= best)) best = there;
            }

            if (best is null && answer is null) continue;
            Assert.True(answer is not null, $"{curve}: nothing was found, {best} is there");
            double? own = answer.IsLocal ? value(0, local!.Accuracy, local.Milliseconds) : value(answer.Fraction, curve.At(answer.Fraction), fixedMs + (perFraction * answer.Fraction));
            Assert.True(own is not null, $"{curve}: {answer} is not allowed");
            Assert.Equal(own.Value, answer.Value, 9);
            Assert.True(best is null || own >= best - 1e-9, $"{curve}: {own} at {answer.Fraction}, {best} on the grid");
            answered++;
        }

        Assert.True(answered > Rounds / 5, $"Only {answered} had an answer.");
    }
}
