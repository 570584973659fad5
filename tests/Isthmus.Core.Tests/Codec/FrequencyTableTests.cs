using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class FrequencyTableTests
{
    [Fact]
    public void WriteAndRead_OfAnyCounts_KeepFrequenciesThatAddUp()
    {
        Random random = new(4);
        for (int round = 0; round < 2000; round++)
        {
            int symbols = random.Next(1, 257);
            double used = random.NextDouble();
            int[] counts = [.. Enumerable.Range(0, symbols).Select(_ => random.NextDouble() < used ? (int)Math.Pow(2, random.NextDouble() * random.Next(1, 24)) : 0)];
            ushort[] frequencies = new ushort[symbols];
            int largest = FrequencyTable.Normalise(counts, frequencies);
            Assert.Equal(1 << FrequencyTable.BitsFor(symbols), frequencies.Sum(f => f));
            Assert.All(Enumerable.Range(0, symbols).Where(s => s != largest), s => Assert.Equal(counts[s] > 0, frequencies[s] > 0));
            Assert.True(frequencies[largest] > 0);

            byte[] table = new byte[FrequencyTable.MaxBytes];
            int written = FrequencyTable.Write(frequencies, largest, table);
            ushort[] read = new ushort[symbols];
            Assert.Equal(written, FrequencyTable.Read(table.AsSpan(0, written), read));
            Assert.Equal(frequencies, read);
            Assert.Throws<FrameException>(() => FrequencyTable.Read(table.AsSpan(0, written - 1), read));
        }
    }

    [Fact]
    public void Normalise_OfCounts_CostsLittleMoreThanTheirEntropy()
    {
        Random random = new(6);
        for (int round = 0; round < 200; round++)
        {
            int[] counts = [.. Enumerable.Range(0, 81).Select(_ => 50 + (int)(Math.Exp(8 * random.NextDouble()) * 10))];
            ushort[] frequencies = new ushort[81];
            FrequencyTable.Normalise(counts, frequencies);
            double total = counts.Sum();
            double entropy = counts.Sum(c => -c * Math.Log2(c / total));
            double cost = Enumerable.Range(0, 81).Sum(s => -counts[s] * Math.Log2(frequencies[s] / 2048.0));
            Assert.InRange(cost / entropy, 1, 1.01);
        }
    }

    [Fact]
    public void Read_OfNoise_IsRefusedOrAddsUp()
    {
        Random random = new(8);
        for (int round = 0; round < 5000; round++)
        {
            byte[] noise = new byte[random.Next(0, 260)];
            random.NextBytes(noise);
            ushort[] frequencies = new ushort[random.Next(1, 257)];
            try
            {
                FrequencyTable.Read(noise, frequencies);
            }
            catch (FrameException)
            {
                continue;
            }

            Assert.Equal(1 << FrequencyTable.BitsFor(frequencies.Length), frequencies.Sum(f => f));
        }
    }
}
