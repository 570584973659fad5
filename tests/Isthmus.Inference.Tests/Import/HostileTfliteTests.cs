using System.Buffers.Binary;
using System.Text;
using Isthmus.Core.Errors;
using Isthmus.Inference.Import;
using Isthmus.Tests.Shared;

namespace Isthmus.Inference.Tests.Import;

/// <summary>Files that are damaged, or made to do harm, are refused with a typed error.</summary>
public sealed class HostileTfliteTests
{
    [Fact]
    public void Import_TruncatedAnywhere_IsRefused()
    {
        byte[] file = Small();
        for (int length = 0; length < file.Length; length++)
        {
            byte[] part = file[..length];
            IsthmusException? error = Attempt(part);
            // The last bytes are the end of the last name; without them the file may still be whole.
            Assert.True(error is not null || length > file.Length - 8, $"{length} of {file.Length} bytes were accepted");
        }
    }

    [Fact]
    public void Import_RandomBytesChanged_ImportsOrRefuses()
    {
        byte[] file = Small();
        int refused = 0;
        for (int seed = 0; seed < 20_000; seed++)
        {
            Random random = new(seed);
            byte[] broken = [.. file];
            for (int n = random.Next(1, 5); n > 0; n--) broken[random.Next(broken.Length)] = (byte)random.Next(256);
            if (Attempt(broken, quantized: seed % 2 == 0) is not null) refused++;
        }

        Assert.InRange(refused, 5_000, 19_999);
    }

    [Fact]
    public void Import_ExtremeNumberAnywhere_ImportsOrRefuses()
    {
        byte[] file = Small();
        foreach (int value in new[] { -1, int.MinValue, int.MaxValue, 0, 0x7FFF, 1 << 20 })
        {
            for (int at = 0; at + 4 <= file.Length; at++)
            {
                byte[] broken = [.. file];
                BinaryPrimitives.WriteInt32LittleEndian(broken.AsSpan(at), value);
                _ = Attempt(broken);
            }
        }
    }

    [Fact]
    public void Import_RealNetworkTruncated_IsRefused()
    {
        byte[] file = File.ReadAllBytes(DevelopmentData.InceptionTflite);
        for (int i = 1; i < 50; i++) Assert.NotNull(Attempt(file.AsMemory(0, (int)(file.LongLength * i / 50))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("This is a text file, and no network at all.")]
    [InlineData("\0\0\0\0TFL3")]
    public void Import_OtherFile_IsRefusedInOneSentence(string text)
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => TfliteImporter.Import(Encoding.UTF8.GetBytes(text), new ImportOptions { Name = "notes.txt" }));
        Assert.Equal(ErrorKind.Model, e.Kind);
        Assert.StartsWith("notes.txt", e.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(45, null, "STRIDED_SLICE")]
    [InlineData(126, null, "BATCH_MATMUL")]
    [InlineData(150, null, "operator number 150")]
    [InlineData(32, "TFLite_Detection_PostProcess", "CUSTOM (TFLite_Detection_PostProcess)")]
    public void Import_UnsupportedOperator_IsNamedWithItsIndex(int code, string? custom, string name)
    {
        TfliteSource model = new();
        int y = model.Tensor("y", [1, 4]);
        int z = model.Tensor("z", [1, 4]);
        model.Operator(19, [model.Input([1, 4])], y);
        model.Operator(code, [y], z, custom: custom);
        model.Outputs.Add(z);
        IsthmusException e = Assert.Throws<IsthmusException>(() => TfliteImporter.Import(model.ToFile()));
        Assert.Equal(ErrorKind.Model, e.Kind);
        Assert.Contains($"operator 1 is {name}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_OperatorsThatShareOneConstant_DoNotMultiplyIt()
    {
        // 300 tensors over one buffer of 4 MB would be 1.2 GB of weights in the ONNX file.
        TfliteSource source = new();
        byte[] data = new byte[4 << 20];
        int[] shape = [1, data.Length / 4];
        int x = source.Input(shape);
        int last = x;
        int shared = source.Tensor("w", shape, TfliteSource.Float32, data);
        for (int i = 0; i < 300; i++)
        {
            int y = source.Tensor($"y{i}", shape);
            source.Operator(0, [last, source.SameBuffer(shared, $"w{i}")], y);
            last = y;
        }

        source.Outputs.Add(last);
        IsthmusException e = Assert.Throws<IsthmusException>(() => TfliteImporter.Import(source.ToFile()));
        Assert.Contains("weights would take more", e.Message, StringComparison.Ordinal);
    }

    private static IsthmusException? Attempt(ReadOnlyMemory<byte> file, bool quantized = false)
    {
        try
        {
            _ = TfliteImporter.Import(file, new ImportOptions { Quantized = quantized });
            return null;
        }
        catch (IsthmusException e)
        {
            Assert.Equal(ErrorKind.Model, e.Kind);
            return e;
        }
    }

    // A quantised convolution, a pooling, a reshape and a softmax.
    private static byte[] Small()
    {
        TfliteSource model = new();
        FlatTableSource Range(float scale) => TfliteSource.Quantization(scale, 128);
        int x = model.Input([1, 6, 6, 3], TfliteSource.UInt8, Range(1 / 128f));
        int w = model.Tensor("w", [4, 3, 3, 3], TfliteSource.UInt8, [.. Enumerable.Range(0, 108).Select(i => (byte)(i * 7))], Range(0.01f));
        int b = model.Tensor("b", [4], TfliteSource.Int32, new byte[16], TfliteSource.Quantization(0.01f / 128, 0));
        int conv = model.Tensor("conv", [1, 6, 6, 4], TfliteSource.UInt8, quantization: Range(0.02f));
        int pool = model.Tensor("pool", [1, 1, 1, 4], TfliteSource.UInt8, quantization: Range(0.02f));
        int flat = model.Tensor("flat", [1, 4], TfliteSource.UInt8, quantization: Range(0.02f));
        int prob = model.Tensor("prob", [1, 4], TfliteSource.UInt8, quantization: TfliteSource.Quantization(1 / 256f, 0));
        model.Operator(3, [x, w, b], conv, new FlatTableSource().With(0, (byte)0).With(1, 1).With(2, 1).With(3, (byte)3));
        model.Operator(1, [conv], pool, new FlatTableSource().With(0, (byte)1).With(1, 1).With(2, 1).With(3, 6).With(4, 6));
        model.Operator(22, [pool, model.Integers("shape", 1, -1)], flat);
        model.Operator(25, [flat], prob, new FlatTableSource().With(0, 1f));
        model.Outputs.Add(prob);
        return model.ToFile();
    }
}
