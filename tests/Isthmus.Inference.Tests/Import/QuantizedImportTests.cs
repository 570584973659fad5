using System.Runtime.InteropServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Import;
using Isthmus.Inference.Sessions;
using Isthmus.Tests.Shared;

namespace Isthmus.Inference.Tests.Import;

/// <summary>Quantised models, dequantised to float and kept in 8 bits.</summary>
public sealed class QuantizedImportTests
{
    private const int Conv = 3, Add = 0, Concatenation = 2;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Conv2D_Quantised_IsTheRealConvolutionWithinOneStep(bool signed, bool perChannel)
    {
        for (int seed = 0; seed < 15; seed++)
        {
            Random random = new(seed);
            byte type = signed ? TfliteSource.Int8 : TfliteSource.UInt8;
            int outputs = random.Next(1, 5);
            int[] filterShape = [outputs, random.Next(1, 4), random.Next(1, 4), random.Next(1, 4)];
            byte[] stored = new byte[NdArray.Count(filterShape)];
            random.NextBytes(stored);
            float[] scales = [.. Enumerable.Range(0, perChannel ? outputs : 1).Select(_ => 0.005f + (float)(random.NextDouble() * 0.01))];
            long[] zeros = [.. scales.Select(_ => signed ? 0L : random.Next(100, 156))];
            NdArray filter = new([.. stored.Select((q, i) =>
            {
                int channel = perChannel ? i / (stored.Length / outputs) : 0;
                return scales[channel] * ((signed ? (sbyte)q : q) - zeros[channel]);
            })], filterShape);

            (float inScale, int inZero) = (1 / 64f, signed ? 0 : 128);
            NdArray x = NdArray.From([1, random.Next(4, 9), random.Next(4, 9), filterShape[3]], _ => inScale * (random.Next(256) - 128));
            int[] biasInts = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(-2000, 2000))];
            NdArray bias = new([.. biasInts.Select((b, i) => b * inScale * scales[perChannel ? i : 0])], [outputs]);
            int fused = random.Next(0, 4);
            NdArray real = TfliteReference.Conv(x, filter, bias, true, (1, 2), (1, 1));

            // An output range that cuts some values off, and reaches beyond six.
            (float outScale, int outZero) = (8f / 255, signed ? -40 : 80);
            (int low, int high) = signed ? (-128, 127) : (0, 255);
            NdArray limited = TfliteReference.Activate(real.Select(v => Math.Clamp(v, outScale * (low - outZero), outScale * (high - outZero))), fused);

            TfliteSource model = new();
            int input = model.Input(x.Shape, type, TfliteSource.Quantization(inScale, inZero));
            int w = model.Tensor("w", filterShape, type, stored, TfliteSource.Quantization(scales, zeros, 0));
            int b = model.Tensor("b", [outputs], TfliteSource.Int32, MemoryMarshal.AsBytes(biasInts.AsSpan()).ToArray(),
                TfliteSource.Quantization([.. scales.Select(s => s * inScale)], [.. scales.Select(_ => 0L)], 0));
            int y = model.Tensor("y", real.Shape, type, quantization: TfliteSource.Quantization(outScale, outZero));
            model.Operator(Conv, [input, w, b], y, new FlatTableSource().With(0, (byte)0).With(1, 2).With(2, 1).With(3, (byte)fused));
            model.Outputs.Add(y);
            byte[] file = model.ToFile();

            ImportedNetwork.AssertEqual(limited, ImportedNetwork.Run(file, quantized: false, x), 1e-4, $"float, seed {seed}");
            NdArray quantized = ImportedNetwork.Run(file, quantized: true, x);
            for (int i = 0; i < quantized.Values.Length; i++) Assert.InRange(quantized.Values[i] - limited.Values[i], -1.01 * outScale, 1.01 * outScale);
            if (fused == 3) Assert.All(quantized.Values, v => Assert.InRange(v, -1e-6, 6 + (0.51 * outScale)));
            Assert.Contains("QLinearConv", OptimisedGraph.Kinds(TfliteImporter.Import(file, new ImportOptions { Quantized = true }).Model).Keys);
        }
    }

    [Theory]
    [InlineData(Add, "QLinearAdd")]
    [InlineData(Concatenation, "QLinearConcat")]
    public void TwoInputs_QuantisedAlike_RunInIntegers(int code, string kind)
    {
        Random random = new(3);
        int[] shape = [1, 3, 4, 5];
        NdArray a = NdArray.From(shape, _ => 0.01 * (random.Next(256) - 100));
        NdArray b = NdArray.From(shape, _ => 0.02 * (random.Next(256) - 30));
        NdArray expected = code == Add
            ? TfliteReference.Broadcast(a, b, shape, (p, q) => p + q)
            : NdArray.From([1, 3, 4, 10], i => i[3] < 5 ? a[i] : b[i[0], i[1], i[2], i[3] - 5]);
        expected = expected.Select(v => Math.Clamp(v, -50 * 0.025, 205 * 0.025));
        TfliteSource model = new();
        int x = model.Input(shape, TfliteSource.UInt8, TfliteSource.Quantization(0.01f, 100));
        int y = model.Input(shape, TfliteSource.UInt8, TfliteSource.Quantization(0.02f, 30));
        int z = model.Tensor("z", expected.Shape, TfliteSource.UInt8, quantization: TfliteSource.Quantization(0.025f, 50));
        model.Operator(code, [x, y], z, code == Concatenation ? new FlatTableSource().With(0, 3) : null);
        model.Outputs.Add(z);
        byte[] file = model.ToFile();

        ImportedNetwork.AssertEqual(expected, ImportedNetwork.Run(file, quantized: false, a, b), 1e-5, "float");
        NdArray actual = ImportedNetwork.Run(file, quantized: true, a, b);
        for (int i = 0; i < actual.Values.Length; i++) Assert.InRange(actual.Values[i] - expected.Values[i], -0.026, 0.026);
        Assert.Contains(kind, OptimisedGraph.Kinds(TfliteImporter.Import(file, new ImportOptions { Quantized = true }).Model).Keys);
    }

    [Theory]
    [InlineData(TfliteSource.UInt8, 128, 128)]
    [InlineData(TfliteSource.Int8, 0, 128)]
    [InlineData(TfliteSource.Int8, -128, 0)]
    public void Manifest_OfAQuantisedInput_SaysHowPixelsBecomeNumbers(byte type, long zeroPoint, double mean)
    {
        TfliteSource model = new();
        int x = model.Input([1, 6, 8, 3], type, TfliteSource.Quantization(1 / 127.5f, zeroPoint));
        int y = model.Tensor("y", [1, 144], type, quantization: TfliteSource.Quantization(1 / 127.5f, zeroPoint));
        model.Operator(22, [x], y);
        model.Outputs.Add(y);
        ImportResult result = TfliteImporter.Import(model.ToFile());
        Assert.True(result.NormalisationKnown);
        Assert.Equal((8, 6), (result.Manifest!.Width, result.Manifest.Height));
        Assert.Equal(mean, result.Manifest.Mean.First);
        Assert.Equal(127.5, result.Manifest.Scale.First, 1e-4);
    }

    [Fact]
    public void Import_FloatModelAsQuantised_Refuses()
    {
        TfliteSource model = new();
        int y = model.Tensor("y", [1, 4]);
        model.Operator(19, [model.Input([1, 4])], y);
        model.Outputs.Add(y);
        IsthmusException e = Assert.Throws<IsthmusException>(() => TfliteImporter.Import(model.ToFile(), new ImportOptions { Quantized = true, Name = "a.tflite" }));
        Assert.Equal(ErrorKind.Model, e.Kind);
        Assert.Contains("without --quantized", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mobilenet_v1_0.25_128")]
    [InlineData("mobilenet_v1_0.75_192")]
    public void Import_QuantisedMobileNet_RunsInIntegersAndAgreesWithFloat(string name) =>
        AgreesWithFloat(File.ReadAllBytes(DevelopmentData.Model(name + "_quant.tflite")), convolutions: 28);

    [Fact]
    public void Import_QuantisedInception_RunsInIntegersAndAgreesWithFloat() =>
        AgreesWithFloat(File.ReadAllBytes(DevelopmentData.InceptionTflite), convolutions: 95);

    private static void AgreesWithFloat(byte[] tflite, int convolutions)
    {
        ImportResult floats = TfliteImporter.Import(tflite);
        ImportResult integers = TfliteImporter.Import(tflite, new ImportOptions { Quantized = true });
        Assert.True(integers.Model.Length < floats.Model.Length / 2);
        Dictionary<string, int> kinds = OptimisedGraph.Kinds(integers.Model);
        Assert.Equal(convolutions, kinds["QLinearConv"]);
        Assert.DoesNotContain("Conv", kinds.Keys);

        using NetworkSession a = NetworkSession.Create(floats.Model, SessionSettings.Default with { Threads = 2 });
        using NetworkSession b = NetworkSession.Create(integers.Model, SessionSettings.Default with { Threads = 2 });
        Random random = new(5);
        using Tensor input = Tensor.Rent(ElementType.Float32, floats.Manifest!.InputShape);
        // Smooth patterns: a network is sure of nothing in noise, so that small differences would decide.
        int width = floats.Manifest.Width;
        double[] waves = [.. Enumerable.Range(0, 6).Select(_ => random.NextDouble() * 0.1)];
        for (int i = 0; i < input.Floats.Length; i++)
            input.Floats[i] = (float)(0.5 * (Math.Sin(waves[i % 3] * (i % width)) + Math.Cos(waves[3 + (i % 3)] * (i / width))));
        using Tensor first = a.Run([input])[0];
        using Tensor second = b.Run([input])[0];
        float[] x = first.Floats.ToArray(), y = second.Floats.ToArray();
        Assert.True(Correlation(x, y) > 0.95, $"correlation {Correlation(x, y)}");
    }

    private static double Correlation(float[] x, float[] y)
    {
        (double mx, double my) = (x.Average(), y.Average());
        double xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xy += (x[i] - mx) * (y[i] - my);
            xx += (x[i] - mx) * (x[i] - mx);
            yy += (y[i] - my) * (y[i] - my);
        }

        return xy / Math.Sqrt(xx * yy);
    }
}
