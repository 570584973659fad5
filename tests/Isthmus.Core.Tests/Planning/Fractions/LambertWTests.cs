using Isthmus.Core.Planning.Fractions;

namespace Isthmus.Core.Tests.Planning.Fractions;

public sealed class LambertWTests
{
    [Fact]
    public void Principal_AnyArgument_SolvesItsEquation()
    {
        foreach (double x in Arguments().Concat(Enumerable.Range(-300, 601).Select(i => Math.Pow(10, i))))
        {
            double w = LambertW.Principal(x);
            Assert.True(w >= -1, $"W({x}) = {w}");
            Solves(w, x);
        }
    }

    [Fact]
    public void Lower_AnyArgument_SolvesItsEquation()
    {
        foreach (double x in Arguments())
        {
            double w = LambertW.Lower(x);
            Assert.True(w <= -1, $"W({x}) = {w}");
            Solves(w, x);
        }
    }

    [Fact]
    public void Branches_KnownValues_AreThose()
    {
        Assert.Equal(0.5671432904097838, LambertW.Principal(1), 15);
        Assert.Equal(1, LambertW.Principal(Math.E), 15);
        Assert.Equal(-0.2591711018190738, LambertW.Principal(-0.2), 15);
        Assert.Equal(-2.5426413577735264, LambertW.Lower(-0.2), 14);
        Assert.Equal(-Math.Log(2), LambertW.Principal(-Math.Log(2) / 2), 14);
        Assert.Equal(-2 * Math.Log(2), LambertW.Lower(-Math.Log(2) / 2), 14);
    }

    [Fact]
    public void Branches_OutsideOfTheirDomain_AreNoNumbers()
    {
        Assert.True(double.IsNaN(LambertW.Principal(-0.4)));
        Assert.True(double.IsNaN(LambertW.Principal(double.NaN)));
        Assert.True(double.IsNaN(LambertW.Lower(-0.4)));
        Assert.True(double.IsNaN(LambertW.Lower(0.1)));
        Assert.Equal(0, LambertW.Principal(0));
        Assert.Equal(double.PositiveInfinity, LambertW.Principal(double.PositiveInfinity));
        Assert.Equal(double.NegativeInfinity, LambertW.Lower(0));
    }

    // From the branch point −1/e up to almost 0: evenly, and ever closer to both ends.
    private static IEnumerable<double> Arguments()
    {
        const double Branch = -0.36787944117144233;
        yield return Branch;
        for (int i = 1; i < 1000; i++) yield return Branch * i / 1000;
        for (int i = 1; i < 50; i++) yield return Branch + Math.Pow(2, -i - 2);
        for (int i = 1; i < 300; i++) yield return -Math.Pow(10, -i);
    }

    private static void Solves(double w, double x)
    {
        // w·exp(w) against x, in logarithms where numbers are far from 1. What the last bit of w changes is no error of the method.
        double back = w * Math.Exp(w);
        double error = Math.Abs(x) is > 1e-280 and < 1e280 ? Math.Abs((back / x) - 1) : Math.Abs((Math.Log(Math.Abs(w)) + w) / Math.Log(Math.Abs(x)) - 1);
        double bits = (Math.Abs(w) + 2) * 2.3e-16;
        Assert.True(error <= Math.Max(1e-14, bits), $"W({x}) = {w} gives {back}: {error}");
    }
}
