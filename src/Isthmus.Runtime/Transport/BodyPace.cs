using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Transport;

/// <summary>
/// How the last tensor of a request is written piece by piece, no faster than a link carries it, until a time is up: buffers on the way take hundreds of kilobytes
/// at once, so that without a pace everything would be gone before anything had arrived.
/// </summary>
/// <param name="Boundaries">Where the content is best cut, in order: pieces end there. May be empty.</param>
/// <param name="Rate">Bytes are written no faster than this.</param>
/// <param name="Until">When the last byte may leave, counted from the first byte of the request.</param>
/// <param name="Least">Bytes of the content that are written whatever the time.</param>
public sealed record BodyPace(IReadOnlyList<int> Boundaries, BitsPerSecond Rate, Milliseconds Until, int Least)
{
    /// <summary>Bytes of the longest piece: less than a packet's content.</summary>
    public const int Piece = 1_024;

    /// <summary>Where the piece that begins at a byte ends.</summary>
    /// <param name="from">The byte.</param>
    /// <param name="length">Bytes of the content.</param>
    internal int EndOfPiece(int from, int length)
    {
        int end = Math.Min(length, from + Piece);
        foreach (int boundary in Boundaries)
        {
            if (boundary > from && boundary < end) return boundary;
        }

        return end;
    }

    /// <summary>When so many bytes have left at this rate.</summary>
    internal Milliseconds LeftAfter(long bytes) => double.IsPositiveInfinity(Rate.Value) ? Milliseconds.Zero : Rate.TransferTime(new(bytes));
}
