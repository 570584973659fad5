using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class DenseDefaultsTests
{
    [Fact]
    public void Probabilities_OfEverySetting_AreThoseOfTheNearestByRatio()
    {
        for (int q = 2; q <= 64; q++)
        {
            int nearest = DenseDefaults.Qualities.MinBy(k => (Math.Max(q, k) / (double)Math.Min(q, k), -k));
            Assert.True(DenseDefaults.Probabilities(q).SequenceEqual(DenseDefaults.Probabilities(nearest)), $"{q}: not those of {nearest}");
        }
    }

    [Fact]
    public void Probabilities_OfTwoSettings_Differ() => Assert.False(DenseDefaults.Probabilities(3).SequenceEqual(DenseDefaults.Probabilities(16)));

    [Fact]
    public void Probabilities_OfEveryContext_AreNotCertain()
    {
        foreach (int q in DenseDefaults.Qualities) Assert.All(DenseDefaults.Probabilities(q).ToArray(), p => Assert.InRange(p, 64, 65_536 - 64));
    }
}
