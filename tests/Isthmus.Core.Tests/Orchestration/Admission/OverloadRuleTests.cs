using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration.Admission;

namespace Isthmus.Core.Tests.Orchestration.Admission;

public sealed class OverloadRuleTests
{
    [Fact]
    public void Shares_TenTimesTheLoad_ATenthGoesThroughOfEach()
    {
        // 20 users of 10 requests a second of 45 ms each: 9 s of computing a second, and the node gives out 0.9.
        double[] shares = new double[20];
        new OverloadRule().Shares([.. Enumerable.Repeat(10.0, 20)], [.. Enumerable.Repeat(45.0, 20)], 1, shares);
        Assert.All(shares, s => Assert.Equal(0.1, s, 9));
    }

    [Fact]
    public void Shares_OneFloodsTheNode_TheOthersLoseNothing()
    {
        double[] shares = new double[3];
        new OverloadRule().Shares([1000, 2, 2], [50, 50, 50], 1, shares);
        Assert.Equal([1.0, 1.0], shares[1..]);
        Assert.Equal((900 - 200) / 50_000.0, shares[0], 9);
    }

    [Fact]
    public void Shares_AnyLoad_NobodyStarvesAndTheNodeIsNotOverloaded() => Prop.ForAll(
        (from users in Gen.Choose(1, 60)
         from rates in Gen.ArrayOf(Gen.Choose(0, 10_000).Select(i => i / 100.0), users)
         from work in Gen.ArrayOf(Gen.Choose(1, 100_000).Select(i => i / 100.0), users)
         from workers in Gen.Choose(1, 8)
         select (rates, work, workers)).ToArbitrary(),
        c =>
        {
            double[] shares = new double[c.rates.Length];
            new OverloadRule().Shares(c.rates, c.work, c.workers, shares);
            double capacity = c.workers * 900.0, given = 0;
            for (int i = 0; i < shares.Length; i++)
            {
                double demand = c.rates[i] * c.work[i];
                given += shares[i] * demand;
                if (shares[i] is not (> 0 and <= 1)) return false;
                if (shares[i] * demand < Math.Min(demand, capacity / shares.Length) - 1e-6) return false;
            }

            return given <= capacity + 1e-6;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Shares_WrongNumbers_AreRefused()
    {
        Assert.Throws<IsthmusException>(() => new OverloadRule(0).Shares([1], [1], 1, new double[1]));
        Assert.Throws<IsthmusException>(() => new OverloadRule().Shares([1], [1], 0, new double[1]));
    }
}
