using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>
/// The receiver's end. The bytes behind the last one are not zero but unknown: a decision is returned only if no continuation of what arrived could change it, so that a first
/// part of a code gives a first part of its decisions and nothing else.
/// </summary>
internal unsafe struct PictureBitReader : IPictureBits
{
    private readonly byte* _end;
    private byte* _next;
    private ulong _code;
    private ulong _range;
    private ulong _unknown;
    private bool _isAtEnd;

    /// <summary>Begins to read.</summary>
    /// <param name="code">The code, which stays where it is.</param>
    /// <param name="length">How much of it arrived.</param>
    public PictureBitReader(byte* code, int length)
    {
        _next = code;
        _end = code + length;
        _range = ulong.MaxValue;
        Four();
        Four();
    }

    /// <inheritdoc/>
    public static bool IsSender => false;

    /// <inheritdoc/>
    public readonly bool IsAtEnd => _isAtEnd;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Code(uint bit, uint probability)
    {
        ulong bound = (_range >> 16) * probability;
        if (_code < bound)
        {
            if (_unknown >= bound - _code)
            {
                _isAtEnd = true;
                return 0;
            }

            _range = bound;
            bit = 1;
        }
        else
        {
            _code -= bound;
            _range -= bound;
            bit = 0;
        }

        if (_range >> 32 == 0)
        {
            _range <<= 32;
            Four();
        }

        return bit;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Four()
    {
        for (int i = 0; i < 4; i++)
        {
            _code <<= 8;
            _unknown <<= 8;
            if (_next < _end) _code |= *_next++;
            else _unknown |= 255;
        }
    }
}
