using Isthmus.Lab.Reproduction;
using Isthmus.Lab.Reproduction.Jalad;

namespace Isthmus.Lab.Tests.Reproduction.Jalad;

public sealed class JaladClaimsTests
{
    [Fact]
    public void Of_FasterAndSlowerWays_AreToldApart()
    {
        Claim[] claims = [.. JaladClaims.Of([Result(100, 300, 90)], new())];
        Assert.True(Find(claims, "JALAD is no slower than Origin2Cloud at 300 kB/s").Met);
        Assert.Equal(3, Find(claims, "JALAD is no slower than Origin2Cloud at 300 kB/s").Measured);
        Assert.False(Find(claims, "JALAD is no slower than JPEG2Cloud at 300 kB/s").Met);
    }

    [Fact]
    public void Of_MethodWithoutPlan_SaysNothingOfIt()
    {
        Claim claim = Find(JaladClaims.Of([Result(100, 300, null)], new()), "JALAD is no slower than JPEG2Cloud at 300 kB/s");
        Assert.Null(claim.Met);
        Assert.Null(claim.Measured);
    }

    [Fact]
    public void Of_AnyRun_QuotesNothingFromMemory() => Assert.All(JaladClaims.Of([Result(1, 2, 3)], new()), c => Assert.Null(c.Paper));

    [Fact]
    public void Of_PhotographThatIsMissing_IsCounted()
    {
        JaladModelResult result = Result(1, 2, 3) with { TimedPhotographs = 2 };
        Claim claim = JaladClaims.Of([result], new()).Single(c => c.Name.StartsWith("photographs that were not answered exactly once", StringComparison.Ordinal));
        Assert.False(claim.Met);
        Assert.Equal(JaladMethod.All([], []).Length, claim.Measured);
    }

    private static Claim Find(IEnumerable<Claim> claims, string name) => claims.Single(c => c.Name == name);

    private static JaladModelResult Result(double jalad, double origin, double? jpeg)
    {
        JaladOutcome[] outcomes = [.. JaladMethod.All([], []).Select(m => Outcome(m.Name, m.Name switch { JaladMethod.Origin => origin, JaladMethod.Jpeg => jpeg, _ => jalad }))];
        return new()
        {
            Model = "m",
            Hash = "h",
            CalibrationPhotographs = 1,
            TimedPhotographs = 1,
            EvaluatedPhotographs = 1,
            HeldOut = false,
            LossIsTop1 = false,
            CloudMs = 1,
            DeviceMs = 1,
            JaladDecisionMs = 0.1,
            IsthmusDecisionMs = 2,
            Cuts = [],
            Inputs = [],
            Rates = [new(new(2.4e6), new(2.4e6), new(10), [.. outcomes])],
            Sweep = [],
            Map = [],
            RoundTrip = new(10),
        };
    }

    private static JaladOutcome Outcome(string method, double? ms) => new()
    {
        Method = method,
        Chosen = ms is null ? null : Runtime.Running.BaselinePlans.DeviceOnly(Core.Graphs.ModelHash.Of([1])),
        P50Ms = ms,
        PredictedMs = ms,
        Photographs = ms is null ? [] : [new("a.jpg", 1, 1, null, ms, 0, null, null)],
        Loss = JaladLoss.Of([new("a.jpg", 1, 1, null, ms, 0, null, null)], heldOut: false),
    };
}
