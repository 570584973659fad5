using System.Collections.Immutable;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Profiling.Curves.Fitting;

namespace Isthmus.Core.Tests.Profiling.Curves.Fitting;

public sealed class CurveChoiceTests
{
    private static readonly ImmutableArray<double> Fractions = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    [Theory]
    [InlineData(AccuracyCurves.Gompertz, AccuracyCurves.Gompertz)]
    [InlineData(AccuracyCurves.Exponential, AccuracyCurves.Exponential)]
    [InlineData(AccuracyCurves.Gompertz, AccuracyCurves.Table)]
    public void Fit_ImagesOfACurve_HasBandsThatCoverItAboutAsOftenAsTheySay(string kind, string fitted)
    {
        IAccuracyCurve truth = AccuracyCurves.Create(kind, kind == AccuracyCurves.Gompertz ? [0.82, 5, 8] : [0.8, 1.3, 7]);
        int covered = 0, all = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            CurveFit fit = CurveChoice.Fit(Fractions, Simulate(truth, 334, seed), out _).Single(f => f.Kind == fitted);
            foreach (CurveBand band in fit.Band)
            {
                all++;
                if (truth.At(band.Fraction) is { } a && band.Low <= a && a <= band.High) covered++;
            }
        }

        Assert.True((double)covered / all is >= 0.9 and <= 0.985, $"{covered} of {all}");
    }

    [Fact]
    public void Fit_ImagesOfAKind_ChoosesThatKind()
    {
        // S-shaped with a long foot; nothing up to an eighth and then a knee; and steps, which are neither.
        (IAccuracyCurve, string)[] cases =
        [
            (new GompertzCurve(0.85, 60, 12), AccuracyCurves.Gompertz),
            (new ExponentialCurve(0.8, 3, 9), AccuracyCurves.Exponential),
            (new TableCurve([new(0.05, 0.3), new(0.4, 0.31), new(0.5, 0.6), new(0.8, 0.61), new(0.9, 0.9), new(1, 0.9)]), AccuracyCurves.Table),
        ];
        foreach ((IAccuracyCurve truth, string kind) in cases)
        {
            int right = 0;
            for (int seed = 0; seed < 20; seed++)
            {
                CurveChoice.Fit(Fractions, Simulate(truth, 2000, seed), out string chosen);
                if (chosen == kind) right++;
                // A table of 2000 images foretells nearly as well as the curve they come from. The other curve does not.
                else Assert.Equal(AccuracyCurves.Table, chosen);
            }

            Assert.True(right >= 15, $"{kind}: {right} of 20");
        }
    }

    [Fact]
    public void Fit_SameCounts_AreFittedTheSame()
    {
        GroupedCounts counts = Simulate(new GompertzCurve(0.82, 5, 8), 200, 1);
        ImmutableArray<CurveFit> one = CurveChoice.Fit(Fractions, counts, out _), other = CurveChoice.Fit(Fractions, counts, out _);
        foreach ((CurveFit a, CurveFit b) in one.Zip(other))
        {
            Assert.Equal(a.Parameters, b.Parameters);
            Assert.Equal(a.Band, b.Band);
            Assert.Equal(a.HeldOutError, b.HeldOutError);
        }
    }

    [Fact]
    public void Fit_HeldOutErrorOfTheTable_IsWhatFoldsByHandSay()
    {
        GroupedCounts counts = Simulate(new GompertzCurve(0.82, 5, 8), 47, 3);
        double sum = 0;
        for (int fold = 0; fold < 10; fold++)
        {
            double[] held = counts.Shares(Enumerable.Range(0, 47).Where(g => g % 10 == fold), out int images), rest = counts.Shares(Enumerable.Range(0, 47).Where(g => g % 10 != fold), out _);
            TableCurve table = CurveTables.Isotonic([.. Fractions.Zip(rest, (f, s) => new CurveKnot(f, s))], [.. rest.Select(_ => 1.0)]);
            sum += images * Fractions.Select((f, i) => Math.Pow(table.At(f) - held[i], 2)).Average();
        }

        Assert.Equal(Math.Sqrt(sum / 47), CurveChoice.Fit(Fractions, counts, out _).Single(f => f.Kind == AccuracyCurves.Table).HeldOutError!.Value, 12);
    }

    [Fact]
    public void Fit_ErrorBetweenPoints_IsThatOfFitsWithoutThem()
    {
        GroupedCounts counts = Simulate(new GompertzCurve(0.82, 5, 8), 500, 4);
        foreach (CurveFit fit in CurveChoice.Fit(Fractions, counts, out _))
        {
            double sum = 0;
            for (int left = 1; left < Fractions.Length - 1; left++)
            {
                int[] rest = [.. Enumerable.Range(0, Fractions.Length).Where(i => i != left)];
                GroupedCounts others = new([500], [.. rest.Select(i => ImmutableArray.Create(counts.Right(i)))]);
                IAccuracyCurve curve = CurveChoice.Fit([.. rest.Select(i => Fractions[i])], others, out _).Single(f => f.Kind == fit.Kind).Curve();
                sum += Math.Pow(curve.At(Fractions[left]) - (counts.Right(left) / 500.0), 2);
            }

            Assert.Equal(Math.Sqrt(sum / (Fractions.Length - 2)), fit.BetweenError!.Value, 9);
        }
    }

    [Fact]
    public void Fit_FewImagesOrLevelPoints_KeepsTheTable()
    {
        ImmutableArray<CurveFit> few = CurveChoice.Fit(Fractions, Simulate(new GompertzCurve(0.82, 5, 8), 4, 1), out string chosen);
        Assert.Equal(AccuracyCurves.Table, chosen);
        Assert.All(few, f => Assert.Null(f.HeldOutError));
        Assert.All(few, f => Assert.Empty(f.Band));
        GroupedCounts level = new([10, 10], [.. Fractions.Select(_ => ImmutableArray.Create(7, 8))]);
        Assert.Equal([AccuracyCurves.Table], CurveChoice.Fit(Fractions, level, out chosen).Select(f => f.Kind));
        Assert.Equal(AccuracyCurves.Table, chosen);
        // All in one group: nothing is left to fit to when it is held out.
        Assert.All(CurveChoice.Fit([0.5, 1], new GroupedCounts([20], [[7], [8]]), out _), f => Assert.Null(f.HeldOutError));
        GroupedCounts one = new([10, 10], [[7, 8]]);
        Assert.Equal(0.75, CurveChoice.Fit([1], one, out _).Single().Curve().At(1), 12);
    }

    [Fact]
    public void GroupedCounts_WhatIsNone_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new GroupedCounts([], [[]]));
        Assert.Throws<ArgumentException>(() => new GroupedCounts([0], [[0]]));
        Assert.Throws<ArgumentException>(() => new GroupedCounts([3], [[4]]));
        Assert.Throws<ArgumentException>(() => new GroupedCounts([3], [[1, 1]]));
        Assert.Throws<ArgumentException>(() => CurveChoice.Fit([0.5, 0.5], new GroupedCounts([3], [[1], [1]]), out _));
    }

    // Images that need more or less of the bytes, each a share of them that it is recognised from: the same images at every fraction, as in a calibration.
    internal static GroupedCounts Simulate(IAccuracyCurve truth, int images, int seed)
    {
        Random random = new(seed);
        int[] counts = new int[GroupedCounts.Groups];
        int[][] right = [.. Fractions.Select(_ => new int[GroupedCounts.Groups])];
        for (int image = 0; image < images; image++)
        {
            double difficulty = random.NextDouble();
            int group = image % GroupedCounts.Groups;
            counts[group]++;
            for (int i = 0; i < Fractions.Length; i++)
            {
                // Some luck beside: one image in ten is judged anew at each fraction.
                double draw = random.Next(10) == 0 ? random.NextDouble() : difficulty;
                if (draw < truth.At(Fractions[i])) right[i][group]++;
            }
        }

        return new([.. counts], [.. right.Select(r => r.ToImmutableArray())]);
    }
}
