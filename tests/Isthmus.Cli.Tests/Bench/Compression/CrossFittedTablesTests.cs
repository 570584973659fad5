using Isthmus.Bench.Compression;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Cli.Tests.Bench.Compression;

public sealed class CrossFittedTablesTests
{
    private static readonly TensorShape Shape = new(1, 4, 8, 8);

    [Fact]
    public void Train_TwoParts_EachIsTrainedOnTheOther()
    {
        float[][] photographs = [.. Enumerable.Range(0, 8).Select(Activation)];
        CrossFittedTables tables = Train(photographs, CodecSpec.Dense(8));
        Assert.Equal(TrainedOn(photographs, remainder: 1), tables.Of(tensor: 0, part: 0));
        Assert.Equal(TrainedOn(photographs, remainder: 0), tables.Of(tensor: 0, part: 1));
        Assert.NotEqual(tables.Of(0, 0), tables.Of(0, 1));
        Assert.True(tables.AreUsedBy(CodecSpec.Dense(3)));
        Assert.False(tables.AreUsedBy(CodecSpec.Huffman(3)));
    }

    [Fact]
    public void Train_NoCodecUsesTables_TrainsNone()
    {
        CrossFittedTables tables = Train([Activation(0), Activation(1)], CodecSpec.Huffman(3));
        Assert.Null(tables.Bytes);
        Assert.Null(tables.Of(0, 0));
    }

    [Fact]
    public void Train_OnePhotograph_HasNoneForIt() => Assert.Null(Train([Activation(0)], CodecSpec.Dense(8)).Of(0, 0));

    private static CrossFittedTables Train(float[][] photographs, CodecSpec codec) =>
        CrossFittedTables.Train([[.. photographs.Select(p => (ReadOnlyMemory<float>)p)]], [Shape], [codec], TestContext.Current.CancellationToken);

    private static CodecTables TrainedOn(float[][] photographs, int remainder)
    {
        CodecTablesTrainer trainer = new(Shape);
        foreach (float[] p in photographs.Where((_, i) => i % 2 == remainder)) trainer.Add(p);
        return trainer.Train(TestContext.Current.CancellationToken)!;
    }

    private static float[] Activation(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, (int)Shape.ElementCount).Select(_ => Math.Max(0, (float)random.NextDouble() - 0.4f))];
    }
}
