using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Imaging;

/// <summary>Scales pictures of bytes: first the rows, then the columns, in single precision; rounded once, at the end.</summary>
internal static class Resampler
{
    /// <summary>Scales a picture.</summary>
    /// <param name="input">Rows from the top, pixels from the left, one byte per band.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="bands">Bytes per pixel.</param>
    /// <param name="area">The part to scale.</param>
    /// <param name="output">Where the scaled picture goes, in the same form.</param>
    /// <param name="outputWidth">Its columns.</param>
    /// <param name="outputHeight">Its rows.</param>
    /// <param name="filter">The kernel.</param>
    public static void Resample(ReadOnlySpan<byte> input, int width, int height, int bands, ImageArea area, Span<byte> output, int outputWidth, int outputHeight, ResizeFilter filter)
    {
        if (width == outputWidth && height == outputHeight && area == new ImageArea(0, 0, width, height))
        {
            input[..(width * height * bands)].CopyTo(output);
            return;
        }

        ResampleWeights rows = new(height, area.Top, area.Height, outputHeight, filter);
        ResampleWeights columns = new(width, area.Left, area.Width, outputWidth, filter);
        int stride = width * bands;
        float[] rented = ArrayPool<float>.Shared.Rent(stride);
        Span<float> sum = rented.AsSpan(0, stride);
        for (int y = 0; y < outputHeight; y++)
        {
            sum.Clear();
            ReadOnlySpan<float> weights = rows.Of(y);
            for (int k = 0; k < weights.Length; k++)
                AddScaled(input.Slice((rows.First(y) + k) * stride, stride), weights[k], sum);

            Span<byte> row = output.Slice(y * outputWidth * bands, outputWidth * bands);
            if (bands == 3) ThreeBands(sum, columns, row);
            else AnyBands(sum, columns, bands, row);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    // sum += weight · values
    private static void AddScaled(ReadOnlySpan<byte> values, float weight, Span<float> sum)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref byte from = ref MemoryMarshal.GetReference(values);
            ref float to = ref MemoryMarshal.GetReference(sum);
            Vector128<float> w = Vector128.Create(weight);
            for (; i <= values.Length - 16; i += 16)
            {
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, (nuint)i));
                Add(low, w, ref to, i);
                Add(high, w, ref to, i + 8);
            }
        }

        for (; i < values.Length; i++) sum[i] += weight * values[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector128<ushort> values, Vector128<float> weight, ref float to, int index)
    {
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(values);
        (Vector128.LoadUnsafe(ref to, (nuint)index) + (weight * Vector128.ConvertToSingle(low.AsInt32()))).StoreUnsafe(ref to, (nuint)index);
        (Vector128.LoadUnsafe(ref to, (nuint)index + 4) + (weight * Vector128.ConvertToSingle(high.AsInt32()))).StoreUnsafe(ref to, (nuint)index + 4);
    }

    private static void ThreeBands(ReadOnlySpan<float> input, ResampleWeights columns, Span<byte> output)
    {
        for (int x = 0; x < output.Length / 3; x++)
        {
            ReadOnlySpan<float> weights = columns.Of(x);
            ReadOnlySpan<float> from = input.Slice(columns.First(x) * 3, weights.Length * 3);
            float r = 0, g = 0, b = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                float w = weights[k];
                r += w * from[3 * k];
                g += w * from[(3 * k) + 1];
                b += w * from[(3 * k) + 2];
            }

            output[3 * x] = Round(r);
            output[(3 * x) + 1] = Round(g);
            output[(3 * x) + 2] = Round(b);
        }
    }

    private static void AnyBands(ReadOnlySpan<float> input, ResampleWeights columns, int bands, Span<byte> output)
    {
        for (int x = 0; x < output.Length / bands; x++)
        {
            ReadOnlySpan<float> weights = columns.Of(x);
            for (int c = 0; c < bands; c++)
            {
                float value = 0;
                for (int k = 0; k < weights.Length; k++) value += weights[k] * input[((columns.First(x) + k) * bands) + c];
                output[(x * bands) + c] = Round(value);
            }
        }
    }

    private static byte Round(float value) => (byte)Math.Clamp((int)(value + 0.5f), 0, 255);
}
