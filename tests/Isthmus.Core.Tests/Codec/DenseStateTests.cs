using System.Runtime.InteropServices;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

/// <summary>The dense codec's contexts: rows prepared with vectors give what the plain definition gives.</summary>
public sealed class DenseStateTests
{
    public static TheoryData<int, int, int> Shapes => new() { { 1, 1, 1 }, { 3, 1, 40 }, { 5, 7, 1 }, { 40, 6, 6 }, { 9, 17, 17 }, { 4, 24, 25 }, { 2, 3, 2 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public unsafe void Context_OfEveryPosition_IsThatOfTheDefinition(int channels, int height, int width)
    {
        const int Quality = 9;
        Random random = new((channels * 100) + width);
        byte[] magnitudes = [.. Enumerable.Range(0, channels * height * width).Select(_ => (byte)(random.Next(3) == 0 ? random.Next(30) : random.Next(2)))];
        DenseChannel[] predictions = [.. Enumerable.Range(0, channels).Select(c => Invent(random, c))];
        DenseGeometry geometry = new(new TensorShape(channels, height, width));
        short[] planes = new short[geometry.PlaneLength];
        random.NextBytes(MemoryMarshal.AsBytes(planes.AsSpan()));
        int[] work = new int[geometry.WorkLength];
        random.NextBytes(MemoryMarshal.AsBytes(work.AsSpan()));
        fixed (short* planesAt = planes)
        fixed (int* workAt = work)
        fixed (ushort* meanClass = ImmutableCollectionsMarshal.AsArray(DenseContexts.Mean))
        fixed (ushort* spreadClass = ImmutableCollectionsMarshal.AsArray(DenseContexts.Spread))
        {
            DenseState state = new(geometry, planesAt, workAt, meanClass, spreadClass);
            int[] position = new int[geometry.Height * geometry.Width];
            Array.Fill(position, 512);
            int i = 0;
            for (int c = 0; c < geometry.Channels; c++)
            {
                int mean = Math.Min(DenseCoding.Scaled(predictions[c].Mean, Quality), 320);
                int offset = DenseCoding.Scaled(predictions[c].Offset, Quality);
                state.BeginChannel(c, predictions[c], mean, offset);
                long sum = mean * DenseState.PriorCount;
                for (int y = 0; y < geometry.Height; y++)
                {
                    state.BeginRow(y);
                    for (int x = 0; x < geometry.Width; x++, i++)
                    {
                        int seen = (y * geometry.Width) + x;
                        int running = (int)((sum * (long)((1UL << 32) / (ulong)(DenseState.PriorCount + seen))) >> 32);
                        int expected = Defined(magnitudes, geometry, predictions, c, y, x, mean / 16.0, running, position[seen] >> 6, offset, out int spread);
                        Assert.Equal(
                            DenseContexts.Mean[Math.Clamp(expected, 0, DenseContexts.Largest)] + DenseContexts.Spread[Math.Min(spread, DenseContexts.Largest)], state.Context(x));
                        int magnitude = magnitudes[i];
                        state.Push(x, magnitude);
                        sum += 16 * Math.Min(magnitude, DenseState.Cap);
                        position[seen] += ((16 * Math.Min(magnitude, DenseState.Cap) << 6) - position[seen]) >> 5;
                    }

                    state.EndRow();
                }

                state.EndChannel();
            }

            Assert.Equal(magnitudes.Length, i);
        }

        int Defined(byte[] all, DenseGeometry g, DenseChannel[] channelPredictions, int c, int y, int x, double mean, int running, int positionMean, int offset, out int spread)
        {
            DenseNeighbours n = new(all, c, y, x, g.Width, g.Height, mean);
            DenseChannel.WeightList w = channelPredictions[c].Weights;
            int At(DenseNeighbours of, int down, int right) => (int)Math.Round(16 * of.At(down, right));
            int sum = (offset << 10) + (w[DenseFeature.West] * At(n, 0, -1)) + (w[DenseFeature.WestWest] * At(n, 0, -2)) + (w[DenseFeature.RunningMean] * running)
                + (w[DenseFeature.North] * At(n, -1, 0)) + (w[DenseFeature.NorthWest] * At(n, -1, -1)) + (w[DenseFeature.NorthEast] * At(n, -1, 1))
                + (w[DenseFeature.NorthNorth] * At(n, -2, 0)) + (w[DenseFeature.Position] * positionMean);
            for (int k = 0; k < DenseFeature.References; k++)
            {
                int reference = channelPredictions[c].References[k], feature = DenseFeature.Of(k);
                if (reference < 0) break;
                DenseNeighbours r = new(all, reference, y, x, g.Width, g.Height, Math.Min(DenseCoding.Scaled(channelPredictions[reference].Mean, Quality), 320) / 16.0);
                sum += w[feature] * At(r, 0, 0);
                if (k < DenseFeature.Wide) sum += (w[feature + 1] * (At(r, 0, 1) + At(r, 1, 0))) + (w[feature + 2] * (At(r, 0, -1) + At(r, -1, 0)));
            }

            spread = Math.Abs(At(n, 0, -1) - At(n, -1, -1)) + Math.Abs(At(n, -1, 0) - At(n, -1, -1)) + Math.Abs(At(n, -1, 0) - At(n, -1, 1));
            return sum >> 10;
        }
    }

    [Fact]
    public void Octaves_OfEveryNumber_IsItsLogarithm()
    {
        for (int v = 1; v <= 70_000; v++) Assert.Equal(Math.Log2(v), DenseContexts.Octaves(v) / 65536.0, 0.00002);
    }

    internal static DenseChannel Invent(Random random, int c)
    {
        DenseChannel.WeightList weights = default;
        for (int f = 0; f < DenseFeature.Count; f++) weights[f] = (short)(f >= DenseFeature.Others ? random.Next(-150, 150) : random.Next(-300, 700));
        int[] references = [.. Enumerable.Range(0, c == 0 ? 0 : random.Next(DenseFeature.References + 1)).Select(_ => random.Next(c))];
        return new(random.Next(2000), random.Next(-300, 300), DenseChannel.ReferenceList.Of(references), weights);
    }
}
