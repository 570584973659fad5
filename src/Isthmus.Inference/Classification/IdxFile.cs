using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using Isthmus.Core.Errors;

namespace Isthmus.Inference.Classification;

/// <summary>
/// A file of the IDX form, in which MNIST and its kin come, as it is or compressed with gzip: two zero bytes, a byte for the type, one for the number of dimensions, the
/// dimensions as four bytes each, highest first, and the elements. Only unsigned bytes are read.
/// </summary>
public sealed class IdxFile
{
    /// <summary>More bytes of elements than this are refused, whatever the file says.</summary>
    public const long MaxElements = 1 << 30;

    private const int MaxDimensions = 4;
    private const byte UnsignedByte = 0x08;

    // Memory grows with what really comes, not with what the header promises.
    private const int FirstBuffer = 1 << 20;

    private IdxFile(ImmutableArray<int> dimensions, ReadOnlyMemory<byte> elements)
    {
        Dimensions = dimensions;
        Elements = elements;
    }

    /// <summary>The dimensions, the number of items first; one to four.</summary>
    public ImmutableArray<int> Dimensions { get; }

    /// <summary>The elements of all items that were read.</summary>
    public ReadOnlyMemory<byte> Elements { get; }

    /// <summary>The number of items that were read.</summary>
    public int Count => Dimensions[0];

    /// <summary>The elements of one item.</summary>
    public int ItemLength => Dimensions.Skip(1).Aggregate(1, static (n, d) => n * d);

    /// <summary>The elements of an item.</summary>
    /// <param name="index">Its place, from 0.</param>
    public ReadOnlyMemory<byte> Item(int index) => Elements.Slice(index * ItemLength, ItemLength);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="most">The most items, at least 1; what is behind them is not looked at. Null for all, and then nothing may follow them.</param>
    /// <exception cref="IsthmusException">It cannot be read (<see cref="ErrorKind.File"/>), or is damaged, of another type, or too large (<see cref="ErrorKind.Data"/>).</exception>
    public static IdxFile Load(string path, int? most = null)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Read(stream, Path.GetFileName(path), most);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new IsthmusException(ErrorKind.File, $"The file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a stream that can seek.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="most">As the other method.</param>
    /// <exception cref="IsthmusException">It is damaged, of another type, or too large (<see cref="ErrorKind.Data"/>).</exception>
    public static IdxFile Read(Stream stream, string name, int? most = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (most is < 1) throw new ArgumentOutOfRangeException(nameof(most), most, "At least one item is expected.");
        long start = stream.Position;
        bool isCompressed = stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
        stream.Position = start;
        if (!isCompressed) return ReadPlain(stream, name, most);
        try
        {
            using GZipStream plain = new(stream, CompressionMode.Decompress, leaveOpen: true);
            return ReadPlain(plain, name, most);
        }
        catch (InvalidDataException e)
        {
            throw Wrong(name, "its compression is damaged", e);
        }
    }

    private static IdxFile ReadPlain(Stream stream, string name, int? most)
    {
        Span<byte> magic = stackalloc byte[4];
        if (stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || magic[0] != 0 || magic[1] != 0) throw Wrong(name, "it does not begin as one");
        if (magic[2] != UnsignedByte) throw Wrong(name, $"its elements are of type 0x{magic[2]:x2}, and only unsigned bytes (0x08) are read");
        if (magic[3] is 0 or > MaxDimensions) throw Wrong(name, $"it has {magic[3]} dimensions, and 1 to {MaxDimensions} are read");
        Span<byte> sizes = stackalloc byte[4 * magic[3]];
        if (stream.ReadAtLeast(sizes, sizes.Length, throwOnEndOfStream: false) < sizes.Length) throw Wrong(name, "it ends within its dimensions");
        ImmutableArray<int>.Builder dimensions = ImmutableArray.CreateBuilder<int>(magic[3]);
        long elements = 1;
        for (int d = 0; d < magic[3]; d++)
        {
            long size = BinaryPrimitives.ReadUInt32BigEndian(sizes[(4 * d)..]);
            if (size == 0) throw Wrong(name, "it holds nothing");
            if (d == 0 && most is { } limit) size = Math.Min(size, limit);
            // Each is below 2³² and the product so far at most 2³⁰, so it cannot overflow.
            elements *= size;
            if (elements > MaxElements) throw Wrong(name, $"it says that it has more than {MaxElements:N0} elements");
            dimensions.Add((int)size);
        }

        byte[] content = new byte[Math.Min(elements, FirstBuffer)];
        int filled = 0;
        while (true)
        {
            int read = stream.ReadAtLeast(content.AsSpan(filled), content.Length - filled, throwOnEndOfStream: false);
            filled += read;
            if (filled < content.Length) throw Wrong(name, $"it ends after {filled:N0} of {elements:N0} elements");
            if (filled == elements) break;
            Array.Resize(ref content, (int)Math.Min(elements, 2L * content.Length));
        }

        if (most is null && stream.ReadByte() >= 0) throw Wrong(name, "something follows its elements");
        return new(dimensions.MoveToImmutable(), content);
    }

    private static IsthmusException Wrong(string name, string why, Exception? cause = null) => new(ErrorKind.Data, $"{name} is no IDX file that can be read: {why}.", cause);
}
