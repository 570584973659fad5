using Isthmus.Core.Tensors;
using Isthmus.Inference.Import;
using Isthmus.Inference.Sessions;

namespace Isthmus.Inference.Tests.Import;

/// <summary>Imports a small model and runs it, with inputs and output in TFLite's order of dimensions.</summary>
internal static class ImportedNetwork
{
    public static NdArray Run(byte[] tflite, bool quantized, params NdArray[] inputs) =>
        RunOnnx(TfliteImporter.Import(tflite, new ImportOptions { Quantized = quantized }).Model, inputs);

    public static NdArray RunOnnx(byte[] onnx, params NdArray[] inputs)
    {
        using NetworkSession session = NetworkSession.Create(onnx, SessionSettings.Default with { Threads = 1 });
        Tensor[] tensors = [.. inputs.Select(x => x.Shape.Length == 4 ? x.Transpose(0, 3, 1, 2) : x)
            .Select(x => Tensor.FromFloats(x.Values, new([.. x.Shape.Select(d => (long)d)])))];
        Tensor[] outputs = session.Run(tensors);
        NdArray y = new(outputs[0].Floats.ToArray(), [.. outputs[0].Shape.Dimensions.Select(d => (int)d)]);
        foreach (Tensor t in tensors) t.Dispose();
        foreach (Tensor t in outputs) t.Dispose();
        return y.Shape.Length == 4 ? y.Transpose(0, 2, 3, 1) : y;
    }

    public static void AssertEqual(NdArray expected, NdArray actual, double tolerance, string what)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        for (int i = 0; i < expected.Values.Length; i++)
        {
            double limit = tolerance * Math.Max(1, Math.Abs(expected.Values[i]));
            Assert.True(Math.Abs(expected.Values[i] - actual.Values[i]) <= limit, $"{what}: element {i} is {actual.Values[i]}, not {expected.Values[i]}");
        }
    }
}
