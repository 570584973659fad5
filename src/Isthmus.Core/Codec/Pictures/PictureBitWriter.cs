using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>The sender's end: a range coder with a 64-bit range, as <see cref="BinaryEncoder"/>, that grows its buffer and ends so that a receiver is certain of every decision.</summary>
internal struct PictureBitWriter : IPictureBits, IDisposable
{
    private byte[] _buffer;
    private int _length;
    private ulong _low;
    private ulong _range;

    /// <summary>Begins a code behind some bytes of the caller's.</summary>
    /// <param name="header">What stands before it.</param>
    public PictureBitWriter(ReadOnlySpan<byte> header)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(1 << 14);
        header.CopyTo(_buffer);
        _length = header.Length;
        _low = 0;
        _range = ulong.MaxValue;
    }

    /// <inheritdoc/>
    public static bool IsSender => true;

    /// <inheritdoc/>
    public readonly bool IsAtEnd => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Code(uint bit, uint probability)
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
        return bit;
    }

    /// <summary>Ends the code with the fewest bytes behind which anything may follow.</summary>
    /// <returns>The header and the code.</returns>
    public byte[] Finish()
    {
        Reserve(8);
        for (int bytes = 1; bytes <= 8; bytes++)
        {
            ulong rest = bytes == 8 ? 0 : ulong.MaxValue >> (8 * bytes);
            ulong first = (_low + rest) & ~rest;
            // How far the interval of all continuations reaches beyond the low end, which must stay within the range.
            if (first - _low > _range - 1 || rest > _range - 1 - (first - _low)) continue;
            if (first < _low) Carry();
            for (int i = 0; i < bytes; i++) _buffer[_length++] = (byte)(first >> (56 - (8 * i)));
            break;
        }

        return _buffer[.._length];
    }

    /// <inheritdoc/>
    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Shift()
    {
        Reserve(4);
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_length), (uint)(_low >> 32));
        _length += 4;
        _low <<= 32;
        _range <<= 32;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Carry()
    {
        int i = _length;
        while (++_buffer[--i] == 0)
        {
        }
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes <= _buffer.Length) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
