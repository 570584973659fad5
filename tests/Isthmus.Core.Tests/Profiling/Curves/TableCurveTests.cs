using System.Collections.Immutable;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Profiling.Curves;

public sealed class TableCurveTests
{
    [Fact]
    public void At_Anywhere_IsOnTheStraightPieceBetweenItsNeighbours()
    {
        Random random = new(1);
        for (int run = 0; run < 200; run++)
        {
            TableCurve curve = Create(random);
            CurveKnot[] all = [default, .. curve.Knots];
            for (int k = 0; k <= 100; k++)
            {
                double x = k / 100.0;
                int right = Array.FindIndex(all, p => p.Fraction >= x);
                double expected = right < 0 ? all[^1].Accuracy : right == 0 ? 0
                    : all[right - 1].Accuracy + ((all[right].Accuracy - all[right - 1].Accuracy) * (x - all[right - 1].Fraction) / (all[right].Fraction - all[right - 1].Fraction));
                Assert.Equal(expected, curve.At(x), 12);
                Assert.True(k == 0 || curve.At(x) >= curve.At(x - 0.01));
            }
        }
    }

    [Fact]
    public void SlopeAt_Anywhere_IsTheDifferenceQuotientToTheRight()
    {
        Random random = new(2);
        for (int run = 0; run < 200; run++)
        {
            TableCurve curve = Create(random);
            double x = random.NextDouble(), slope = (curve.At(x + 1e-9) - curve.At(x)) / 1e-9;
            Assert.Equal(slope, curve.SlopeAt(x), 1e-5 * (1 + slope));
            Assert.Equal(0, curve.SlopeAt(1));
        }
    }

    [Fact]
    public void Inverse_OfAnything_IsTheFirstOfAFineGridThatReachesIt()
    {
        Random random = new(3);
        for (int run = 0; run < 200; run++)
        {
            TableCurve curve = Create(random);
            double wanted = random.NextDouble();
            double? first = Enumerable.Range(0, 100_001).Select(k => k / 100_000.0).Where(x => curve.At(x) >= wanted).Select(x => (double?)x).FirstOrDefault();
            double? inverse = curve.Inverse(wanted);
            Assert.Equal(first is null, inverse is null);
            if (inverse is { } x) Assert.InRange(x, first!.Value - 1.001e-5, first.Value + 1e-9);
        }
    }

    [Fact]
    public void Inverse_OnALevelPiece_IsWhereItBegins() =>
        Assert.Equal(0.2, new TableCurve([new(0.2, 0.5), new(0.6, 0.5), new(1, 0.7)]).Inverse(0.5)!.Value, 15);

    [Fact]
    public void TableCurve_PointsThatFall_AreRefused()
    {
        foreach (ImmutableArray<CurveKnot> wrong in new ImmutableArray<CurveKnot>[] { [], [new(0, 0.1)], [new(1.1, 0.1)], [new(0.5, 0.5), new(0.5, 0.6)], [new(0.5, 0.5), new(0.6, 0.4)], [new(0.5, 1.1)], [new(0.5, double.NaN)] })
            Assert.Throws<ArgumentException>(() => new TableCurve(wrong));
    }

    [Fact]
    public void Isotonic_MeasuredPoints_LeavesRisingOnesAndPoolsOthers()
    {
        TableCurve curve = CurveTables.Isotonic([new(0.1, 0.3), new(0.2, 0.6), new(0.4, 0.5), new(1, 0.9)], [1, 1, 3, 1]);
        Assert.Equal([0.3, 0.525, 0.525, 0.9], curve.Knots.Select(k => Math.Round(k.Accuracy, 12)));
    }

    internal static TableCurve Create(Random random)
    {
        int count = random.Next(1, 12);
        double[] fractions = [.. Enumerable.Range(0, count).Select(_ => (1 + random.Next(1000)) / 1000.0).Distinct().Order()];
        double[] accuracies = [.. fractions.Select(_ => random.Next(101) / 100.0).Order()];
        return new([.. fractions.Zip(accuracies, (f, a) => new CurveKnot(f, a))]);
    }
}
