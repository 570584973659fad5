using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Progress;
using Isthmus.Inference.Import.Tflite;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Import;

/// <summary>
/// Imports TFLite models (tensorflow/lite/schema/schema.fbs, version 3) as ONNX, opset 13. Inputs and outputs of four dimensions
/// are batch, channel, row, column, and float32; a quantised input takes the real numbers that its integers stand for. The batch is fixed.
/// </summary>
public static class TfliteImporter
{
    // Dequantising makes four bytes of one, and a constant that is used in both orders of its dimensions counts twice.
    private const int MaxExpansion = 8;
    private const long AlwaysAllowed = 64 << 20;

    /// <summary>Imports a model.</summary>
    /// <param name="tflite">The TFLite file's bytes, which must not change meanwhile.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far the import is.</param>
    /// <param name="cancellationToken">Stops the import.</param>
    /// <exception cref="IsthmusException">
    /// <see cref="ErrorKind.Model"/>: the file is damaged or no TFLite model, has an operator that is not supported (named, with
    /// its index), or is to stay quantised and is not.
    /// </exception>
    public static ImportResult Import(ReadOnlyMemory<byte> tflite, ImportOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= ImportOptions.Default;
        TfliteModel model = TfliteReader.Read(tflite, options.Name);
        long weightLimit = Math.Max(AlwaysAllowed, (long)tflite.Length * MaxExpansion);
        ModelProto onnx = TfliteConverter.Convert(model, options.Quantized, weightLimit, progress, cancellationToken);
        progress?.Report(new("writing the graph", 0.95));
        (ModelManifest? manifest, bool known) = ManifestOf(model, onnx, options.Name);
        long outputs = onnx.Graph.Output[0].Type.TensorType.Shape.Dim.Skip(1).Aggregate(1L, (count, d) => count * d.DimValue);
        return new ImportResult
        {
            Model = onnx.ToByteArray(),
            Manifest = manifest,
            NormalisationKnown = known,
            Operators = model.Operators.Length,
            Nodes = onnx.Graph.Node.Count,
            Outputs = (int)outputs,
            Quantized = options.Quantized,
        };
    }

    // A quantised input tells how pixels become numbers: the pixel's value is the integer, so real = scale × (v − zero point).
    private static (ModelManifest? Manifest, bool Known) ManifestOf(TfliteModel model, ModelProto onnx, string name)
    {
        TfliteTensor input = model.Tensors[model.Inputs[0]];
        if (model.Inputs.Length != 1 || input.Shape.Length != 4 || input.Shape[3] is not (1 or 3)) return default;
        ModelManifest manifest = GraphDefaults.Of(onnx, name);
        TfliteTensor[] readers = [.. model.Operators.Where(op => op.Inputs.Contains(input.Index))
            .Select(op => op.Kind == BuiltinOperator.Quantize && op.Outputs is [int q] ? model.Tensors[q] : input)];
        // A float input that is quantised at once tells as much.
        TfliteTensor source = ConversionContext.IsQuantised8(input) || readers is not [TfliteTensor only] ? input : only;
        if (!ConversionContext.IsQuantised8(source)) return (manifest with { Mean = new(127.5), Scale = new(127.5) }, false);
        double zero = source.Quantization!.ZeroPoints[0] + (source.Type == TfliteType.Int8 ? 128 : 0);
        // 1/scale is a whole number, as a rule, that the float just misses.
        double divisor = 1.0 / source.Quantization.Scales[0];
        if (Math.Abs(divisor - Math.Round(divisor)) < 1e-4 * divisor && Math.Round(divisor) > 0) divisor = Math.Round(divisor);
        return (manifest with { Mean = new(zero), Scale = new(divisor) }, true);
    }
}
