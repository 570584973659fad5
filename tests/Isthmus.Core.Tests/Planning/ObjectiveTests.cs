using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Tests.Planning;

public sealed class ObjectiveTests
{
    [Theory]
    [InlineData("latency", 1, 0)]
    [InlineData("Traffic", 0, 1)]
    [InlineData("weighted:2,0.5", 2, 0.5)]
    [InlineData("weighted:0,3", 0, 3)]
    [InlineData("throughput", 0, 0)]
    [InlineData("energy", 0, 0)]
    [InlineData("price", 0, 0)]
    [InlineData("weighted:kB=0.5, ms=1,J=2,price=100,period=1", 1, 0.5)]
    public void Parse_KnownForm_GivesTheWeights(string text, double perMillisecond, double perKilobyte)
    {
        Objective objective = Objective.Parse(text);
        Assert.Equal((perMillisecond, perKilobyte), (objective.PerMillisecond, objective.PerKilobyte));
        Assert.Equal(objective, Objective.Parse(objective.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("speed")]
    [InlineData("weighted:ms=1,ms=2")]
    [InlineData("weighted:ms=1,2")]
    [InlineData("weighted:watts=1")]
    [InlineData("weighted:J=-1")]
    [InlineData("weighted")]
    [InlineData("weighted:1")]
    [InlineData("weighted:0,0")]
    [InlineData("weighted:-1,2")]
    [InlineData("weighted:NaN,2")]
    [InlineData("weighted:1,Infinity")]
    public void Parse_AnythingElse_IsAUsageError(string text) =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => Objective.Parse(text)).Kind);

    [Fact]
    public void Score_Weighted_IsTheWeightedSum() => Assert.Equal((2 * 30) + (0.5 * 4), Objective.Weighted(2, 0.5).Score(new Milliseconds(30), new ByteCount(4000)));
}
