using System.Buffers;

namespace Isthmus.Runtime.Links;

/// <summary>A first-in, first-out buffer of bytes that grows as needed and holds no memory while empty.</summary>
internal sealed class ByteRing : IDisposable
{
    private byte[] _bytes = [];
    private int _head;

    /// <summary>Bytes inside.</summary>
    public int Count { get; private set; }

    /// <summary>A place for 1 to <paramref name="size"/> more bytes; <see cref="Commit"/> says how many were put there.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_bytes.Length - Count < size) Grow(Count + size);
        int tail = _head + Count;
        if (tail >= _bytes.Length) tail -= _bytes.Length;
        int room = tail < _head ? _head - tail : _bytes.Length - tail;
        return _bytes.AsSpan(tail, Math.Min(room, size));
    }

    /// <summary>Takes the bytes that were put into the reserved place.</summary>
    public void Commit(int size)
    {
        Count += size;
        ReleaseIfEmpty();
    }

    /// <summary>The first bytes, up to <paramref name="size"/>, as far as they lie together.</summary>
    public ReadOnlySpan<byte> Peek(int size) => _bytes.AsSpan(_head, Math.Min(Math.Min(size, Count), _bytes.Length - _head));

    /// <summary>Removes the first bytes.</summary>
    public void Remove(int size)
    {
        Count -= size;
        _head += size;
        if (_head >= _bytes.Length) _head -= _bytes.Length;
        ReleaseIfEmpty();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Count = 0;
        ReleaseIfEmpty();
    }

    private void ReleaseIfEmpty()
    {
        if (Count > 0) return;
        _head = 0;
        if (_bytes.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int size)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, _bytes.Length * 2));
        int first = Math.Min(Count, _bytes.Length - _head);
        _bytes.AsSpan(_head, first).CopyTo(larger);
        _bytes.AsSpan(0, Count - first).CopyTo(larger.AsSpan(first));
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _head) = (larger, 0);
    }
}
