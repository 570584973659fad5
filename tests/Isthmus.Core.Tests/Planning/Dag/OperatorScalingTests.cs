using System.Collections.Immutable;
using Isthmus.Core.Planning.Dag;

namespace Isthmus.Core.Tests.Planning.Dag;

public sealed class OperatorScalingTests
{
    [Fact]
    public void Blocks_HeadsThatRise_AreTheirDifferences() => Assert.Equal([3, 0.5, 6.5], OperatorScaling.Blocks([3, 3.5, 10]));

    [Fact]
    public void Blocks_HeadsThatContradict_AreReplacedByTheirMean() => Assert.Equal([2, 3, 0, 1], OperatorScaling.Blocks([2, 6, 4, 6]));

    [Fact]
    public void Blocks_RandomHeads_AreTheClosestRisingSequence()
    {
        Random random = new(2);
        for (int round = 0; round < 500; round++)
        {
            double[] heads = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (double)random.Next(6))];
            double[] rising = Sums(OperatorScaling.Blocks(heads));
            Assert.True(rising.SequenceEqual(rising.Order()));
            double error = Error(heads, rising);
            // No rising sequence of quarters is closer.
            for (int other = 0; other < 300; other++)
            {
                double[] guess = [.. Enumerable.Range(0, heads.Length).Select(_ => random.Next(21) / 4.0).Order()];
                Assert.True(Error(heads, guess) >= error - 1e-9);
            }
        }

        static double Error(double[] a, double[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
    }

    [Fact]
    public void Scale_RandomOperators_EachBlockAddsUp()
    {
        Random random = new(3);
        for (int round = 0; round < 500; round++)
        {
            double[] blocks = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => (double)random.Next(9))];
            int[] blockOf = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(blocks.Length)).Order()];
            double[] kernels = [.. blockOf.Select(_ => (double)random.Next(4))];
            ImmutableArray<double> times = OperatorScaling.Scale(kernels, blockOf, blocks);
            Assert.Equal(blocks.Sum(), times.Sum(), 1e-9);
            Assert.All(times, t => Assert.True(t >= 0));
            if (blockOf.Distinct().Count() < blocks.Length) continue;
            for (int b = 0; b < blocks.Length; b++) Assert.Equal(blocks[b], times.Where((_, i) => blockOf[i] == b).Sum(), 1e-9);
        }
    }

    [Fact]
    public void Scale_KernelsOfABlock_KeepTheirProportion() => Assert.Equal([2, 6, 5], OperatorScaling.Scale([1, 3, 7], [0, 0, 1], [8, 5]));

    private static double[] Sums(ImmutableArray<double> blocks)
    {
        double sum = 0;
        return [.. blocks.Select(b => sum += b)];
    }
}
