using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class PackedPlaneTests
{
    public static TheoryData<int> Levels => [2, 3, 4, 5, 6, 7, 8, 12, 16, 17, 64, 255];

    [Theory]
    [MemberData(nameof(Levels))]
    public void EncodeAndDecode_WithVectorsOfAnyWidth_AreTheSameBytes(int levels)
    {
        SymbolPacking packing = new(levels);
        foreach (int length in new[] { 1, 7, 8, 9, 1499, 1500, 2047, 2048, 2049, 5000, 16_383, 16_384, 20_001, 40_000 })
        {
            foreach (double zeros in new[] { 0, 0.5, 0.97 })
            {
                int zero = length % 2 == 0 ? 0 : levels / 3;
                byte[] packed = Packed(packing, zero, length, zeros, levels + length);
                int above = 1 + (length % 40);
                byte[] expected = Encode(packed, packing, zero, above, 0)!;
                foreach (int width in Widths)
                {
                    byte[] coded = Encode(packed, packing, zero, above, width)!;
                    Assert.True(expected.AsSpan().SequenceEqual(coded), $"{length} symbols, {width} bits");
                    byte[] decoded = new byte[length];
                    PackedPlane.Decode(expected, packing, zero, decoded, width);
                    Assert.True(packed.AsSpan().SequenceEqual(decoded), $"{length} symbols, {width} bits");
                }
            }
        }
    }

    [Fact]
    public void Encode_OfSymbolsOfUnequalShares_ComesNearToTheirEntropy()
    {
        // Independent symbols: contexts bring nothing, so the entropy of one symbol is the bound.
        SymbolPacking packing = new(4);
        byte[] packed = Packed(packing, 0, 60_000, 0.8, 3);
        double entropy = packed.GroupBy(b => b).Sum(g => -g.Count() * Math.Log2(g.Count() / 60_000.0)) / 8;
        int size = Encode(packed, packing, 0, 9, PackedPlane.Width)!.Length;
        Assert.InRange(size, 0.97 * entropy, (1.02 * entropy) + 1500);
    }

    [Fact]
    public void Encode_WhereNeighboursAreAlike_IsSmallerThanTheSymbolsEntropy()
    {
        SymbolPacking packing = new(16);
        Random random = new(5);
        byte[] packed = new byte[60_000];
        for (int i = 0; i < packed.Length; i++) packed[i] = i / 300 % 2 == 0 ? (byte)0 : (byte)random.Next(256);
        double entropy = packed.GroupBy(b => b).Sum(g => -g.Count() * Math.Log2(g.Count() / 60_000.0)) / 8;
        Assert.True(Encode(packed, packing, 0, 2, PackedPlane.Width)!.Length < 0.97 * entropy);
    }

    [Fact]
    public void Encode_WithoutRoom_GivesUpOnEveryPathAlike()
    {
        SymbolPacking packing = new(16);
        byte[] packed = Packed(packing, 0, 20_000, 0.6, 9);
        int size = Encode(packed, packing, 0, 3, 0)!.Length;
        foreach (int room in new[] { 0, 1, 100, 300, 1500, size - 100, size - 65, size - 2, size - 1, size, size + 1 })
        {
            int[] sizes = [.. Widths.Append(0).Select(width => PackedPlane.Encode(packed, packing, 0, 3, new byte[room], width))];
            Assert.All(sizes, s => Assert.Equal(room >= size ? size : 0, s));
        }
    }

    [Fact]
    public void Decode_OfDamage_IsRefusedOrDecodesOnEveryPathAlike()
    {
        Random random = new(11);
        SymbolPacking packing = new(4);
        byte[] coded = Encode(Packed(packing, 0, 2500, 0.7, 1), packing, 0, 3, 0)!;
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. coded];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            if (round % 5 == 0) damaged = damaged[..random.Next(damaged.Length)];
            string[] outcomes = [.. Widths.Append(0).Select(width =>
            {
                byte[] decoded = new byte[2500];
                try
                {
                    PackedPlane.Decode(damaged, packing, 0, decoded, width);
                    return Convert.ToHexString(decoded);
                }
                catch (FrameException e)
                {
                    refused++;
                    return e.Error.ToString();
                }
            })];
            Assert.Single(outcomes.Distinct());
        }

        Assert.True(refused > 1000);
    }

    private static IEnumerable<int> Widths => new[] { 256, 512 }.Where(width => width <= PackedPlane.Width);

    private static byte[]? Encode(byte[] packed, SymbolPacking packing, int zero, int above, int width)
    {
        byte[] room = new byte[(2 * packed.Length) + 4000];
        int size = PackedPlane.Encode(packed, packing, zero, above, room, width);
        return size == 0 ? null : room[^size..];
    }

    private static byte[] Packed(SymbolPacking packing, int zero, int length, double zeros, int seed)
    {
        Random random = new(seed);
        byte[] symbols = new byte[length * packing.Digits];
        for (int i = 0; i < symbols.Length; i++)
        {
            double u = random.NextDouble();
            symbols[i] = random.NextDouble() < zeros ? (byte)zero : (byte)(u * u * packing.Levels);
        }

        byte[] packed = new byte[length];
        packing.PackScalar(symbols, packed, 0);
        return packed;
    }
}
