using System.Collections.Immutable;
using Isthmus.Runtime.Calibration;

namespace Isthmus.Runtime.Tests.Calibration;

public sealed class LossSmoothingTests
{
    [Fact]
    public void Fit_RandomMeasurements_NeverRisesAndTrustsNothingThatWasGivenUp()
    {
        Random random = new(2);
        for (int run = 0; run < 200; run++)
        {
            bool labelled = run % 2 == 0;
            SettingTally[] settings = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Tally(random, labelled, random.NextDouble() * 0.4))];
            ImmutableArray<double> fit = LossSmoothing.Fit(settings);
            Assert.Equal(settings.Length, fit.Length);
            Assert.All(fit, l => Assert.InRange(l, 0, 1));
            Assert.Equal(fit.OrderDescending(), fit);
            for (int i = 0; i < settings.Length; i++)
            {
                if (settings[i].Stopped) Assert.All(fit.Take(i + 1), l => Assert.Equal(1, l));
            }
        }
    }

    [Fact]
    public void Fit_FallingLosses_AreKept()
    {
        SettingTally[] settings = [.. new[] { 12, 5, 5, 0 }.Select(lost => Exact(lost, 100))];
        Assert.Equal([0.12, 0.05, 0.05, 0], LossSmoothing.Fit(settings));
    }

    [Fact]
    public void Fit_FinerOneLosesMore_BothHaveTheirMean() =>
        Assert.Equal([0.04, 0.04, 0.01], LossSmoothing.Fit([Exact(2, 100), Exact(6, 100), Exact(1, 100)]).Select(l => Math.Round(l, 12)));

    [Theory]
    [InlineData(200, 0, true)]
    [InlineData(200, 170, true)]
    [InlineData(200, 185, false)]
    [InlineData(25, 0, true)]
    [InlineData(12, 5, false)]
    public void Stopped_TooBad_OnlyWhereManyImagesAreLeft(int images, int good, bool stopped)
    {
        // All goes well, and then nothing.
        SettingTally tally = new("huffman:4", images, labelled: false, stopLoss: 0.02);
        for (int i = 0; i < images && !tally.Stopped; i++) tally.Add(new(1, false, false), new(10, new(i < good ? 1 : 2, false, false), 0, 0), timed: false);
        Assert.Equal(stopped, tally.Stopped);
        Assert.Equal(stopped, tally.Seen < images);
        Assert.Equal(stopped, tally.Accuracy().Stopped);
    }

    [Fact]
    public void Fit_Nothing_IsNothing() => Assert.Empty(LossSmoothing.Fit([]));

    private static SettingTally Exact(int lost, int images)
    {
        SettingTally tally = new("huffman:4", images, labelled: false, stopLoss: 1);
        for (int i = 0; i < images; i++) tally.Add(new(1, false, false), new(10, new(i < lost ? 2 : 1, false, false), 0, 0), timed: false);
        return tally;
    }

    private static SettingTally Tally(Random random, bool labelled, double loss)
    {
        SettingTally tally = new("huffman:4", 200, labelled, stopLoss: 0.1);
        for (int i = 0; i < 200 && !tally.Stopped; i++)
        {
            bool right = labelled && random.Next(4) > 0, wrong = random.NextDouble() < loss;
            bool then = labelled && (wrong ? !right : right);
            tally.Add(new(1, right, right), new(10, new(wrong ? 2 : 1, then, then), 0, 0), timed: false);
        }

        return tally;
    }
}
