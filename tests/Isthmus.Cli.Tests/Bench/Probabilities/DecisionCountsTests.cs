using Isthmus.Bench.Probabilities;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Cli.Tests.Bench.Probabilities;

public sealed class DecisionCountsTests
{
    private static readonly TensorShape Shape = new(1, 6, 9, 9);

    [Fact]
    public void Add_OfMagnitudes_CountsEveryDecisionThatTellsThem()
    {
        byte[] magnitudes = [.. Enumerable.Range(0, (int)Shape.ElementCount).Select(i => (byte)(i * 7 % 23))];
        DecisionCounts counts = new(7);
        counts.Add(magnitudes, Tables(), 2);
        for (int k = 0; k < 14; k++)
        {
            Assert.Equal(2 * magnitudes.Count(m => m > k), Enumerable.Range(0, 384).Sum(c => counts.Yes(k, c)));
            Assert.Equal(2 * magnitudes.Count(m => m == k), Enumerable.Range(0, 384).Sum(c => counts.No(k, c)));
        }
    }

    [Fact]
    public void Add_OfAnActivation_CountsEachValueOnce()
    {
        DecisionCounts counts = new(7);
        float[] values = Values(9);
        counts.Add(values, Tables(), 1);
        Assert.Equal(values.Length, Enumerable.Range(0, 384).Sum(c => counts.Yes(0, c) + counts.No(0, c)));
        Assert.InRange(Enumerable.Range(0, 384).Sum(c => counts.Yes(0, c)), 1, values.Count(v => v > 0));
    }

    [Fact]
    public void Probabilities_OfContextsNeverMet_AreThoseOfTheContextsAround()
    {
        DecisionCounts counts = new(7);
        Assert.All(counts.Probabilities(), p => Assert.Equal(32_768, p));
        for (int i = 0; i < 30; i++) counts.Add(new byte[Shape.ElementCount], Tables(), 1);
        // All magnitudes are 0, so the first decision is no wherever it was met, and beside it.
        int met = Enumerable.Range(0, 384).MaxBy(c => counts.No(0, c));
        Assert.InRange(counts.Probabilities()[met], 64, 600);
        Assert.InRange(counts.Probabilities()[met + 8], 64, 6000);
        Assert.All(counts.Probabilities(), p => Assert.InRange(p, 64, 65_536 - 64));
    }

    private static CodecTables Tables()
    {
        CodecTablesTrainer trainer = new(Shape);
        for (int i = 0; i < 4; i++) trainer.Add(Values(i));
        return trainer.Train(TestContext.Current.CancellationToken)!;
    }

    private static float[] Values(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, (int)Shape.ElementCount).Select(_ => (float)Math.Max(0, (random.NextDouble() * 3) - 1))];
    }
}
