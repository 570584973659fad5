using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// The codec for the fewest bytes: uniform quantisation with zero exact, chosen for bytes as well as for error, and context modelling.
/// Every magnitude is predicted from its neighbours, from its channel so far, from the channels before it at the same place and, with
/// trained tables, from the channel that resembles it most; what is left to tell goes through an adaptive arithmetic coder.
/// </summary>
/// <remarks>
/// <para>
/// The parameter q says how fine the steps are: step = 4·s/q, where s is the root mean square of the values that are not zero: of this
/// tensor, or with trained tables of those it was trained on. Magnitude m stands for the interval around m steps, with the next lower one
/// taken where that saves more bits than it costs in error; its value is where the tensor's values of that magnitude lie on average.
/// There is no clipping: with an entropy coder a rare large value costs a few bits, and clipping it costs accuracy.
/// </para>
/// <para>
/// Clipping and coarse quantisation with an entropy coder for inference without retraining are from Cohen, Choi and Bajić (2021);
/// coding a residual's magnitude in contexts of its neighbours is the tradition of CALIC (Wu and Memon, 1997).
/// </para>
/// </remarks>
public sealed class DenseCodec : ITensorCodec
{
    // The tables' id, three places and the flags; then what the flags say: the step, and the number of exceptions.
    private const int ParameterBytes = 8;
    private const int MostParameterBytes = ParameterBytes + 8;
    private const int ExceptionBytes = 8;
    private const byte Signed = 1;
    private const byte Stored = 2;
    private const byte OwnStep = 4;
    private const byte Exceptions = 8;

    private readonly CodecTables? _tables;
    private readonly DenseTables _model;

    /// <summary>Creates the codec.</summary>
    /// <param name="quality">q: steps in four root mean squares, 2…64.</param>
    /// <param name="tables">What was trained on the tensor that is to cross; null for what holds for any.</param>
    /// <exception cref="IsthmusException">It is another number.</exception>
    public DenseCodec(int quality, CodecTables? tables = null)
    {
        Spec = CodecSpec.Dense(quality);
        _tables = tables;
        _model = tables?.Dense ?? DenseTables.Default;
    }

    /// <inheritdoc/>
    public CodecSpec Spec { get; }

    /// <inheritdoc/>
    public long MaxFrameBytes(TensorShape shape)
    {
        long n = shape.ElementCount;
        return FrameHeader.Length(shape) + MostParameterBytes + (ExceptionBytes * n) + StoredBytes(n, signed: true);
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> values, TensorShape shape, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        FrameWriter.CheckValues(values.Length, shape);
        CheckTables(shape);
        DenseRange range = DenseRange.Of(values);
        DenseQuantiser quantiser = Quantiser(range);
        if (range.Largest == 0 || quantiser.Step == 0)
        {
            Write(values, shape, output, quantiser, range.Signed, range.NonFinite, [], stored: false);
            return;
        }

        int exceptions = range.NonFinite + quantiser.CountTooLarge(values, range);
        // What does not get smaller than a byte per value is stored.
        int room = checked((int)Math.Min(StoredBytes(values.Length, range.Signed), Array.MaxLength));
        byte[] stream = ArrayPool<byte>.Shared.Rent(room + DenseCoding.Slack);
        try
        {
            int length = DenseCoding.Encode(new(shape), Spec.Parameter, _model, values, quantiser, range.Signed, stream.AsSpan(0, room + DenseCoding.Slack), out DenseQuantiser centred);
            if (length < 0) Write(values, shape, output, quantiser, range.Signed, exceptions, [], stored: true);
            else Write(values, shape, output, centred, range.Signed, exceptions, stream.AsSpan(0, length), stored: false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stream);
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Decode(ReadOnlySpan<byte> frame, TensorShape expected, Span<float> destination)
    {
        CheckTables(expected);
        ReadOnlySpan<byte> payload = FrameReader.Open(frame, Spec, expected, destination.Length);
        if (payload.Length < ParameterBytes)
            throw new FrameException(FrameError.BadLength, "The frame's payload is shorter than the quantiser's parameters: send it again.");
        uint tables = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        if (tables != (_tables?.FrameId ?? 0))
            throw new FrameException(FrameError.BadParameters, "The frame was made with other trained tables than the plan names: both sides need the tables of the same profile.");
        byte flags = payload[7];
        if ((flags & ~(Signed | Stored | OwnStep | Exceptions)) != 0)
            throw new FrameException(FrameError.BadParameters, "The frame's flags are not known: use the same release of Isthmus on both sides.");
        (sbyte first, sbyte second, sbyte others) = ((sbyte)payload[4], (sbyte)payload[5], (sbyte)payload[6]);
        payload = payload[ParameterBytes..];
        if ((flags & OwnStep) == 0 && !_model.IsTrained)
            throw new FrameException(FrameError.BadParameters, "The frame has no step, and there are no trained tables that say one: send it again.");
        float step = (flags & OwnStep) == 0 ? TrainedStep : BitConverter.UInt32BitsToSingle(Next(ref payload));
        if (!float.IsFinite(step) || step < 0 || (step == 0 && float.IsNegative(step)))
            throw new FrameException(FrameError.BadParameters, $"The frame's step of {step} is none: send it again.");
        uint exceptionCount = (flags & Exceptions) == 0 ? 0 : Next(ref payload);
        int n = destination.Length;
        if (exceptionCount > (uint)n || (ulong)exceptionCount * ExceptionBytes > (ulong)payload.Length)
            throw new FrameException(FrameError.BadLength, $"The frame lists {exceptionCount} values by position, which is more than it holds: send it again.");

        DenseQuantiser quantiser = new(step, first, second, others);
        bool signed = (flags & Signed) != 0;
        ReadOnlySpan<byte> exceptions = payload[..((int)exceptionCount * ExceptionBytes)];
        ReadOnlySpan<byte> stream = payload[exceptions.Length..];
        if (step == 0)
        {
            FrameReader.CheckLength(stream, 0);
            destination.Clear();
        }
        else
        {
            Span<float> levels = stackalloc float[DenseCoding.LargestMagnitude + 1];
            quantiser.Levels(levels);
            if ((flags & Stored) != 0) ReadStored(stream, signed, levels, destination);
            else DenseCoding.Decode(new(expected), Spec.Parameter, _model, stream, signed, levels, destination);
        }

        ReadExceptions(exceptions, destination);
    }

    private static long StoredBytes(long n, bool signed) => n + (signed ? (n + 7) / 8 : 0);

    private void CheckTables(TensorShape shape)
    {
        if (_tables is not null && _tables.Shape != shape)
            throw new IsthmusException(ErrorKind.Data, $"The trained tables are for a tensor of shape {_tables.Shape}, not {shape}.");
    }

    // Trained tables say how large values are in general; without them this tensor does. Where all that is not zero has one magnitude, the
    // step is that, and everything is exact.
    private DenseQuantiser Quantiser(DenseRange range)
    {
        if (range.Largest == range.Least) return new(range.Largest, 0, 0, 0) { IsExact = true };
        return new(_model.IsTrained ? TrainedStep : Step(Math.Sqrt(range.MeanSquare)), 0, 0, 0);
    }

    private float TrainedStep => Step(_model.Scale);

    private float Step(double scale) => (float)Math.Min(scale * 4 / Spec.Parameter, float.MaxValue);

    private static uint Next(ref ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 4) throw new FrameException(FrameError.BadLength, "The frame's payload is shorter than the quantiser's parameters: send it again.");
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        payload = payload[4..];
        return value;
    }

    private void Write(
        ReadOnlySpan<float> values, TensorShape shape, IBufferWriter<byte> output, DenseQuantiser quantiser, bool signed, int exceptions, ReadOnlySpan<byte> stream, bool stored)
    {
        long body = stored ? StoredBytes(values.Length, signed) : stream.Length;
        bool ownStep = !_model.IsTrained || quantiser.Step != TrainedStep;
        int parameters = ParameterBytes + (ownStep ? 4 : 0) + (exceptions > 0 ? 4 : 0);
        FrameWriter frame = new(output, Spec, shape, parameters + ((long)ExceptionBytes * exceptions) + body);
        Span<byte> payload = frame.Payload;
        BinaryPrimitives.WriteUInt32LittleEndian(payload, _tables?.FrameId ?? 0);
        payload[4] = (byte)quantiser.First;
        payload[5] = (byte)quantiser.Second;
        payload[6] = (byte)quantiser.Others;
        payload[7] = (byte)((signed ? Signed : 0) | (stored ? Stored : 0) | (ownStep ? OwnStep : 0) | (exceptions > 0 ? Exceptions : 0));
        if (ownStep) BinaryPrimitives.WriteSingleLittleEndian(payload[ParameterBytes..], quantiser.Step);
        if (exceptions > 0) BinaryPrimitives.WriteInt32LittleEndian(payload[(parameters - 4)..], exceptions);
        payload = payload[parameters..];
        if (exceptions > 0)
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (!quantiser.IsException(values[i])) continue;
                BinaryPrimitives.WriteInt32LittleEndian(payload, i);
                BinaryPrimitives.WriteSingleLittleEndian(payload[4..], values[i]);
                payload = payload[ExceptionBytes..];
            }
        }

        if (stored) WriteStored(values, quantiser, signed, payload);
        else stream.CopyTo(payload);
        frame.Complete();
    }

    private static void WriteStored(ReadOnlySpan<float> values, DenseQuantiser quantiser, bool signed, Span<byte> payload)
    {
        Span<byte> signs = payload[values.Length..];
        if (signed) signs.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            payload[i] = quantiser.Magnitude(values[i]);
            if (signed && values[i] < 0) signs[i / 8] |= (byte)(1 << (i % 8));
        }
    }

    private static void ReadStored(ReadOnlySpan<byte> stream, bool signed, ReadOnlySpan<float> levels, Span<float> destination)
    {
        FrameReader.CheckLength(stream, StoredBytes(destination.Length, signed));
        ReadOnlySpan<byte> signs = stream[destination.Length..];
        for (int i = 0; i < destination.Length; i++)
        {
            float level = levels[stream[i]];
            destination[i] = signed && stream[i] != 0 && (signs[i / 8] >> (i % 8) & 1) != 0 ? -level : level;
        }
    }

    private static void ReadExceptions(ReadOnlySpan<byte> exceptions, Span<float> destination)
    {
        long before = -1;
        for (; !exceptions.IsEmpty; exceptions = exceptions[ExceptionBytes..])
        {
            uint index = BinaryPrimitives.ReadUInt32LittleEndian(exceptions);
            if (index <= before || index >= (uint)destination.Length)
                throw new FrameException(FrameError.BadParameters, "The frame's list of values by position is out of order: send it again.");
            destination[(int)index] = BinaryPrimitives.ReadSingleLittleEndian(exceptions[4..]);
            before = index;
        }
    }
}
