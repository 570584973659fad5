using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// A binary arithmetic coder (range coder) with a 64-bit range: bits with probabilities go in, bytes come out, within a fraction of a
/// thousandth of the bits' information content.
/// </summary>
internal unsafe ref struct BinaryEncoder
{
    private readonly byte* _start;
    private byte* _next;
    private ulong _low;
    private ulong _range;

    /// <summary>Begins a stream.</summary>
    /// <param name="destination">Where it goes: room for every bit's worst case and <see cref="Slack"/> bytes, which the caller guarantees.</param>
    public BinaryEncoder(byte* destination)
    {
        _start = destination;
        _next = destination;
        _low = 0;
        _range = ulong.MaxValue;
    }

    /// <summary>Bytes that the end of a stream may take.</summary>
    public const int Slack = 16;

    /// <summary>Where the next byte goes.</summary>
    public readonly byte* Next => _next;

    /// <summary>Bytes written so far.</summary>
    public readonly int Written => (int)(_next - _start);

    /// <summary>Codes a bit.</summary>
    /// <param name="bit">0 or 1.</param>
    /// <param name="probability">The probability of a 1, in units of 2⁻¹⁶, neither 0 nor 65536.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Encode(uint bit, uint probability)
    {
        ulong bound = (_range >> 16) * probability;
        if (bit != 0)
        {
            _range = bound;
        }
        else
        {
            ulong low = _low + bound;
            if (low < _low) Carry();
            _low = low;
            _range -= bound;
        }

        if (_range >> 32 == 0) Shift();
    }

    /// <summary>Ends the stream with as few bytes as tell its last bits.</summary>
    /// <returns>The stream's length; a decoder reads up to eight zeros behind it.</returns>
    public int Finish()
    {
        // The number with the most trailing zero bytes within [low, low + range).
        ulong last = _low + (_range - 1);
        bool wraps = last < _low;
        for (int bytes = 0; bytes <= 8; bytes++)
        {
            ulong mask = bytes == 8 ? 0 : ulong.MaxValue >> (8 * bytes);
            ulong candidate = (_low + mask) & ~mask;
            bool overflow = candidate < _low;
            if (wraps ? (overflow ? candidate <= last : true) : !overflow && candidate <= last)
            {
                if (overflow) Carry();
                for (int i = 0; i < bytes; i++) *_next++ = (byte)(candidate >> (56 - (8 * i)));
                break;
            }
        }

        return Written;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Shift()
    {
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(_next, 4), (uint)(_low >> 32));
        _next += 4;
        _low <<= 32;
        _range <<= 32;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Carry()
    {
        byte* p = _next;
        while (++*--p == 0)
        {
        }
    }
}
