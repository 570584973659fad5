using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class LevelQuantiserTests
{
    private delegate void Path(LevelQuantiser quantiser, ReadOnlySpan<float> values, Span<byte> symbols);

    // The vector types work on every processor, in software where it lacks them, so every path is tested everywhere.
    private static readonly (string Name, int Block, Path Quantise)[] Paths =
    [
        ("128", 16, static (q, v, s) => q.Quantise128(v, s)),
        ("256", 32, static (q, v, s) => q.Quantise256(v, s)),
        ("512", 64, static (q, v, s) => q.Quantise512(v, s)),
    ];

    public static TheoryData<int> Levels => [2, 3, 5, 8, 16, 100, 255];

    [Theory]
    [MemberData(nameof(Levels))]
    public void Quantise_OnEveryVectorPath_EqualsTheScalarPath(int levels)
    {
        float[] reconstruction = new float[levels];
        foreach (int count in new[] { 16, 17, 63, 64, 65, 127, 129, 1000 })
        {
            foreach ((string kind, float[] finite) in Activations.Kinds(count, levels))
            {
                foreach (double deadZone in new[] { 0.5, 0.7 })
                {
                    LevelQuantiser quantiser = ClippingRange.Fit(finite, levels, deadZone, reconstruction);
                    float[] values = Activations.WithNonFinite(finite, 0.05, 3);
                    byte[] expected = new byte[count];
                    quantiser.QuantiseScalar(values, expected);
                    Assert.All(expected, s => Assert.InRange(s, 0, levels - 1));
                    foreach ((string name, int block, Path path) in Paths)
                    {
                        if (count < block) continue;
                        byte[] symbols = new byte[count];
                        path(quantiser, values, symbols);
                        Assert.True(expected.AsSpan().SequenceEqual(symbols), $"{kind}, {count} values, {levels} levels, {name}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Quantise_OfZerosOfBothSigns_IsTheLevelOfZero()
    {
        for (int zero = 0; zero < 9; zero++)
        {
            byte[] symbols = new byte[2];
            new LevelQuantiser(9, zero, 0.3, 0.5).Quantise([0f, -0f], symbols);
            Assert.Equal([(byte)zero, (byte)zero], symbols);
        }
    }

    [Fact]
    public void Quantise_WithADeadZone_MakesWhatIsBelowItZero()
    {
        byte[] symbols = new byte[6];
        new LevelQuantiser(8, 3, 1, 0.75).Quantise([0.74f, 0.75f, -0.74f, -0.75f, 100, -100], symbols);
        Assert.Equal([3, 4, 3, 2, 7, 0], symbols);
    }
}
