using Isthmus.Bench.Compression;

namespace Isthmus.Cli.Tests.Bench.Compression;

public sealed class FloorCodecTests
{
    [Fact]
    public void RoundTrip_KnownShares_IsTheEntropyOfEachChannel()
    {
        // Channel 0: three symbols with shares 1/2, 1/4, 1/4 are 1.5 bits; channel 1: always zero, no bits.
        float[] tensor = [0, 0, 1, 2, 0, 0, 0, 0];
        FloorCodec floor = FloorCodec.Fit([tensor, tensor], levels: 3, channels: 2);
        Assert.Equal(4 * 1.5 / 8, floor.RoundTrip(tensor, new float[8]), 9);
    }

    [Fact]
    public void RoundTrip_SeveralTensors_CountsTheSharesOfAllTogether()
    {
        // Each tensor alone has no entropy; together both symbols occur equally often.
        float[] zeros = new float[8], ones = [.. Enumerable.Repeat(1f, 8)];
        FloorCodec floor = FloorCodec.Fit([zeros, ones], levels: 2, channels: 1);
        Assert.Equal(1, floor.RoundTrip(zeros, new float[8]), 9);
        Assert.Equal(1, floor.RoundTrip(ones, new float[8]), 9);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(5, false)]
    [InlineData(8, true)]
    [InlineData(5, true)]
    public void RoundTrip_AnyTensor_IsTheNearestLevelAndKeepsZeros(int levels, bool signed)
    {
        float[] tensor = Random(seed: 3, 3000, signed);
        FloorCodec floor = FloorCodec.Fit([tensor], levels, channels: 3);
        float[] restored = new float[tensor.Length];
        floor.RoundTrip(tensor, restored);
        Assert.All(tensor.Zip(restored), p => Assert.True(p.First != 0 || p.Second == 0));
        float[] values = [.. restored.Distinct()];
        Assert.InRange(values.Length, 2, levels);
        Assert.All(tensor.Zip(restored), p => Assert.True(Math.Abs(p.First - p.Second) <= values.Min(v => Math.Abs(p.First - v)) + 1e-5f));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void Fit_ClippingPoint_HasTheLeastErrorOfAllTwentieths(int levels)
    {
        float[] tensor = Random(seed: 4, 6000, signed: false);
        FloorCodec floor = FloorCodec.Fit([tensor], levels, channels: 1);
        double chosen = Error(floor.Clip);
        Assert.All(Enumerable.Range(1, FloorCodec.Points), point => Assert.True(chosen <= Error(tensor.Max() * point / (double)FloorCodec.Points) * 1.001));

        double Error(double clip)
        {
            double step = clip / (levels - 1);
            return tensor.Sum(v => Math.Pow(v - (Math.Min(levels - 1, Math.Round(v / step)) * step), 2));
        }
    }

    [Fact]
    public void Fit_NothingButZeros_TakesNoBits()
    {
        float[] zeros = new float[12];
        FloorCodec floor = FloorCodec.Fit([zeros], levels: 4, channels: 2);
        float[] restored = [.. Enumerable.Repeat(1f, 12)];
        Assert.Equal(0, floor.RoundTrip(zeros, restored));
        Assert.Equal(zeros, restored);
    }

    // Half zeros, the rest with an exponential tail.
    private static float[] Random(int seed, int count, bool signed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0 ? 0f : (float)(-Math.Log(1 - random.NextDouble()) * (signed && random.Next(2) == 0 ? -1 : 1)))];
    }
}
