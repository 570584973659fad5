using System.Runtime.InteropServices;
using Isthmus.Core.Errors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>Memory whose surroundings notice being touched. It is handed out so that it ends, or begins, exactly at them.</summary>
internal sealed unsafe class GuardedMemory : IDisposable
{
    // As far as a wide vector or a cache line reaches beyond an end.
    private const int CanaryBytes = 128;

    private readonly byte* _all;
    private readonly byte* _data;
    private readonly nuint _bytes;
    private readonly int _capacity;
    private readonly GuardKind _kind;
    private byte* _before;
    private int _beforeBytes;
    private byte* _after;
    private int _afterBytes;
    private byte _canary;

    /// <summary>Takes the memory.</summary>
    /// <param name="capacity">The most bytes that will be asked for.</param>
    /// <param name="kind">How touching is noticed.</param>
    /// <exception cref="IsthmusException">The system gives none, or does not protect pages.</exception>
    public GuardedMemory(int capacity, GuardKind kind)
    {
        _kind = kind;
        int page = kind == GuardKind.Pages ? Environment.SystemPageSize : CanaryBytes;
        _capacity = (capacity + page - 1) / page * page;
        _bytes = (nuint)(_capacity + (2 * page));
        if (kind == GuardKind.Poison)
        {
            _all = (byte*)NativeMemory.AllocZeroed(_bytes);
            _data = _all + page;
            return;
        }

        _all = (byte*)NativePages.Take(_bytes);
        if (_all == null)
            throw new IsthmusException(ErrorKind.Internal, $"The system gives no {_bytes} bytes of pages: use --guard poison.");
        _data = _all + page;
        if (!NativePages.Protect((nint)_all, (nuint)page) || !NativePages.Protect((nint)(_data + _capacity), (nuint)page))
        {
            Dispose();
            throw new IsthmusException(ErrorKind.Internal, "The system does not protect pages: use --guard poison.");
        }
    }

    /// <summary>Whether the bytes around what was handed out last are still as they were.</summary>
    public bool IsIntact =>
        !new ReadOnlySpan<byte>(_before, _beforeBytes).ContainsAnyExcept(_canary) && !new ReadOnlySpan<byte>(_after, _afterBytes).ContainsAnyExcept(_canary);

    /// <summary>Hands memory out.</summary>
    /// <param name="length">How much.</param>
    /// <param name="atStart">Whether it begins at the guard before it; else it ends at the guard behind it.</param>
    /// <param name="canary">The byte to put where no page guards.</param>
    public Span<byte> Take(int length, bool atStart, byte canary)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _capacity);
        byte* start = atStart ? _data : _data + _capacity - length;
        int slack = _kind == GuardKind.Pages ? 0 : CanaryBytes;
        int room = _capacity - length;
        _canary = canary;
        _beforeBytes = Math.Min(CanaryBytes, slack + (atStart ? 0 : room));
        _before = start - _beforeBytes;
        _after = start + length;
        _afterBytes = Math.Min(CanaryBytes, slack + (atStart ? room : 0));
        new Span<byte>(_before, _beforeBytes).Fill(canary);
        new Span<byte>(_after, _afterBytes).Fill(canary);
        return new(start, length);
    }

    /// <summary>What was handed out last, which had this length and lay there.</summary>
    public Span<byte> Same(int length, bool atStart) => new(atStart ? _data : _data + _capacity - length, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_kind == GuardKind.Poison) NativeMemory.Free(_all);
        else NativePages.Release((nint)_all, _bytes);
    }
}
