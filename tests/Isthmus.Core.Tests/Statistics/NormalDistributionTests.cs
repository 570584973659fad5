using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Statistics;

public sealed class NormalDistributionTests
{
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.9, 1.2815515655446004)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.995, 2.5758293035489004)]
    [InlineData(0.9999, 3.719016485455709)]
    [InlineData(0.01, -2.3263478740408408)]
    public void Quantile_KnownProbabilities_AreThoseOfTheTables(double probability, double expected) =>
        Assert.Equal(expected, NormalDistribution.Quantile(probability), 1e-8);
}
