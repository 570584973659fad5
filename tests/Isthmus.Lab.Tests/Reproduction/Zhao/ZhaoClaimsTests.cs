using Isthmus.Lab.Reproduction;
using Isthmus.Lab.Reproduction.Zhao;

namespace Isthmus.Lab.Tests.Reproduction.Zhao;

public sealed class ZhaoClaimsTests
{
    private static readonly ZhaoPoint Poor = InventedResult.Point(
        20, InventedResult.Deadline, InventedResult.Outcome(ZhaoMethod.Device, 90, 0, 80), InventedResult.Outcome(ZhaoMethod.Edge, 60, 10_000, 90),
        InventedResult.Outcome(ZhaoMethod.Cloud, 50, 10_000, 90), InventedResult.Outcome(ZhaoMethod.Zhao, 50, 9_000, 90), InventedResult.Outcome(ZhaoMethod.Isthmus, 49, 8_000, 89, predictedMs: 80));

    private static readonly ZhaoPoint Good = InventedResult.Point(
        1, InventedResult.Deadline, InventedResult.Outcome(ZhaoMethod.Device, 90, 0, 70), InventedResult.Outcome(ZhaoMethod.Edge, 140, 10_000, 85, meets: false),
        InventedResult.Outcome(ZhaoMethod.Cloud, 130, 10_000, 85, meets: false), InventedResult.Outcome(ZhaoMethod.Zhao, 95, 5_000, 80), InventedResult.Outcome(ZhaoMethod.Isthmus, 91, 4_000, 86));

    [Fact]
    public void Of_SeveralPoints_TakesThePapersThreeAtOneOfThemTogether()
    {
        Claim[] claims = [.. ZhaoClaims.Of(InventedResult.Of(Poor, Good))];
        Assert.Equal((58, 60, true), Figures(claims[0]));
        Assert.Contains("1 Mbit/s", claims[0].Name, StringComparison.Ordinal);
        Assert.Equal((25, 30, true), Figures(claims[1]));
        Assert.Equal((12, 16, true), Figures(claims[2]));
        Assert.Equal((null, 1, true), Figures(claims[3]));
        Assert.Equal((null, 1, true), Figures(claims[4]));
    }

    [Fact]
    public void Of_NoPointReachesAllThree_SaysSo()
    {
        Claim[] claims = [.. ZhaoClaims.Of(InventedResult.Of(Poor))];
        Assert.Equal([(58.0, 20.0, false), (25.0, 2.0, false), (12.0, 9.0, false)], claims.Take(3).Select(c => (c.Paper!.Value, Math.Round(c.Measured!.Value, 6), c.Met!.Value)));
        Assert.False(claims[3].Met);
        Assert.Equal((null, -1, false), Figures(claims[4]));
    }

    [Fact]
    public void Of_OneAccuratePlanBelowThePapers_IsNotMet()
    {
        Claim claim = Assert.Single(ZhaoClaims.Of(InventedResult.Of(Poor, Good)), c => c.Name.Contains("most accuracy within the deadline", StringComparison.Ordinal));
        Assert.Equal((null, -1, false), Figures(claim));
    }

    [Fact]
    public void Of_Predictions_AreCountedOncePerRun()
    {
        // Of six runs one is 63 % off.
        Claim claim = Assert.Single(ZhaoClaims.Of(InventedResult.Of(Poor)), c => c.Name.StartsWith("Predicted", StringComparison.Ordinal));
        Assert.Equal(83.3, claim.Measured!.Value, 0.1);
        Assert.True(claim.Met);
    }

    [Fact]
    public void Of_Curves_ComparesBytesAtEqualAccuracy()
    {
        ZhaoResult result = InventedResult.Of(Good);
        Claim claim = Assert.Single(ZhaoClaims.Of(result), c => c.Name.Contains("fewer bytes than the first part", StringComparison.Ordinal));
        // The Gompertz curve falls short of 0.9 by 0.02 where 3·exp(−c·x) = −ln(0.88 ÷ 0.9).
        double x = Math.Log(3 / -Math.Log(0.88 / 0.9));
        Assert.Null(result.Networks[0].BytesFor("jpeg:75", 0.02));
        Assert.Equal(x / 6 * 10_000, result.Networks[1].BytesFor("jpeg:75", 0.02)!.Value, 2.0);
        Assert.Equal(x / 10 * 8_000, result.Networks[1].BytesFor("embedded", 0.02)!.Value, 2.0);
        Assert.Equal((1 - (x / 10 * 8_000 / (x / 6 * 10_000))) * 100, claim.Measured!.Value, 0.1);
        Assert.True(claim.Met);
        Assert.Contains("large", claim.Name, StringComparison.Ordinal);
    }

    private static (double? Paper, double? Measured, bool? Met) Figures(Claim claim) => (claim.Paper, claim.Measured is { } m ? Math.Round(m, 6) : null, claim.Met);
}
