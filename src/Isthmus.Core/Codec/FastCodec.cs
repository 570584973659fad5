using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// The fast coder of few levels: the clipping range with the least squared error (<see cref="ClippingRange"/>), L levels with zero exact, several
/// symbols in a byte, and interleaved range coding of those bytes with a context from two neighbours, below one bit per value.
/// </summary>
/// <remarks>
/// NaN and infinite values cross bit for bit, by position. A tensor whose finite values are all the same crosses exactly. Of a value that is
/// clipped the error has no bound: it is what the mean over the tensor gains by.
/// </remarks>
public sealed class FastCodec : ITensorCodec
{
    internal const byte Stored = 0;
    internal const byte Constant = 1;
    internal const byte Coded = 2;
    private const double NearestLevel = 0.5;

    private readonly SymbolPacking _packing;

    /// <summary>Creates the codec.</summary>
    /// <param name="levels">L: 2…255.</param>
    /// <exception cref="IsthmusException">It is another number.</exception>
    public FastCodec(int levels)
    {
        Spec = CodecSpec.Fast(levels);
        _packing = new SymbolPacking(levels);
    }

    /// <inheritdoc/>
    public CodecSpec Spec { get; }

    // The mode, the level of zero, and what each level stands for.
    private int TableBytes => 2 + (4 * Spec.Parameter);

    /// <inheritdoc/>
    public long MaxFrameBytes(TensorShape shape)
    {
        long n = shape.ElementCount;
        return FrameHeader.Length(shape) + NonFiniteList.HeadBytes + (NonFiniteList.EntryBytes * n) + TableBytes + _packing.Bytes(n);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Encode(ReadOnlySpan<float> values, TensorShape shape, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        FrameWriter.CheckValues(values.Length, shape);
        FloatRange range = FloatRange.Of(values);
        int listBytes = checked((int)Math.Min(int.MaxValue, NonFiniteList.HeadBytes + ((long)NonFiniteList.EntryBytes * range.NonFinite)));
        if (range.Min == range.Max)
        {
            FrameWriter constant = new(output, Spec, shape, listBytes + 5L);
            NonFiniteList.Write(values, range.NonFinite, constant.Payload);
            constant.Payload[listBytes] = Constant;
            BinaryPrimitives.WriteSingleLittleEndian(constant.Payload[(listBytes + 1)..], range.Max);
            constant.Complete();
            return;
        }

        int n = values.Length;
        int bytes = (int)_packing.Bytes(n);
        byte[] symbols = ArrayPool<byte>.Shared.Rent(n);
        byte[] packed = ArrayPool<byte>.Shared.Rent(bytes);
        byte[] smaller = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            Span<float> levels = stackalloc float[256];
            LevelQuantiser quantiser = ClippingRange.Fit(values, range, Spec.Parameter, NearestLevel, levels);
            quantiser.Quantise(values, symbols.AsSpan(0, n));
            if (!range.AllFinite) ClearNonFinite(values, quantiser.Zero, symbols);
            _packing.Pack(symbols.AsSpan(0, n), packed.AsSpan(0, bytes));

            // What takes as many bytes as the packed symbols is not worth decoding.
            Span<byte> room = smaller.AsSpan(0, bytes - 1);
            int above = PackedPlane.Above(shape.Rank >= 3 ? shape[shape.Rank - 1] : 0, _packing);
            int coded = PackedPlane.Encode(packed.AsSpan(0, bytes), _packing, quantiser.Zero, above, null, room);
            ReadOnlySpan<byte> content = coded > 0 ? room[^coded..] : packed.AsSpan(0, bytes);

            FrameWriter frame = new(output, Spec, shape, (long)listBytes + TableBytes + content.Length);
            NonFiniteList.Write(values, range.NonFinite, frame.Payload);
            Span<byte> table = frame.Payload[listBytes..];
            table[0] = coded > 0 ? Coded : Stored;
            table[1] = (byte)quantiser.Zero;
            for (int level = 0; level < Spec.Parameter; level++) BinaryPrimitives.WriteSingleLittleEndian(table[(2 + (4 * level))..], levels[level]);
            content.CopyTo(table[TableBytes..]);
            frame.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(symbols);
            ArrayPool<byte>.Shared.Return(packed);
            ArrayPool<byte>.Shared.Return(smaller);
        }
    }

    private static void ClearNonFinite(ReadOnlySpan<float> values, int zero, Span<byte> symbols)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i])) symbols[i] = (byte)zero;
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Decode(ReadOnlySpan<byte> frame, TensorShape expected, Span<float> destination)
    {
        ReadOnlySpan<byte> payload = FrameReader.Open(frame, Spec, expected, destination.Length);
        ReadOnlySpan<byte> exceptions = NonFiniteList.Open(ref payload, destination.Length);
        if (payload.Length < 5) throw new FrameException(FrameError.BadLength, "The frame's payload is shorter than its levels: send it again.");
        switch (payload[0])
        {
            case Constant:
                FrameReader.CheckLength(payload, 5);
                float value = BinaryPrimitives.ReadSingleLittleEndian(payload[1..]);
                if (!float.IsFinite(value)) throw BadLevels();
                destination.Fill(value);
                break;
            case Stored or Coded when !destination.IsEmpty:
                ReadPacked(payload, destination);
                break;
            default:
                throw new FrameException(FrameError.BadCode, $"The frame's symbols are coded in mode {payload[0]}, which is not known: use the same release of Isthmus on both sides.");
        }

        NonFiniteList.Apply(exceptions, destination);
    }

    [SkipLocalsInit]
    private void ReadPacked(ReadOnlySpan<byte> payload, Span<float> destination)
    {
        if (payload.Length < TableBytes) throw new FrameException(FrameError.BadLength, "The frame's payload is shorter than its levels: send it again.");
        int zero = payload[1];
        Span<float> levels = stackalloc float[256];
        for (int level = 0; level < Spec.Parameter; level++)
        {
            levels[level] = BinaryPrimitives.ReadSingleLittleEndian(payload[(2 + (4 * level))..]);
            if (!float.IsFinite(levels[level])) throw BadLevels();
        }

        if (zero >= Spec.Parameter || BitConverter.SingleToInt32Bits(levels[zero]) != 0) throw BadLevels();
        ReadOnlySpan<byte> content = payload[TableBytes..];
        int bytes = (int)_packing.Bytes(destination.Length);
        if (payload[0] == Stored)
        {
            FrameReader.CheckLength(content, bytes);
            if (_packing.Symbols < 256 && content.IndexOfAnyInRange((byte)_packing.Symbols, byte.MaxValue) >= 0)
                throw new FrameException(FrameError.BadCode, "The frame has symbols that its levels do not have: send it again.");
            _packing.Unpack(content, levels, destination);
            return;
        }

        byte[] packed = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            PackedPlane.Decode(content, _packing, zero, null, packed.AsSpan(0, bytes));
            _packing.Unpack(packed.AsSpan(0, bytes), levels, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private static FrameException BadLevels() =>
        new(FrameError.BadParameters, "The frame's levels are no quantiser's: send it again.");
}
