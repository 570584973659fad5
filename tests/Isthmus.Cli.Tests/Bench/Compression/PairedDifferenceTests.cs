using Isthmus.Bench.Compression;

namespace Isthmus.Cli.Tests.Bench.Compression;

public sealed class PairedDifferenceTests
{
    // Agresti and Min's formula by hand: n = 100, 9 and 3 discordant pairs. (9 − 3) / 102 ± 1.96 · √(13 − 36/102) / 102.
    [Fact]
    public void Of_KnownCounts_IsTheFormulaByHand()
    {
        (bool[] first, bool[] second) = Pairs(both: 80, only1: 9, only2: 3, none: 8);
        PairedDifference difference = PairedDifference.Of(first, second);
        Assert.Equal(0.06, difference.Difference, 9);
        Assert.Equal(0.058824 - 0.068332, difference.Low, 5);
        Assert.Equal(0.058824 + 0.068332, difference.High, 5);
    }

    [Fact]
    public void Of_TheSameAnswers_IsAnIntervalAboutZero()
    {
        (bool[] first, bool[] second) = Pairs(both: 50, only1: 0, only2: 0, none: 50);
        PairedDifference difference = PairedDifference.Of(first, second);
        Assert.Equal(0, difference.Difference);
        Assert.Equal(-difference.Low, difference.High, 12);
        Assert.InRange(difference.High, 0.001, 0.03);
    }

    [Fact]
    public void Of_PhotographsInAnotherOrder_IsTheSame()
    {
        (bool[] first, bool[] second) = Pairs(both: 10, only1: 4, only2: 7, none: 5);
        int[] order = [.. Enumerable.Range(0, first.Length)];
        new Random(2).Shuffle(order);
        Assert.Equal(PairedDifference.Of(first, second), PairedDifference.Of(order.Select(i => first[i]).ToArray(), order.Select(i => second[i]).ToArray()));
    }

    [Fact]
    public void Of_DifferentNumbers_IsRefused() => Assert.Throws<ArgumentException>(() => PairedDifference.Of([true], [true, false]));

    private static (bool[] First, bool[] Second) Pairs(int both, int only1, int only2, int none)
    {
        bool[] first = [.. Enumerable.Repeat(true, both + only1), .. Enumerable.Repeat(false, only2 + none)];
        bool[] second = [.. Enumerable.Repeat(true, both), .. Enumerable.Repeat(false, only1), .. Enumerable.Repeat(true, only2), .. Enumerable.Repeat(false, none)];
        return (first, second);
    }
}
