using System.Buffers;
using System.Buffers.Binary;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>
/// The embedded code of pictures for networks (docs/input.md): any first part of the bytes, down to <see cref="HeaderLength"/>, is a whole picture, the best that so many bytes
/// make. Integers only: the same bytes and the same pixels on every processor. Thread-safe.
/// </summary>
public sealed class PictureCode
{
    /// <summary>Bytes before the code. Fewer than these are no picture; these alone are a grey one.</summary>
    public const int HeaderLength = 6;

    /// <summary>The largest width and height.</summary>
    public const int MaxSide = 8192;

    // Followed by the number of channels.
    private const byte Version = 0xE0;

    private readonly PictureLayout _layout;

    /// <summary>Prepares a size.</summary>
    /// <param name="width">Pixels in a row, 1…<see cref="MaxSide"/>.</param>
    /// <param name="height">Rows, 1…<see cref="MaxSide"/>.</param>
    /// <param name="channels">3: red, green, blue; 1: grey.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public PictureCode(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MaxSide);
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1 channel or 3.");
        _layout = new(width, height, channels);
    }

    /// <summary>The picture's width in pixels.</summary>
    public int Width => _layout.Width;

    /// <summary>Its height in pixels.</summary>
    public int Height => _layout.Height;

    /// <summary>Its channels.</summary>
    public int Channels => _layout.Channels;

    /// <summary>Bytes of the pixels.</summary>
    public int PixelBytes => _layout.Width * _layout.Height * _layout.Channels;

    /// <summary>Encodes a picture.</summary>
    /// <param name="pixels">Row by row, of each pixel the channels.</param>
    /// <returns>The whole code: the finest quality.</returns>
    /// <exception cref="ArgumentException">There are more or fewer pixels.</exception>
    public byte[] Encode(ReadOnlySpan<byte> pixels)
    {
        PictureModel model = PictureModel.Untrained();
        model.CopyFrom(PictureModel.Start);
        return Encode(pixels, model, PictureModel.Limit);
    }

    /// <summary>Encodes with a model that the caller keeps: so start probabilities are counted.</summary>
    internal byte[] Encode(ReadOnlySpan<byte> pixels, PictureModel model, uint limit)
    {
        if (pixels.Length != PixelBytes) throw new ArgumentException($"{pixels.Length} bytes are not {Width}×{Height} pixels of {Channels} channels.", nameof(pixels));
        short[] values = ArrayPool<short>.Shared.Rent(_layout.Length);
        ushort[] known = ArrayPool<ushort>.Shared.Rent(_layout.Length);
        try
        {
            known.AsSpan(0, _layout.Length).Clear();
            PictureTransform.Forward(_layout, pixels, values.AsSpan(0, _layout.Length));
            Span<byte> header = stackalloc byte[HeaderLength];
            WriteHeader(header);
            PictureBitWriter bits = new(header);
            try
            {
                PicturePlanes.Run(ref bits, _layout, model, limit, values.AsSpan(0, _layout.Length), known.AsSpan(0, _layout.Length));
                return bits.Finish();
            }
            finally
            {
                bits.Dispose();
            }
        }
        finally
        {
            ArrayPool<short>.Shared.Return(values);
            ArrayPool<ushort>.Shared.Return(known);
        }
    }

    /// <summary>Decodes as much of a picture as arrived.</summary>
    /// <param name="code">The first part, or all, of what <see cref="Encode(ReadOnlySpan{byte})"/> made.</param>
    /// <param name="pixels">Where the pixels go: <see cref="PixelBytes"/>.</param>
    /// <returns>Whether the whole picture had arrived. Bytes that were changed on the way are not noticed behind the header: a first part has no checksum.</returns>
    /// <exception cref="IsthmusException">It is not this code, or of a picture of another size (<see cref="ErrorKind.Data"/>).</exception>
    /// <exception cref="ArgumentException">There is room for more or fewer pixels.</exception>
    public unsafe bool Decode(ReadOnlySpan<byte> code, Span<byte> pixels)
    {
        if (pixels.Length != PixelBytes) throw new ArgumentException($"{pixels.Length} bytes are not {Width}×{Height} pixels of {Channels} channels.", nameof(pixels));
        CheckHeader(code);
        short[] signs = ArrayPool<short>.Shared.Rent(_layout.Length);
        ushort[] known = ArrayPool<ushort>.Shared.Rent(_layout.Length);
        try
        {
            known.AsSpan(0, _layout.Length).Clear();
            PictureModel model = PictureModel.Untrained();
            model.CopyFrom(PictureModel.Start);
            bool isWhole;
            fixed (byte* start = code)
            {
                PictureBitReader bits = new(start + HeaderLength, code.Length - HeaderLength);
                isWhole = PicturePlanes.Run(ref bits, _layout, model, PictureModel.Limit, signs.AsSpan(0, _layout.Length), known.AsSpan(0, _layout.Length));
            }

            PictureTransform.Inverse(_layout, signs, known, pixels);
            return isWhole;
        }
        finally
        {
            ArrayPool<short>.Shared.Return(signs);
            ArrayPool<ushort>.Shared.Return(known);
        }
    }

    private void WriteHeader(Span<byte> header)
    {
        header[0] = (byte)(Version | Channels);
        BinaryPrimitives.WriteUInt16LittleEndian(header[1..], (ushort)Width);
        BinaryPrimitives.WriteUInt16LittleEndian(header[3..], (ushort)Height);
        header[5] = Check(header);
    }

    private static byte Check(ReadOnlySpan<byte> header) => (byte)Crc32C.Finish(Crc32C.Append(Crc32C.Seed, header[..(HeaderLength - 1)]));

    private void CheckHeader(ReadOnlySpan<byte> code)
    {
        if (code.Length < HeaderLength) throw new IsthmusException(ErrorKind.Data, $"{code.Length} bytes are no picture: an embedded code has at least {HeaderLength}.");
        if (code[0] is not ((Version | 1) or (Version | 3)) || code[5] != Check(code))
            throw new IsthmusException(ErrorKind.Data, "What arrived is not an embedded code of a picture, or damaged at its beginning.");
        int width = BinaryPrimitives.ReadUInt16LittleEndian(code[1..]), height = BinaryPrimitives.ReadUInt16LittleEndian(code[3..]), channels = code[0] & 15;
        if ((width, height, channels) != (Width, Height, Channels))
            throw new IsthmusException(ErrorKind.Data, $"The picture that arrived has {width}×{height} pixels of {channels} channels, but {Width}×{Height} of {Channels} are expected.");
    }
}
