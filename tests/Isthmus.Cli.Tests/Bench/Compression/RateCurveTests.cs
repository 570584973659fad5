using Isthmus.Bench.Compression;

namespace Isthmus.Cli.Tests.Bench.Compression;

public sealed class RateCurveTests
{
    [Fact]
    public void BytesFor_BetweenTwoSettings_MixesThemLinearly()
    {
        RateCurve curve = RateCurve.Of([(10, 0.8), (20, 0.9)]);
        Assert.Equal(15, curve.BytesFor(0.85)!.Value, 9);
    }

    [Fact]
    public void BytesFor_BelowTheSmallestSetting_IsThatSetting() => Assert.Equal(10, RateCurve.Of([(10, 0.8), (20, 0.9)]).BytesFor(0.1));

    [Fact]
    public void BytesFor_MoreThanAnySettingReaches_IsNull() => Assert.Null(RateCurve.Of([(10, 0.8), (20, 0.9)]).BytesFor(0.91));

    [Fact]
    public void BytesFor_NoSetting_IsNull() => Assert.Null(RateCurve.Of([]).BytesFor(0));

    [Fact]
    public void Of_SettingsThatOthersBeat_AreNoCorners() =>
        Assert.Equal([(10, 0.5), (20, 0.9)], RateCurve.Of([(20, 0.9), (25, 0.85), (10, 0.5), (15, 0.55), (10, 0.4)]).Corners);

    [Fact]
    public void BytesFor_RandomSettings_IsTheCheapestMixOfTwo()
    {
        Random random = new(1);
        for (int trial = 0; trial < 300; trial++)
        {
            (double Bytes, double Quality)[] settings = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => ((double)random.Next(1, 20), random.Next(0, 11) / 10.0))];
            double quality = random.Next(0, 21) / 20.0;
            double least = double.PositiveInfinity;
            foreach ((double bytes, double q) in settings)
            {
                if (q >= quality) least = Math.Min(least, bytes);
                foreach ((double otherBytes, double other) in settings)
                {
                    if (q < quality && other > quality) least = Math.Min(least, bytes + ((otherBytes - bytes) * (quality - q) / (other - q)));
                }
            }

            double? found = RateCurve.Of(settings).BytesFor(quality);
            if (double.IsPositiveInfinity(least)) Assert.Null(found);
            else Assert.Equal(least, found!.Value, 9);
        }
    }
}
