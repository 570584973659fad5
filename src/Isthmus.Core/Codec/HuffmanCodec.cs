using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// JALAD's codec (ICPADS 2018): min-max affine quantisation to c bits, then canonical Huffman coding. With 16 bits the upper and
/// the lower bytes of the indices are coded as two planes, each with a code of its own.
/// </summary>
/// <remarks>
/// The range is taken over the finite values. NaN and infinite values cross bit for bit, by position. A tensor whose finite
/// values are all the same crosses exactly; else |v − v̂| is at most half a step, (max − min)/(2·(2^c − 1)), and half a unit in the
/// last place. The minimum and the maximum cross exactly, so the zeros that a ReLU leaves do, but for their sign.
/// </remarks>
public sealed class HuffmanCodec : ITensorCodec
{
    private const int ParameterBytes = 12;

    /// <summary>Creates the codec.</summary>
    /// <param name="bits">c: 1…8 or 16.</param>
    /// <exception cref="Errors.IsthmusException">It is another number.</exception>
    public HuffmanCodec(int bits)
    {
        Spec = CodecSpec.Huffman(bits);
    }

    /// <inheritdoc/>
    public CodecSpec Spec { get; }

    private bool TwoPlanes => Spec.Parameter == 16;

    private int PlaneBits => Math.Min(Spec.Parameter, 8);

    /// <inheritdoc/>
    public long MaxFrameBytes(TensorShape shape)
    {
        long n = shape.ElementCount;
        return FrameHeader.Length(shape) + ParameterBytes + (NonFiniteList.EntryBytes * n) + (SymbolPlane.MaxBytes(n) * (TwoPlanes ? 2 : 1));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Encode(ReadOnlySpan<float> values, TensorShape shape, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        FrameWriter.CheckValues(values.Length, shape);
        FloatRange range = FloatRange.Of(values);
        long parameters = ParameterBytes + ((long)NonFiniteList.EntryBytes * range.NonFinite);

        if (range.Min == range.Max)
        {
            FrameWriter constant = new(output, Spec, shape, parameters);
            WriteParameters(values, range, constant.Payload);
            constant.Complete();
            return;
        }

        int n = values.Length;
        byte[] high = ArrayPool<byte>.Shared.Rent(n);
        byte[] low = TwoPlanes ? ArrayPool<byte>.Shared.Rent(n) : [];
        try
        {
            Quantise(values, range, high.AsSpan(0, n), TwoPlanes ? low.AsSpan(0, n) : default);
            SymbolPlaneWriter upper = new(high.AsSpan(0, n), PlaneBits, stackalloc byte[HuffmanCode.MaxSymbols]);
            SymbolPlaneWriter lower = TwoPlanes ? new(low.AsSpan(0, n), PlaneBits, stackalloc byte[HuffmanCode.MaxSymbols]) : default;
            FrameWriter frame = new(output, Spec, shape, parameters + upper.Size + lower.Size, SymbolPlane.Slack);
            WriteParameters(values, range, frame.Payload);
            Span<byte> planes = frame.Payload[(int)parameters..];
            int written = upper.Write(planes);
            if (TwoPlanes) lower.Write(planes[written..]);
            frame.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(high);
            if (TwoPlanes) ArrayPool<byte>.Shared.Return(low);
        }
    }

    private void Quantise(ReadOnlySpan<float> values, FloatRange range, Span<byte> high, Span<byte> low)
    {
        AffineQuantiser quantiser = new(range.Min, range.Max, Spec.Parameter);
        if (TwoPlanes) quantiser.Quantise(values, high, low);
        else quantiser.Quantise(values, high);
        if (range.AllFinite) return;
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsFinite(values[i])) continue;
            high[i] = 0;
            if (TwoPlanes) low[i] = 0;
        }
    }

    private static void WriteParameters(ReadOnlySpan<float> values, FloatRange range, Span<byte> payload)
    {
        BinaryPrimitives.WriteSingleLittleEndian(payload, range.Min);
        BinaryPrimitives.WriteSingleLittleEndian(payload[4..], range.Max);
        NonFiniteList.Write(values, range.NonFinite, payload[8..]);
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> frame, TensorShape expected, Span<float> destination)
    {
        ReadOnlySpan<byte> payload = FrameReader.Open(frame, Spec, expected, destination.Length);
        int n = destination.Length;
        if (payload.Length < ParameterBytes)
            throw new FrameException(FrameError.BadLength, "The frame's payload is shorter than the quantiser's parameters: send it again.");
        float min = BinaryPrimitives.ReadSingleLittleEndian(payload);
        float max = BinaryPrimitives.ReadSingleLittleEndian(payload[4..]);
        if (!float.IsFinite(min) || !float.IsFinite(max) || min > max)
            throw new FrameException(FrameError.BadParameters, $"The frame's range from {min} to {max} is none: send it again.");
        ReadOnlySpan<byte> planes = payload[8..];
        ReadOnlySpan<byte> exceptions = NonFiniteList.Open(ref planes, n);
        if (min == max)
        {
            // The maximum, because it is +0 where both zeros occur.
            FrameReader.CheckLength(planes, 0);
            destination.Fill(max);
        }
        else
        {
            ReadPlanes(planes, min, max, destination);
        }

        NonFiniteList.Apply(exceptions, destination);
    }

    // The symbols are decoded into the last quarter of the destination's own memory, from where the values, four times as wide,
    // overwrite them from below without ever catching up.
    private void ReadPlanes(ReadOnlySpan<byte> planes, float min, float max, Span<float> destination)
    {
        int n = destination.Length;
        AffineQuantiser quantiser = new(min, max, Spec.Parameter);
        Span<byte> high = MemoryMarshal.AsBytes(destination)[^n..];
        int read = SymbolPlane.Read(planes, PlaneBits, high);
        if (!TwoPlanes)
        {
            FrameReader.CheckLength(planes, read);
            quantiser.Dequantise(high, destination);
            return;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(n);
        try
        {
            Span<byte> low = rented.AsSpan(0, n);
            read += SymbolPlane.Read(planes[read..], PlaneBits, low);
            FrameReader.CheckLength(planes, read);
            quantiser.Dequantise(high, low, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
