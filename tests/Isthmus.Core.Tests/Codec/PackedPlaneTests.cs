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
                int above = 2 + (length % 40);
                foreach (FastModel? model in new[] { null, Train(packing, zero, above, length, zeros, leavesZerosOut: false), Train(packing, zero, above, length, zeros, leavesZerosOut: true) })
                {
                    byte[] expected = Encode(packed, packing, zero, above, model, 0)!;
                    foreach (int width in Widths.Append(0))
                    {
                        byte[] coded = Encode(packed, packing, zero, above, model, width)!;
                        Assert.True(expected.AsSpan().SequenceEqual(coded), $"{length} symbols, {width} bits");
                        byte[] decoded = new byte[length];
                        PackedPlane.Decode(expected, packing, zero, model, decoded, width);
                        Assert.True(packed.AsSpan().SequenceEqual(decoded), $"{length} symbols, {width} bits");
                    }
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
        int size = Encode(packed, packing, 0, 9, null, PackedPlane.Width)!.Length;
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
        Assert.True(Encode(packed, packing, 0, 2, null, PackedPlane.Width)!.Length < 0.97 * entropy);
    }

    [Fact]
    public void Encode_WithoutRoom_GivesUpOnEveryPathAlike()
    {
        SymbolPacking packing = new(16);
        byte[] packed = Packed(packing, 0, 20_000, 0.6, 9);
        foreach (FastModel? model in new[] { null, Train(packing, 0, 3, 20_000, 0.6, leavesZerosOut: true) })
        {
            int size = Encode(packed, packing, 0, 3, model, 0)!.Length;
            foreach (int room in new[] { 0, 1, 100, 300, 1500, size - 100, size - 65, size - 2, size - 1, size, size + 1 })
            {
                int[] sizes = [.. Widths.Append(0).Select(width => PackedPlane.Encode(packed, packing, 0, 3, model, new byte[room], width))];
                Assert.All(sizes, s => Assert.Equal(room >= size ? size : 0, s));
            }
        }
    }

    [Theory]
    [InlineData(4, 2500, 0.7, 0)]
    [InlineData(4, 2500, 0.7, 1)]
    [InlineData(4, 13_000, 0.7, 1)]
    [InlineData(8, 2500, 0.97, 0)]
    [InlineData(8, 2500, 0.97, 2)]
    [InlineData(16, 2500, 0.97, 2)]
    public void Decode_OfDamage_IsRefusedOrDecodesOnEveryPathAlike(int levels, int length, double zeros, int kind)
    {
        Random random = new(11);
        SymbolPacking packing = new(levels);
        FastModel? model = kind == 0 ? null : Train(packing, 0, 3, length, zeros, leavesZerosOut: kind == 2);
        byte[] coded = Encode(Packed(packing, 0, length, zeros, 1), packing, 0, 3, model, 0)!;
        int refused = 0;
        for (int round = 0; round < 1000; round++)
        {
            byte[] damaged = [.. coded];
            damaged[random.Next(round % 2 == 0 ? damaged.Length : 100)] ^= (byte)(1 << random.Next(8));
            if (round % 5 == 0) damaged = damaged[..random.Next(damaged.Length)];
            string[] outcomes = [.. Widths.Append(0).Select(width =>
            {
                byte[] decoded = new byte[length];
                try
                {
                    PackedPlane.Decode(damaged, packing, 0, model, decoded, width);
                    Assert.True(decoded.Max() < packing.Symbols);
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

        Assert.True(refused > 500);
    }

    [Fact]
    public void Encode_WithTrainedTables_IsSmallerThanWithTablesOfItsOwn()
    {
        foreach (int levels in new[] { 3, 4, 8, 16 })
        {
            SymbolPacking packing = new(levels);
            byte[] packed = Packed(packing, 0, 3000, 0.7, 99);
            FastModel model = Train(packing, 0, 9, 3000, 0.7, leavesZerosOut: false);
            Assert.True(Encode(packed, packing, 0, 9, model, 0)!.Length < Encode(packed, packing, 0, 9, null, 0)!.Length, $"{levels} levels");
        }
    }

    [Fact]
    public void Encode_OfSymbolsThatTrainingNeverSaw_RoundTrips()
    {
        // Every symbol, where the tables know only a few.
        foreach (int levels in new[] { 2, 3, 4, 6, 8, 16, 200 })
        {
            SymbolPacking packing = new(levels);
            byte[] packed = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7 % packing.Symbols))];
            long[] counts = new long[ContextModel.Contexts * 256];
            for (int c = 0; c < ContextModel.Contexts; c++) counts[(c * 256) + (c % packing.Symbols)] = 1000;
            FastModel model = FastModel.Train(levels, 0, leavesZerosOut: false, counts);
            byte[] coded = Encode(packed, packing, 0, 2, model, 0)!;
            byte[] decoded = new byte[packed.Length];
            PackedPlane.Decode(coded, packing, 0, model, decoded, PackedPlane.Width);
            Assert.Equal(packed, decoded);
        }
    }

    private static IEnumerable<int> Widths => new[] { 256, 512 }.Where(width => width <= PackedPlane.Width);

    private static FastModel Train(SymbolPacking packing, int zero, int above, int length, double zeros, bool leavesZerosOut)
    {
        long[] counts = new long[ContextModel.Contexts * 256], without = new long[ContextModel.Contexts * 256];
        for (int seed = 0; seed < 3; seed++) PackedPlane.Count(Packed(packing, zero, length, zeros, 1000 + seed), packing, zero, above, counts, without);
        return FastModel.Train(packing.Levels, zero, leavesZerosOut, leavesZerosOut ? without : counts);
    }

    private static byte[]? Encode(byte[] packed, SymbolPacking packing, int zero, int above, FastModel? model, int width)
    {
        byte[] room = new byte[(3 * packed.Length) + 4000];
        int size = PackedPlane.Encode(packed, packing, zero, above, model, room, width);
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
