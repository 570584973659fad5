using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// The fast coder of few levels: the clipping range with the least squared error (<see cref="ClippingRange"/>), L levels with zero exact, several
/// symbols in a byte, and interleaved range coding of those bytes with a context from three neighbours, below one bit per value.
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
    internal const byte Trained = 3;
    internal const double NearestLevel = 0.5;

    // Contexts make symbols about so much smaller than their entropy.
    private const double ContextGain = 0.9;
    private const int IdBytes = 4;

    private readonly SymbolPacking _packing;
    private readonly CodecTables? _tables;
    private readonly FastModel? _model;

    /// <summary>Creates the codec.</summary>
    /// <param name="levels">L: 2…255.</param>
    /// <param name="tables">What was trained on the tensor that is to cross; null for nothing.</param>
    /// <exception cref="IsthmusException">It is another number.</exception>
    public FastCodec(int levels, CodecTables? tables = null)
    {
        Spec = CodecSpec.Fast(levels);
        _packing = new SymbolPacking(levels);
        _model = tables?.Fast.Find(levels);
        _tables = _model is null ? null : tables;
    }

    /// <inheritdoc/>
    public CodecSpec Spec { get; }

    // The mode, the level of zero, and what each level stands for.
    private int TableBytes => 2 + (4 * Spec.Parameter);

    /// <summary>The distance to the packed symbol above.</summary>
    internal static int Above(TensorShape shape, in SymbolPacking packing) => PackedPlane.Above(shape.Rank >= 3 ? shape[shape.Rank - 1] : 0, packing);

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
        CheckTables(shape);
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
            ClearNonFinite(values, range, quantiser.Zero, symbols);
            _packing.Pack(symbols.AsSpan(0, n), packed.AsSpan(0, bytes));

            // What takes as many bytes as the packed symbols is not worth decoding.
            Span<byte> room = smaller.AsSpan(0, bytes - 1);
            byte mode = Code(packed.AsSpan(0, bytes), quantiser.Zero, Above(shape, _packing), room, out int coded);
            ReadOnlySpan<byte> content = mode == Stored ? packed.AsSpan(0, bytes) : room[^coded..];

            int idBytes = mode == Trained ? IdBytes : 0;
            FrameWriter frame = new(output, Spec, shape, (long)listBytes + TableBytes + idBytes + content.Length);
            NonFiniteList.Write(values, range.NonFinite, frame.Payload);
            Span<byte> table = frame.Payload[listBytes..];
            table[0] = mode;
            table[1] = (byte)quantiser.Zero;
            for (int level = 0; level < Spec.Parameter; level++) BinaryPrimitives.WriteSingleLittleEndian(table[(2 + (4 * level))..], levels[level]);
            table = table[TableBytes..];
            if (mode == Trained) BinaryPrimitives.WriteUInt32LittleEndian(table, _tables!.FrameId);
            content.CopyTo(table[idBytes..]);
            frame.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(symbols);
            ArrayPool<byte>.Shared.Return(packed);
            ArrayPool<byte>.Shared.Return(smaller);
        }
    }

    // With trained tables or with tables in the frame, whichever is smaller; the latter are only tried if they could be.
    private byte Code(ReadOnlySpan<byte> packed, int zero, int above, Span<byte> room, out int coded)
    {
        coded = 0;
        FastModel? model = _model is not null && _model.Zero == zero && room.Length > IdBytes ? _model : null;
        if (model is not null)
        {
            coded = PackedPlane.Encode(packed, _packing, zero, above, model, room[IdBytes..]);
            if (coded > 0 && 8 * (coded + IdBytes) <= ContextGain * SymbolEntropy.Estimate(packed)) return Trained;
        }

        if (coded == 0)
        {
            coded = PackedPlane.Encode(packed, _packing, zero, above, null, room);
            return coded > 0 ? Coded : Stored;
        }

        byte[] other = ArrayPool<byte>.Shared.Rent(coded + IdBytes - 1);
        try
        {
            Span<byte> smaller = other.AsSpan(0, coded + IdBytes - 1);
            int own = PackedPlane.Encode(packed, _packing, zero, above, null, smaller);
            if (own == 0) return Trained;
            coded = own;
            smaller[^own..].CopyTo(room[^own..]);
            return Coded;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(other);
        }
    }

    private void CheckTables(TensorShape shape)
    {
        if (_tables is not null && _tables.Shape != shape)
            throw new IsthmusException(ErrorKind.Data, $"The trained tables are for a tensor of shape {_tables.Shape}, not {shape}.");
    }

    internal static void ClearNonFinite(ReadOnlySpan<float> values, FloatRange range, int zero, Span<byte> symbols)
    {
        if (range.AllFinite) return;
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i])) symbols[i] = (byte)zero;
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Decode(ReadOnlySpan<byte> frame, TensorShape expected, Span<float> destination)
    {
        CheckTables(expected);
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
            case Stored or Coded or Trained when !destination.IsEmpty:
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

        FastModel? model = null;
        if (payload[0] == Trained)
        {
            if (content.Length < IdBytes) throw new FrameException(FrameError.BadLength, "The frame's payload is shorter than the name of its tables: send it again.");
            if (_tables is null || _model!.Zero != zero || BinaryPrimitives.ReadUInt32LittleEndian(content) != _tables.FrameId)
                throw new FrameException(FrameError.BadParameters, "The frame was made with other trained tables than the plan names: both sides need the tables of the same profile.");
            model = _model;
            content = content[IdBytes..];
        }

        byte[] packed = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            PackedPlane.Decode(content, _packing, zero, model, packed.AsSpan(0, bytes));
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
