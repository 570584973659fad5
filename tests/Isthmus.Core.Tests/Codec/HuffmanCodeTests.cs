using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class HuffmanCodeTests
{
    [Fact]
    public void Build_WhereTheLimitDoesNotBind_CostsWhatHuffmansTreeCosts()
    {
        Random random = new(1);
        for (int round = 0; round < 300; round++)
        {
            int[] counts = Counts(random, random.Next(2, 257), random.Next(1, 5));
            (long cost, int depth) = HuffmanTree(counts);
            if (depth > HuffmanCode.MaxLength) continue;
            Assert.Equal(cost, Cost(counts, Build(counts, HuffmanCode.MaxLength)));
        }
    }

    [Fact]
    public void Build_WhereTheLimitBinds_CostsWhatTheBestCodeOfAllCosts()
    {
        Random random = new(2);
        int bound = 0;
        for (int round = 0; round < 400; round++)
        {
            int limit = random.Next(3, 7);
            int[] counts = Counts(random, random.Next(2, Math.Min(1 << limit, 14) + 1), 4);
            if (HuffmanTree(counts).Depth > limit) bound++;
            byte[] lengths = Build(counts, limit);
            Assert.All(lengths, l => Assert.InRange(l, 0, limit));
            Assert.Equal(BestCost(counts, limit), Cost(counts, lengths));
        }

        Assert.InRange(bound, 50, 400);
    }

    [Fact]
    public void Build_OfActivations_LosesLessThanHalfAPercentByItsLimit()
    {
        foreach (float[] values in new[] { Activations.Relu(200_000, 0.6, 1), Activations.Relu(200_000, 0, 2), Activations.Linear(200_000, 3) })
        {
            byte[] indices = new byte[values.Length];
            new AffineQuantiser(values.Min(), values.Max(), 8).Quantise(values, indices);
            int[] counts = new int[256];
            foreach (byte index in indices) counts[index]++;
            Assert.InRange(Cost(counts, Build(counts, HuffmanCode.MaxLength)), 1, HuffmanTree(counts).Cost * 1.005);
        }
    }

    [Fact]
    public void Build_OfFibonacciCounts_StaysWithinTheLimitAndComplete()
    {
        int[] counts = new int[40];
        (counts[0], counts[1]) = (1, 1);
        for (int i = 2; i < counts.Length; i++) counts[i] = counts[i - 1] + counts[i - 2];
        byte[] lengths = Build(counts, HuffmanCode.MaxLength);
        Assert.Equal(HuffmanCode.MaxLength, lengths.Max());
        Assert.True(HuffmanCode.IsComplete(lengths));
    }

    [Fact]
    public void Build_OfEqualCountsOfAllSymbols_IsTheFixedLengthCode() =>
        Assert.All(Build([.. Enumerable.Repeat(9, 256)], HuffmanCode.MaxLength), l => Assert.Equal(8, l));

    [Fact]
    public void Codewords_OfAnyCode_AreCanonicalAndPrefixFree()
    {
        Random random = new(3);
        for (int round = 0; round < 100; round++)
        {
            byte[] lengths = Build(Counts(random, random.Next(2, 257), 3), HuffmanCode.MaxLength);
            Assert.True(HuffmanCode.IsComplete(lengths));
            uint[] words = new uint[lengths.Length];
            HuffmanCode.Codewords(lengths, words);

            // As text, first bit first: sorted by length and symbol, each is the next in binary order (canonical), and no one is
            // the beginning of its successor (prefix-free).
            string[] texts = [.. Enumerable.Range(0, lengths.Length).Where(s => lengths[s] > 0).OrderBy(s => lengths[s]).ThenBy(s => s).Select(s => Text(words[s], lengths[s]))];
            Assert.Equal(new string('0', texts[0].Length), texts[0]);
            for (int i = 1; i < texts.Length; i++)
            {
                uint next = (Convert.ToUInt32(texts[i - 1], 2) + 1) << (texts[i].Length - texts[i - 1].Length);
                Assert.Equal(next, Convert.ToUInt32(texts[i], 2));
                Assert.False(texts[i].StartsWith(texts[i - 1], StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void FillDecodingTable_OfAnyCode_FindsEachCodewordBehindAnyBits()
    {
        Random random = new(4);
        for (int round = 0; round < 50; round++)
        {
            byte[] lengths = Build(Counts(random, random.Next(2, 257), 4), HuffmanCode.MaxLength);
            uint[] words = new uint[lengths.Length];
            HuffmanCode.Codewords(lengths, words);
            ushort[] table = new ushort[1 << HuffmanCode.MaxLength];
            HuffmanCode.FillDecodingTable(lengths, table);
            for (int symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] == 0) continue;
                int behind = random.Next(1 << HuffmanCode.MaxLength) << lengths[symbol];
                Assert.Equal(lengths[symbol] | (symbol << 8), table[(int)((words[symbol] & 0xFFFF) | (uint)behind) & ((1 << HuffmanCode.MaxLength) - 1)]);
            }
        }
    }

    [Fact]
    public void ReadLengths_OfWhatWasWritten_IsTheSame()
    {
        Random random = new(5);
        for (int round = 0; round < 300; round++)
        {
            byte[] lengths = Build(Counts(random, 1 << random.Next(1, 9), 4), HuffmanCode.MaxLength);
            byte[] bytes = new byte[HuffmanCode.MaxTableBytes];
            int written = HuffmanCode.WriteLengths(lengths, bytes);
            byte[] read = new byte[lengths.Length];
            Assert.Equal(written, HuffmanCode.ReadLengths(bytes.AsSpan(0, written), read));
            Assert.Equal(lengths, read);
            Assert.Equal(FrameError.BadCode, Assert.Throws<FrameException>(() => HuffmanCode.ReadLengths(bytes.AsSpan(0, written - 1), read)).Error);
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 2 })] // incomplete
    [InlineData(new byte[] { 1, 1, 1 })] // over-subscribed
    [InlineData(new byte[] { 0, 0 })] // empty
    [InlineData(new byte[] { 13, 1 })] // too long
    [InlineData(new byte[] { 1, 0 })] // one symbol only
    public void IsComplete_OfLengthsThatAreNoCompleteCode_IsFalse(byte[] lengths) => Assert.False(HuffmanCode.IsComplete(lengths));

    private static byte[] Build(int[] counts, int limit)
    {
        byte[] lengths = new byte[counts.Length];
        HuffmanCode.Build(counts, lengths, limit);
        return lengths;
    }

    // From equal to steep: the higher the power, the more the counts differ. Some symbols do not occur, at least two do.
    private static int[] Counts(Random random, int symbols, int power)
    {
        int[] counts = new int[symbols];
        for (int i = 0; i < symbols; i++) counts[i] = random.Next(4) == 0 ? 0 : 1 + (int)(Math.Pow(random.NextDouble(), power * 3) * 1e5);
        counts[0] = Math.Max(counts[0], 1);
        counts[^1] = Math.Max(counts[^1], 1);
        return counts;
    }

    private static long Cost(int[] counts, byte[] lengths) => counts.Zip(lengths, (c, l) => (long)c * l).Sum();

    private static (long Cost, int Depth) HuffmanTree(int[] counts)
    {
        PriorityQueue<(long Weight, int Depth), (long, int)> queue = new();
        foreach (int count in counts.Where(c => c > 0)) queue.Enqueue((count, 0), (count, 0));
        long cost = 0;
        while (queue.Count > 1)
        {
            (long Weight, int Depth) a = queue.Dequeue();
            (long Weight, int Depth) b = queue.Dequeue();
            (long Weight, int Depth) parent = (a.Weight + b.Weight, Math.Max(a.Depth, b.Depth) + 1);
            cost += parent.Weight;
            queue.Enqueue(parent, (parent.Weight, parent.Depth));
        }

        return (cost, queue.Dequeue().Depth);
    }

    // All ways to spend Kraft's budget of 2^limit units on the symbols, a codeword of length l costing 2^(limit−l).
    private static long BestCost(int[] counts, int limit)
    {
        long[] best = new long[(1 << limit) + 1];
        foreach (int count in counts.Where(c => c > 0))
        {
            long[] next = new long[best.Length];
            for (int budget = 0; budget < best.Length; budget++)
            {
                next[budget] = long.MaxValue / 4;
                for (int length = 1; length <= limit; length++)
                {
                    int price = 1 << (limit - length);
                    if (price <= budget) next[budget] = Math.Min(next[budget], best[budget - price] + ((long)count * length));
                }
            }

            best = next;
        }

        return best[^1];
    }

    private static string Text(uint word, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(i => (word >> i & 1) == 1 ? '1' : '0'));
}
