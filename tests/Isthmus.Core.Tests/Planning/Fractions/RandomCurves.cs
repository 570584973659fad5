using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Planning.Fractions;

/// <summary>Curves of all kinds from a seed, those that are cut off at 1 or hardly rise among them.</summary>
internal static class RandomCurves
{
    public static IAccuracyCurve Create(Random random) => random.Next(5) switch
    {
        0 or 1 => new GompertzCurve(Of(random, 0.3, 1.3), Math.Exp(Of(random, -2, 5)), Math.Exp(Of(random, -1, 4))),
        2 or 3 => new ExponentialCurve(Of(random, 0.3, 1.3), Math.Exp(Of(random, -2, 1)), Math.Exp(Of(random, -1, 4))),
        _ => new TableCurve([.. Knots(random)]),
    };

    private static IEnumerable<CurveKnot> Knots(Random random)
    {
        double[] fractions = [.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Of(random, 0.01, 1)).Order()];
        double[] accuracies = [.. fractions.Select(_ => random.Next(8) / 8.0).Order()];
        if (random.Next(2) == 0) fractions[^1] = 1;
        return fractions.Zip(accuracies, (x, a) => new CurveKnot(x, a));
    }

    public static double Of(Random random, double low, double high) => low + (random.NextDouble() * (high - low));
}
