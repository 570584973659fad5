using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec;

/// <summary>Reads what <see cref="BinaryEncoder"/> wrote. Reads no byte outside the stream; behind its end are zeros.</summary>
internal unsafe ref struct BinaryDecoder
{
    private readonly byte* _end;
    private byte* _next;
    private ulong _code;
    private ulong _range;
    private int _beyond;

    /// <summary>Begins to read a stream.</summary>
    public BinaryDecoder(byte* stream, int length)
    {
        _next = stream;
        _end = stream + length;
        _range = ulong.MaxValue;
        _beyond = 0;
        _code = ((ulong)Four() << 32) | Four();
    }

    /// <summary>Decodes a bit.</summary>
    /// <param name="probability">The probability of a 1, as the encoder had it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Decode(uint probability)
    {
        ulong bound = (_range >> 16) * probability;
        uint bit;
        if (_code < bound)
        {
            _range = bound;
            bit = 1;
        }
        else
        {
            _code -= bound;
            _range -= bound;
            bit = 0;
        }

        if (_range >> 32 == 0) Shift();
        return bit;
    }

    /// <summary>Whether the stream ended where its last bit did, but for up to eight zeros.</summary>
    public readonly bool IsExact => _next == _end && _beyond <= 8;

    /// <summary>Whether more was asked for than a stream of this length can hold.</summary>
    public readonly bool IsExhausted => _beyond > 8;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Shift()
    {
        _range <<= 32;
        _code = (_code << 32) | Four();
    }

    private uint Four()
    {
        uint four = 0;
        for (int i = 0; i < 4; i++)
        {
            four <<= 8;
            if (_next < _end) four |= *_next++;
            else if (_beyond < int.MaxValue) _beyond++;
        }

        return four;
    }
}
