using System.Runtime.InteropServices;
using Isthmus.Core.Errors;
using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import;

/// <summary>Reads the values of a model's constants.</summary>
internal static class ConstantValues
{
    /// <summary>The values as real numbers: integers with quantisation parameters are dequantised.</summary>
    public static float[] Floats(TfliteTensor tensor)
    {
        ReadOnlySpan<byte> data = tensor.Data.Span;
        float[] values = new float[tensor.Count];
        switch (tensor.Type)
        {
            case TfliteType.Float32:
                data.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
                break;
            case TfliteType.Float16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(data);
                for (int i = 0; i < values.Length; i++) values[i] = (float)halves[i];
                break;
            case TfliteType.UInt8:
                Dequantise(data, values, tensor, static q => q);
                break;
            case TfliteType.Int8:
                Dequantise(MemoryMarshal.Cast<byte, sbyte>(data), values, tensor, static q => q);
                break;
            case TfliteType.Int16:
                Dequantise(MemoryMarshal.Cast<byte, short>(data), values, tensor, static q => q);
                break;
            case TfliteType.Int32:
                Dequantise(MemoryMarshal.Cast<byte, int>(data), values, tensor, static q => q);
                break;
            case TfliteType.Int64:
                Dequantise(MemoryMarshal.Cast<byte, long>(data), values, tensor, static q => q);
                break;
            default:
                throw new IsthmusException(ErrorKind.Model, $"Tensor {tensor.Index} ('{tensor.Name}') holds values of type {tensor.Type}, which the importer does not support as numbers.");
        }

        return values;
    }

    /// <summary>The values of a list of indices or sizes; null if the tensor is none.</summary>
    public static int[]? Integers(TfliteTensor tensor)
    {
        if (!tensor.IsConstant || tensor.Count > 64) return null;
        return tensor.Type switch
        {
            TfliteType.Int32 => MemoryMarshal.Cast<byte, int>(tensor.Data.Span).ToArray(),
            TfliteType.Int64 => [.. MemoryMarshal.Cast<byte, long>(tensor.Data.Span).ToArray().Select(v => (int)Math.Clamp(v, int.MinValue, int.MaxValue))],
            _ => null,
        };
    }

    /// <summary>The values with their dimensions in another order.</summary>
    /// <param name="source">The values in row-major order.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="order">Which dimension of <paramref name="shape"/> comes first, second, …</param>
    public static T[] Permute<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> shape, ReadOnlySpan<int> order)
    {
        T[] target = new T[source.Length];
        int rank = shape.Length;
        if (rank == 0)
        {
            source.CopyTo(target);
            return target;
        }

        Span<int> strides = stackalloc int[rank];
        int stride = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        Span<int> index = stackalloc int[rank];
        index.Clear();
        int last = shape[order[rank - 1]];
        int step = strides[order[rank - 1]];
        int start = 0;
        for (int at = 0; at < target.Length;)
        {
            for (int i = 0, from = start; i < last; i++, from += step) target[at++] = source[from];
            // Count up the outer dimensions, like an odometer.
            for (int d = rank - 2; d >= 0; d--)
            {
                start += strides[order[d]];
                if (++index[d] < shape[order[d]]) break;
                start -= strides[order[d]] * index[d];
                index[d] = 0;
            }
        }

        return target;
    }

    // The zero point is subtracted as an integer and the product rounded once, as TFLite's own Dequantize does.
    private static void Dequantise<T>(ReadOnlySpan<T> data, float[] values, TfliteTensor tensor, Func<T, long> widen)
    {
        if (tensor.Quantization is not { } quantization)
        {
            for (int i = 0; i < values.Length; i++) values[i] = widen(data[i]);
            return;
        }

        if (quantization.IsPerTensor)
        {
            (double scale, long zero) = (quantization.Scales[0], quantization.ZeroPoints[0]);
            for (int i = 0; i < values.Length; i++) values[i] = (float)(scale * (widen(data[i]) - zero));
            return;
        }

        int inner = 1;
        for (int d = quantization.Dimension + 1; d < tensor.Shape.Length; d++) inner *= tensor.Shape[d];
        int channels = quantization.Scales.Length;
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i / inner % channels;
            values[i] = (float)((double)quantization.Scales[channel] * (widen(data[i]) - quantization.ZeroPoints[channel]));
        }
    }
}
