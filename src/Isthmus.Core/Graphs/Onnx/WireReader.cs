namespace Isthmus.Core.Graphs.Onnx;

/// <summary>
/// Walks the fields of one protobuf message without making objects of them, so that a model can be measured before it is
/// parsed, and cut without rewriting a single weight. Trusts nothing: see <see cref="Next"/>.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _position;

    /// <summary>The number of the field last read.</summary>
    public int Field { get; private set; }

    /// <summary>How its value is written.</summary>
    public WireKind Kind { get; private set; }

    /// <summary>Where the field, tag included, begins in the message.</summary>
    public int Start { get; private set; }

    /// <summary>The field with its tag and length, as it stands in the message.</summary>
    public readonly ReadOnlySpan<byte> Whole => _message[Start.._position];

    /// <summary>The content of a length-delimited field; the value's bytes of any other.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Reads the next field; false at the end of the message.</summary>
    /// <exception cref="InvalidDataException">The message is truncated or malformed.</exception>
    public bool Next()
    {
        if (_position == _message.Length) return false;
        Start = _position;
        ulong tag = ReadVarint();
        Kind = (WireKind)(tag & 7);
        if (tag >> 3 is 0 or > 0x1FFFFFFF) throw Malformed();
        Field = (int)(tag >> 3);
        int from = _position;
        switch (Kind)
        {
            case WireKind.Varint:
                ReadVarint();
                Value = _message[from.._position];
                break;
            case WireKind.Fixed64:
                Value = Take(8);
                break;
            case WireKind.Fixed32:
                Value = Take(4);
                break;
            case WireKind.LengthDelimited:
                Value = Take(ReadVarint());
                break;
            default:
                // Groups: ONNX has none, and no version of it ever will.
                throw Malformed();
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_message.Length - _position)) throw Malformed();
        ReadOnlySpan<byte> value = _message.Slice(_position, (int)length);
        _position += (int)length;
        return value;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (_position == _message.Length) throw Malformed();
            byte b = _message[_position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw Malformed();
    }

    private static InvalidDataException Malformed() => new("The protobuf message is truncated or malformed.");
}
