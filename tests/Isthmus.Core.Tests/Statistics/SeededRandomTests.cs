using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Statistics;

public sealed class SeededRandomTests
{
    [Fact]
    public void NextBits_KnownState_IsThePublishedSequence()
    {
        // The first numbers of xoshiro256** from the state 1, 2, 3, 4, as in its authors' C code.
        SeededRandom random = SeededRandom.Restore("0000000000000001000000000000000200000000000000030000000000000004")!;
        ulong[] expected = [11520, 0, 1509978240, 1215971899390074240];
        Assert.Equal(expected, expected.Select(_ => random.NextBits()));
    }

    [Fact]
    public void Restore_AfterSomeNumbers_GoesOn()
    {
        SeededRandom random = new(7);
        for (int i = 0; i < 100; i++) random.NextNormal();
        SeededRandom other = SeededRandom.Restore(random.State)!;
        Assert.Equal(Enumerable.Range(0, 50).Select(_ => random.NextDouble()), Enumerable.Range(0, 50).Select(_ => other.NextDouble()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("zz00000000000001000000000000000200000000000000030000000000000004")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public void Restore_WhatIsNoState_IsNull(string? state) => Assert.Null(SeededRandom.Restore(state));

    [Fact]
    public void Draws_Many_HaveTheMomentsOfTheirDistributions()
    {
        SeededRandom random = new(3);
        const int n = 200_000;
        Assert.Equal(0.5, Mean(random.NextDouble), 0.005);
        Assert.Equal(4.5, Mean(() => random.Next(10)), 0.03);
        Assert.Equal(0, Mean(random.NextNormal), 0.01);
        Assert.Equal(1, Mean(() => Math.Pow(random.NextNormal(), 2)), 0.02);
        Assert.Equal(2, Mean(() => Math.Pow(random.NextExponential(), 2)), 0.07);
        Assert.Equal(1, Mean(() => random.NextGamma(0.5)), 0.02);
        Assert.Equal(1 + 2, Mean(() => Math.Pow(random.NextGamma(0.5), 2)), 0.1);
        Assert.Equal(1 + 0.25, Mean(() => Math.Pow(random.NextGamma(4), 2)), 0.02);
        Assert.Equal(0.8 / 0.2, Mean(() => random.NextGeometric(0.2)), 0.06);
        double Mean(Func<double> draw) => Enumerable.Range(0, n).Average(_ => draw());
    }

    [Fact]
    public void NextGeometric_Corners_AreNeverAndAtOnce()
    {
        SeededRandom random = new(1);
        Assert.Equal((long.MaxValue, 0L), (random.NextGeometric(0), random.NextGeometric(1)));
    }
}
