using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration.Admission;

namespace Isthmus.Core.Tests.Orchestration.Admission;

public sealed class MaxMinSharesTests
{
    [Theory]
    [InlineData(new double[] { 2, 2.6, 4, 5 }, 10, new double[] { 2, 2.6, 2.7, 2.7 })]
    [InlineData(new double[] { 1, 1 }, 10, new double[] { 1, 1 })]
    [InlineData(new double[] { 5, 0, 5 }, 4, new double[] { 2, 0, 2 })]
    [InlineData(new double[] { 5, 1 }, 0, new double[] { 0, 0 })]
    public void Divide_KnownCases_GivesTheTextbooksShares(double[] demands, double capacity, double[] expected)
    {
        double[] shares = new double[demands.Length];
        MaxMinShares.Divide(demands, capacity, shares);
        Assert.Equal(expected, shares, (a, b) => Math.Abs(a - b) < 1e-9);
    }

    // The definition itself is the oracle: feasible, nothing left over, and who has less than they want has no less than anybody.
    [Fact]
    public void Divide_AnyDemands_IsMaxMinFair() => Prop.ForAll(Cases(), c =>
    {
        double[] shares = new double[c.Demands.Length];
        MaxMinShares.Divide(c.Demands, c.Capacity, shares);
        double given = shares.Sum(), wanted = c.Demands.Sum(), slack = 1e-9 * (1 + wanted);
        if (shares.Zip(c.Demands).Any(p => p.First > p.Second + slack || p.First < 0)) return false;
        if (Math.Abs(given - Math.Min(wanted, c.Capacity)) > slack) return false;
        for (int i = 0; i < shares.Length; i++)
        {
            if (shares[i] < c.Demands[i] - slack && shares.Any(other => other > shares[i] + slack)) return false;
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Divide_AnyDemands_NobodyStarves() => Prop.ForAll(Cases(), c =>
    {
        double[] shares = new double[c.Demands.Length];
        MaxMinShares.Divide(c.Demands, c.Capacity, shares);
        double equal = c.Demands.Length == 0 ? 0 : c.Capacity / c.Demands.Length;
        return shares.Zip(c.Demands).All(p => p.First >= Math.Min(p.Second, equal) - 1e-9);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Divide_WhatIsNoNumber_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => MaxMinShares.Divide([double.NaN], 1, new double[1]));
        Assert.Throws<ArgumentException>(() => MaxMinShares.Divide([-1], 1, new double[1]));
        Assert.Throws<ArgumentException>(() => MaxMinShares.Divide([1], double.NaN, new double[1]));
        Assert.Throws<ArgumentException>(() => MaxMinShares.Divide([1], 1, new double[2]));
    }

    private static Arbitrary<(double[] Demands, double Capacity)> Cases() =>
        (from demands in Gen.ArrayOf(Gen.Frequency((1, Gen.Constant(0.0)), (6, Gen.Choose(1, 100_000).Select(i => i / 100.0))))
         from capacity in Gen.Choose(0, 300_000).Select(i => i / 100.0)
         select (demands, capacity)).ToArbitrary();
}
