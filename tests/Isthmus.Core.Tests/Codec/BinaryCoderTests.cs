using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

/// <summary>The arithmetic coder: what goes in comes out, at the length that information theory says.</summary>
public sealed class BinaryCoderTests
{
    public static TheoryData<int, int> Cases => new()
    {
        // Number of bits, probability of a 1 in units of 2⁻¹⁶ (0: another for each bit).
        { 0, 32768 }, { 1, 32768 }, { 1, 1 }, { 1, 65535 }, { 7, 20 }, { 1000, 32768 }, { 100_000, 65535 }, { 100_000, 1 }, { 100_000, 600 }, { 200_000, 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decode_OfWhatWasEncoded_IsTheSameAndEndsExactly(int count, int probability)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            (uint[] bits, uint[] probabilities) = Draw(count, probability, seed);
            byte[] stream = Encode(bits, probabilities);
            Assert.Equal(bits, Decode(stream, probabilities, out bool exact));
            Assert.True(exact);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encode_OfManyBits_TakesTheirInformationContent(int count, int probability)
    {
        (uint[] bits, uint[] probabilities) = Draw(count, probability, 1);
        double information = bits.Select((b, i) => -Math.Log2(b == 1 ? probabilities[i] / 65536.0 : 1 - (probabilities[i] / 65536.0))).Sum();
        Assert.InRange(8.0 * Encode(bits, probabilities).Length, Math.Floor(information) - 8, (information * 1.001) + 16);
    }

    [Fact]
    public void Encode_ThatCarriesThroughManyBytes_IsDecoded()
    {
        // Zeros at the least probability of a zero drive the low end up to a long run of 0xFF; what follows may carry through it.
        for (int length = 1; length < 300; length++)
        {
            uint[] probabilities = [.. Enumerable.Repeat(65535u, length), .. Enumerable.Repeat(32768u, 40)];
            uint[] bits = [.. Enumerable.Repeat(1u, length - 1), .. Enumerable.Repeat(0u, 41)];
            Assert.Equal(bits, Decode(Encode(bits, probabilities), probabilities, out bool exact));
            Assert.True(exact);
        }
    }

    [Fact]
    public void Decode_OfAStreamOfAnotherLength_IsNotExact()
    {
        (uint[] bits, uint[] probabilities) = Draw(5000, 20_000, 3);
        byte[] stream = Encode(bits, probabilities);
        Decode([.. stream, .. new byte[9]], probabilities, out bool longer);
        Decode(stream[..(stream.Length / 2)], probabilities, out bool shorter);
        Assert.False(longer);
        Assert.False(shorter);
    }

    [Fact]
    public unsafe void Next_OfTheSameBitForever_ComesNearItAndNeverReachesIt()
    {
        fixed (int* paces = BitModel.Paces)
        {
            foreach (uint bit in new uint[] { 0, 1 })
            {
                uint model = BitModel.Even;
                for (int i = 0; i < 10_000; i++) model = BitModel.Next(model, bit, paces);
                uint probability = BitModel.Probability(model);
                Assert.InRange(bit == 1 ? 65536 - probability : probability, 1u, 100u);
            }
        }
    }

    [Fact]
    public unsafe void Next_OfRandomBits_FindsTheirShare()
    {
        fixed (int* paces = BitModel.Paces)
        {
            Random random = new(5);
            uint model = BitModel.Even;
            double mean = 0;
            for (int i = 0; i < 60_000; i++)
            {
                model = BitModel.Next(model, random.NextDouble() < 0.3 ? 1u : 0u, paces);
                if (i >= 10_000) mean += BitModel.Probability(model) / 65536.0 / 50_000;
            }

            Assert.Equal(0.3, mean, 0.01);
        }
    }

    private static (uint[] Bits, uint[] Probabilities) Draw(int count, int probability, int seed)
    {
        Random random = new(seed);
        uint[] probabilities = [.. Enumerable.Range(0, count).Select(_ => probability > 0 ? (uint)probability : (uint)random.Next(1, 65536))];
        return ([.. probabilities.Select(p => random.Next(65536) < p ? 1u : 0u)], probabilities);
    }

    private static unsafe byte[] Encode(uint[] bits, uint[] probabilities)
    {
        byte[] stream = new byte[(2 * bits.Length) + 64];
        fixed (byte* at = stream)
        {
            BinaryEncoder coder = new(at);
            for (int i = 0; i < bits.Length; i++) coder.Encode(bits[i], probabilities[i]);
            return stream[..coder.Finish()];
        }
    }

    private static unsafe uint[] Decode(byte[] stream, uint[] probabilities, out bool exact)
    {
        uint[] bits = new uint[probabilities.Length];
        fixed (byte* at = stream)
        {
            BinaryDecoder coder = new(at, stream.Length);
            for (int i = 0; i < bits.Length; i++) bits[i] = coder.Decode(probabilities[i]);
            exact = coder.IsExact;
        }

        return bits;
    }
}
