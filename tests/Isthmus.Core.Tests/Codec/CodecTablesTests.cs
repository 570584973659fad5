using System.Buffers.Binary;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

/// <summary>Trained tables as bytes, and what is refused of bytes that come from outside.</summary>
public sealed class CodecTablesTests
{
    private static readonly TensorShape Shape = new(1, 12, 6, 7);

    [Fact]
    public void Parse_OfTheBytes_IsTheSameTables()
    {
        CodecTables tables = Train();
        CodecTables read = CodecTables.Parse(tables.Bytes);
        Assert.Equal((tables.Hash, tables.Shape, tables.FrameId, tables.Dense.Scale), (read.Hash, read.Shape, read.FrameId, read.Dense.Scale));
        Assert.Equal(64, tables.Hash.Length);
        for (int c = 0; c < 12; c++)
        {
            DenseChannel expected = tables.Dense.Channel(c), actual = read.Dense.Channel(c);
            Assert.Equal((expected.Mean, expected.Offset), (actual.Mean, actual.Offset));
            for (int r = 0; r < DenseFeature.References; r++) Assert.Equal(expected.References[r], actual.References[r]);
            for (int f = 0; f < DenseFeature.Count; f++) Assert.Equal(expected.Weights[f], actual.Weights[f]);
        }
    }

    [Fact]
    public void Train_OfTheSameActivations_IsTheSameTables() => Assert.Equal(Train().Hash, Train().Hash);

    [Fact]
    public void Train_OfNothingOrZeros_IsNone()
    {
        CodecTablesTrainer trainer = new(Shape);
        Assert.Null(trainer.Train());
        trainer.Add(new float[Shape.ElementCount]);
        Assert.Null(trainer.Train());
        Assert.Equal(0, trainer.Count);
    }

    [Fact]
    public void Add_OfAnotherShape_IsTheCallersMistake() => Assert.Throws<ArgumentException>(() => new CodecTablesTrainer(Shape).Add(new float[5]));

    [Fact]
    public void Train_OfAChannelThatCopiesAnother_RefersToIt()
    {
        // Channel 5 is channel 2, twice as large; the others are noise.
        CodecTablesTrainer trainer = new(new TensorShape(8, 9, 9));
        for (int seed = 0; seed < 20; seed++)
        {
            float[] values = Activations.Relu(8 * 81, 0.5, seed);
            for (int i = 0; i < 81; i++) values[(5 * 81) + i] = 2 * values[(2 * 81) + i];
            trainer.Add(values);
        }

        DenseChannel channel = trainer.Train()!.Dense.Channel(5);
        Assert.Equal(2, channel.References[0]);
        // About 2, in units of 1/1024; magnitudes are cut off and rounded, so not quite.
        Assert.InRange(channel.Weights[DenseFeature.Reference], 1400, 2300);
    }

    [Fact]
    public void Train_OfAChannelThatIsLargeWhereAnotherIsSmall_RefersToItWithANegativeWeight()
    {
        CodecTablesTrainer trainer = new(new TensorShape(8, 9, 9));
        for (int seed = 0; seed < 20; seed++)
        {
            float[] values = Activations.Relu(8 * 81, 0.5, seed);
            for (int i = 0; i < 81; i++) values[(5 * 81) + i] = Math.Max(0, 1 - values[(3 * 81) + i]);
            trainer.Add(values);
        }

        DenseChannel channel = trainer.Train()!.Dense.Channel(5);
        Assert.Equal(3, channel.References[0]);
        Assert.InRange(channel.Weights[DenseFeature.Reference], short.MinValue, -1);
    }

    [Fact]
    public void Parse_CutOffAnywhere_IsRefused()
    {
        byte[] bytes = Train(3, 8, 16).Bytes.ToArray();
        int withoutFast = Train().Bytes.Length;
        Assert.Null(CodecTables.Parse(bytes.AsMemory(0, withoutFast)).Fast.Find(3));
        for (int length = 0; length < bytes.Length; length++)
        {
            if (length == withoutFast) continue;
            Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => CodecTables.Parse(bytes.AsMemory(0, length))).Kind);
        }

        Assert.Throws<IsthmusException>(() => CodecTables.Parse((byte[])[.. bytes, 0]));
    }

    [Fact]
    public void Parse_OfDamagedBytes_IsRefusedOrDecodesWithoutHarm()
    {
        byte[] good = Train(3, 8, 16).Bytes.ToArray();
        Random random = new(1);
        float[] values = Activations.Relu((int)Shape.ElementCount, 0.5, 3);
        int used = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = (byte[])good.Clone();
            for (int k = random.Next(1, 5); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            CodecTables tables;
            try
            {
                tables = CodecTables.Parse(bytes);
            }
            catch (IsthmusException e)
            {
                Assert.Equal(ErrorKind.Data, e.Kind);
                continue;
            }

            if (tables.Shape != Shape) continue;
            used++;
            System.Buffers.ArrayBufferWriter<byte> output = new();
            ITensorCodec codec = TensorCodecs.Get(CodecSpec.Dense(random.Next(2, 65)), tables);
            codec.Encode(values, Shape, output);
            codec.Decode(output.WrittenSpan, Shape, new float[values.Length]);
            foreach (int levels in new[] { 3, 8, 16 })
            {
                ITensorCodec fast = TensorCodecs.Get(CodecSpec.Fast(levels), tables);
                output.ResetWrittenCount();
                fast.Encode(values, Shape, output);
                float[] decoded = new float[values.Length];
                fast.Decode(output.WrittenSpan, Shape, decoded);
                Assert.Equal(Frames.RoundTrip(CodecSpec.Fast(levels), values), decoded);
            }
        }

        Assert.True(used > 500);
    }

    [Fact]
    public void Parse_WithAReferenceForwards_IsRefused()
    {
        byte[] bytes = Train().Bytes.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(12 + 16 + 4), 0);
        Assert.Contains("does not come before", Assert.Throws<IsthmusException>(() => CodecTables.Parse(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Uses_OfLevelsThatWereNotTrained_IsFalse()
    {
        CodecTables tables = Train(8, 3);
        Assert.True(TensorCodecs.Uses(CodecSpec.Fast(3), tables));
        Assert.True(TensorCodecs.Uses(CodecSpec.Dense(7), tables));
        Assert.False(TensorCodecs.Uses(CodecSpec.Fast(4), tables));
        Assert.False(TensorCodecs.Uses(CodecSpec.Huffman(4), tables));
        Assert.Same(TensorCodecs.Get(CodecSpec.Fast(4)), TensorCodecs.Get(CodecSpec.Fast(4), tables));
        Assert.Equal([3, 8], Enumerable.Range(2, 254).Where(l => tables.Fast.Find(l) is not null));
        for (int t = 0; t < tables.Fast.Find(8)!.Tables; t++)
            Assert.Equal(tables.Fast.Find(8)!.Frequencies(t).ToArray(), CodecTables.Parse(tables.Bytes).Fast.Find(8)!.Frequencies(t).ToArray());
    }

    private static CodecTables Train(params int[] levels)
    {
        CodecTablesTrainer trainer = new(Shape, levels);
        for (int seed = 0; seed < 5; seed++) trainer.Add(Activations.Relu((int)Shape.ElementCount, 0.4, seed));
        return trainer.Train()!;
    }
}
