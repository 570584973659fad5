using System.Buffers;
using System.Runtime.InteropServices;
using Isthmus.Core.Codec.Pictures;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging.Vips;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Imaging;

/// <summary>
/// Makes a network's input of a picture file, as the manifest says: decode (any format that libvips trusts itself with), turn
/// upright, crop, convert to 8-bit sRGB or grey, scale, normalise. Also makes and reads the forms in which a picture crosses to
/// another node. Thread-safe.
/// </summary>
public sealed class ImagePreprocessor
{
    /// <summary>Pictures with more pixels than this are refused before they are decoded.</summary>
    public const long MaxPixels = 100_000_000;

    /// <summary>Files larger than this are refused, in bytes.</summary>
    public const int MaxFileLength = 256 << 20;

    // A crop with more pixels than this is first shrunk by a whole factor while it is decoded, to four times the input size.
    private const long MaxCropPixels = 16_000_000;

    // A scan that ends this share of the whole before the byte that was asked for is where a JPEG is cut instead.
    private const double ScanTolerance = 0.02;

    // A JPEG is decoded at a half, quarter or eighth if that still leaves this many pixels per output pixel and axis.
    private const int PixelsLeft = 3;

    // Of a JPEG that is cut off, so many tables may be left out: one, and the header of a scan behind it. A file may be made of markers only.
    private const int MaxTables = 3;

    private readonly DamagePolicy _damage;
    private readonly Normaliser _normaliser;
    private readonly Lazy<PictureCode> _code;

    /// <summary>Makes a preprocessor.</summary>
    /// <param name="manifest">What the network expects.</param>
    /// <param name="damage">What to do with pictures that are damaged behind their header; default: refuse.</param>
    /// <exception cref="IsthmusException">The manifest makes no sense, or libvips is missing.</exception>
    public ImagePreprocessor(ModelManifest manifest, DamagePolicy damage = DamagePolicy.Refuse)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        manifest.Validate("The manifest");
        LibVips.Require();
        Manifest = manifest;
        _damage = damage;
        _normaliser = new(manifest);
        _code = new(() => new PictureCode(manifest.Width, manifest.Height, manifest.Channels));
    }

    /// <summary>What the network expects.</summary>
    public ModelManifest Manifest { get; }

    private int PixelBytes => Manifest.Width * Manifest.Height * Manifest.Channels;

    /// <summary>The network's input for a picture.</summary>
    /// <param name="imageFile">The file's bytes.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <returns>A rented tensor of <see cref="ModelManifest.InputShape"/>, which the caller disposes.</returns>
    /// <exception cref="IsthmusException">It is no picture, damaged, or too large (<see cref="ErrorKind.Data"/>).</exception>
    public Tensor FromFile(ReadOnlyMemory<byte> imageFile, string? name = null)
    {
        byte[] pixels = ArrayPool<byte>.Shared.Rent(PixelBytes);
        try
        {
            ToPixels(imageFile, name, pixels);
            return Normalise(pixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>The network's input for a picture that is decoded already, cropped and scaled as a file's would be.</summary>
    /// <param name="pixels">Rows from the top, pixels from the left; of each pixel a byte for grey, or one each for red, green and blue.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bands">Bytes of a pixel: 1 or 3. Grey ones serve a network of colours, each as that grey.</param>
    /// <returns>A rented tensor of <see cref="ModelManifest.InputShape"/>, which the caller disposes.</returns>
    /// <exception cref="IsthmusException">The numbers do not fit, or the network takes grey pictures and these have colours (<see cref="ErrorKind.Data"/>).</exception>
    public Tensor FromPixels(ReadOnlySpan<byte> pixels, int width, int height, int bands = 1)
    {
        if (width < 1 || height < 1 || bands is not (1 or 3) || (long)width * height > MaxPixels || pixels.Length != (long)width * height * bands)
            throw new IsthmusException(ErrorKind.Data, $"{pixels.Length} bytes are no {width}×{height} pixels of {bands} bytes each.");
        byte[] scaled = ArrayPool<byte>.Shared.Rent(PixelBytes);
        try
        {
            Scale(pixels, width, height, bands, scaled, Manifest.Width, Manifest.Height);
            return Normalise(scaled);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scaled);
        }
    }

    /// <summary>The form in which a picture crosses to the node that runs the network's first segment.</summary>
    /// <param name="imageFile">The file's bytes.</param>
    /// <param name="encoding">
    /// The form: File is the file unchanged; Jpeg, Webp, Embedded, Png and Pixels are the picture cropped and scaled to the input size (times the form's scale), Png
    /// losslessly, Pixels as a byte for red, green and blue of each pixel (or one for grey), row by row; Tensor is the input tensor's bytes.
    /// Of a form that is cut, only the first part is returned, as <see cref="PartOf"/> says.
    /// </param>
    /// <param name="name">The file's name, for errors.</param>
    /// <exception cref="IsthmusException">It is no picture, damaged, or too large (<see cref="ErrorKind.Data"/>).</exception>
    /// <exception cref="ArgumentException">The encoding is Local: then nothing crosses.</exception>
    public byte[] Encode(ReadOnlyMemory<byte> imageFile, InputEncoding encoding, string? name = null)
    {
        switch (encoding.Kind)
        {
            case InputKind.File:
                return MemoryMarshal.TryGetArray(imageFile, out ArraySegment<byte> all) && all.Count == all.Array!.Length ? all.Array : imageFile.ToArray();
            case InputKind.Tensor:
                using (Tensor tensor = FromFile(imageFile, name)) return tensor.Bytes.ToArray();
            case InputKind.Pixels:
                byte[] raw = new byte[PixelBytes];
                ToPixels(imageFile, name, raw);
                return raw;
            case InputKind.Jpeg or InputKind.Webp or InputKind.Png or InputKind.Embedded:
                (int width, int height) = SizeOf(encoding);
                byte[] pixels = ArrayPool<byte>.Shared.Rent(width * height * Manifest.Channels);
                try
                {
                    ToPixels(imageFile, name, pixels, width, height);
                    byte[] whole = encoding.Kind == InputKind.Embedded
                        ? CodeOf(width, height).Encode(pixels.AsSpan(0, width * height * Manifest.Channels))
                        : Compress(pixels, width, height, encoding);
                    return encoding.IsPartial ? whole[..PartOf(whole, encoding)] : whole;
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(pixels);
                }

            default:
                throw new ArgumentException($"An input that stays {encoding} is not encoded.", nameof(encoding));
        }
    }

    /// <summary>
    /// How many of a whole picture's first bytes cross: the share that the form says, rounded up; of a JPEG up to the end of a scan instead, if one ends at most a
    /// fiftieth of the whole before, and never less than the first scan where the share ends in the tables before it. Of the embedded code any byte is as good an
    /// end as another, behind its header.
    /// </summary>
    /// <param name="whole">What <see cref="Encode"/> made of <see cref="InputEncoding.Whole"/>.</param>
    /// <param name="encoding">The form.</param>
    public static int PartOf(ReadOnlySpan<byte> whole, InputEncoding encoding)
    {
        if (!encoding.IsPartial) return whole.Length;
        int length = (int)Math.Ceiling(whole.Length * encoding.Fraction);
        if (encoding.Kind == InputKind.Embedded) return Math.Clamp(length, Math.Min(PictureCode.HeaderLength, whole.Length), whole.Length);
        int least = length - (int)(whole.Length * ScanTolerance);
        int scan = 0;
        // Tables alone are no picture.
        bool tablesOnly = encoding.Kind == InputKind.Jpeg && length <= JpegScans.FirstData(whole);
        foreach (int end in Boundaries(whole, encoding))
        {
            if (tablesOnly) return end;
            if (end >= least && end <= length) scan = end;
        }

        return scan > 0 ? scan : length;
    }

    /// <summary>Where a whole picture is best cut: behind which bytes a part of its code ends, in order. Empty for forms that are not progressive, and for the embedded code, which may end anywhere.</summary>
    /// <param name="whole">What <see cref="Encode"/> made of <see cref="InputEncoding.Whole"/>.</param>
    /// <param name="encoding">The form.</param>
    public static IReadOnlyList<int> Boundaries(ReadOnlySpan<byte> whole, InputEncoding encoding) => encoding.Kind == InputKind.Jpeg ? JpegScans.Ends(whole) : [];

    /// <summary>The network's input of what <see cref="Encode"/> made, on the node where it arrives.</summary>
    /// <param name="bytes">What arrived.</param>
    /// <param name="encoding">
    /// Its form. Jpeg, Webp, Embedded and Png are cropped and scaled already: any other size than the input's, times the form's scale, is refused. Of a form that is cut
    /// as much is decoded as arrived.
    /// </param>
    /// <returns>A rented tensor of <see cref="ModelManifest.InputShape"/>, which the caller disposes.</returns>
    /// <exception cref="IsthmusException">The bytes are not of that form (<see cref="ErrorKind.Data"/>).</exception>
    /// <exception cref="ArgumentException">The encoding is Local.</exception>
    public Tensor FromEncoded(ReadOnlyMemory<byte> bytes, InputEncoding encoding)
    {
        switch (encoding.Kind)
        {
            case InputKind.File:
                return FromFile(bytes);
            case InputKind.Tensor:
                Tensor tensor = Tensor.Rent(Manifest.InputType, Manifest.InputShape);
                if (bytes.Length != tensor.Bytes.Length)
                {
                    tensor.Dispose();
                    throw new IsthmusException(ErrorKind.Data, $"{bytes.Length} bytes are not an input tensor of shape {Manifest.InputShape}, which takes {Tensor.ByteLength(Manifest.InputType, Manifest.InputShape)}.");
                }

                bytes.CopyTo(tensor.Bytes);
                return tensor;
            case InputKind.Pixels:
                if (bytes.Length != PixelBytes)
                    throw new IsthmusException(ErrorKind.Data, $"{bytes.Length} bytes are not the {Manifest.Width}×{Manifest.Height} pixels of {Manifest.Channels} colours that the network takes, which are {PixelBytes}.");
                return Normalise(bytes.Span);
            case InputKind.Jpeg or InputKind.Webp or InputKind.Png:
                (int inputWidth, int inputHeight) = SizeOf(encoding);
                using (VipsPixels pixels = Decode(bytes, "The picture that arrived", encoding.IsPartial ? DamagePolicy.Accept : _damage, (width, height) =>
                {
                    if (width != inputWidth || height != inputHeight)
                        throw new IsthmusException(ErrorKind.Data, $"The picture that arrived has {width}×{height} pixels, but the network takes {inputWidth}×{inputHeight} as '{encoding}'; send an uncropped picture as 'file'.");
                    return new ImageArea(0, 0, width, height);
                }).Pixels)
                {
                    return Grown(pixels.Span, inputWidth, inputHeight);
                }

            case InputKind.Embedded:
                (int codedWidth, int codedHeight) = SizeOf(encoding);
                int codedBytes = codedWidth * codedHeight * Manifest.Channels;
                byte[] coded = ArrayPool<byte>.Shared.Rent(codedBytes);
                try
                {
                    bool isWhole = CodeOf(codedWidth, codedHeight).Decode(bytes.Span, coded.AsSpan(0, codedBytes));
                    if (!isWhole && !encoding.IsPartial && _damage == DamagePolicy.Refuse)
                        throw new IsthmusException(ErrorKind.Data, $"The picture that arrived is cut off after {bytes.Length} bytes; say so as 'embedded@F' if that is meant.");
                    return Grown(coded.AsSpan(0, codedBytes), codedWidth, codedHeight);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(coded);
                }

            default:
                throw new ArgumentException($"An input that stays {encoding} does not arrive.", nameof(encoding));
        }
    }

    private PictureCode CodeOf(int width, int height) =>
        width == Manifest.Width && height == Manifest.Height ? _code.Value : new(width, height, Manifest.Channels);

    private (int Width, int Height) SizeOf(InputEncoding encoding) =>
        (Math.Max(1, (int)Math.Round(Manifest.Width * encoding.Scale)), Math.Max(1, (int)Math.Round(Manifest.Height * encoding.Scale)));

    // The input tensor of a picture that may have been scaled down before it crossed.
    private Tensor Grown(ReadOnlySpan<byte> pixels, int width, int height)
    {
        if (width == Manifest.Width && height == Manifest.Height) return Normalise(pixels);
        byte[] grown = ArrayPool<byte>.Shared.Rent(PixelBytes);
        try
        {
            Resampler.Resample(pixels, width, height, Manifest.Channels, new(0, 0, width, height), grown.AsSpan(0, PixelBytes), Manifest.Width, Manifest.Height, ResizeFilter.Cubic);
            return Normalise(grown.AsSpan(0, PixelBytes));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(grown);
        }
    }

    private Tensor Normalise(ReadOnlySpan<byte> pixels)
    {
        Tensor tensor = Tensor.Rent(Manifest.InputType, Manifest.InputShape);
        _normaliser.Apply(pixels, tensor);
        return tensor;
    }

    private unsafe byte[] Compress(byte[] pixels, int width, int height, InputEncoding encoding)
    {
        fixed (byte* data = pixels)
        {
            using VipsImage image = VipsImage.FromBytes(data, width, height, Manifest.Channels);
            // mozjpeg: progressive, so that a part of the bytes is already a picture. Trellis quantisation saves a twelfth of the
            // bytes for about two milliseconds at these sizes; trying all orders of scans (optimize_scans) would save half as
            // much again for twice the time. PNG chooses a filter for each row, which photographs need.
            return encoding.Kind switch
            {
                InputKind.Jpeg => image.Save("jpegsave_buffer", o => o.With("Q", encoding.Quality).With("interlace", "true").With("optimize_coding", "true").With("trellis_quant", "true").With("keep", "none")),
                InputKind.Webp => image.Save("webpsave_buffer", o => o.With("Q", encoding.Quality).With("keep", "none")),
                _ => image.Save("pngsave_buffer", o => o.With("compression", 6).With("filter", "all").With("keep", "none")),
            };
        }
    }

    // Crops, scales and turns a picture file upright, at the input size.
    private void ToPixels(ReadOnlyMemory<byte> file, string? name, byte[] pixels) => ToPixels(file, name, pixels, Manifest.Width, Manifest.Height);

    private void ToPixels(ReadOnlyMemory<byte> file, string? name, byte[] pixels, int uprightWidth, int uprightHeight)
    {
        if (Netpbm.Is(file.Span))
        {
            (int plainWidth, int plainHeight, int bands, int start) = Netpbm.Header(file.Span, name ?? "The picture");
            Scale(file.Span.Slice(start, plainWidth * plainHeight * bands), plainWidth, plainHeight, bands, pixels, uprightWidth, uprightHeight);
            return;
        }

        (VipsPixels decoded, ImageArea area, Orientation orientation) = Decode(file, name ?? "The picture", _damage, Manifest.Crop.Of);
        using (decoded)
        {
            (int width, int height) = orientation.Transposes ? (uprightHeight, uprightWidth) : (uprightWidth, uprightHeight);
            if (orientation.Value == 1)
            {
                Resampler.Resample(decoded.Span, decoded.Width, decoded.Height, decoded.Bands, area, pixels, width, height, Manifest.Filter);
                return;
            }

            int length = width * height * Manifest.Channels;
            byte[] stored = ArrayPool<byte>.Shared.Rent(length);
            Resampler.Resample(decoded.Span, decoded.Width, decoded.Height, decoded.Bands, area, stored, width, height, Manifest.Filter);
            orientation.Apply(stored.AsSpan(0, length), width, height, decoded.Bands, pixels);
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    // Crops and scales pixels that need no decoding.
    private void Scale(ReadOnlySpan<byte> pixels, int width, int height, int bands, byte[] scaled, int scaledWidth, int scaledHeight)
    {
        int channels = Manifest.Channels;
        if (bands > channels) throw new IsthmusException(ErrorKind.Data, "The picture has colours, and the network takes grey ones: save it as grey first.");
        byte[]? coloured = bands < channels ? ArrayPool<byte>.Shared.Rent(pixels.Length * channels) : null;
        try
        {
            if (coloured is not null)
            {
                for (int i = 0; i < pixels.Length; i++) coloured.AsSpan(i * channels, channels).Fill(pixels[i]);
                pixels = coloured.AsSpan(0, pixels.Length * channels);
            }

            Resampler.Resample(pixels, width, height, channels, Manifest.Crop.Of(width, height), scaled, scaledWidth, scaledHeight, Manifest.Filter);
        }
        finally
        {
            if (coloured is not null) ArrayPool<byte>.Shared.Return(coloured);
        }
    }

    // Decodes the pixels that the part which `crop` chooses of the upright size touches, as the file stores them: not turned
    // yet. The area is that part within these pixels.
    private unsafe (VipsPixels Pixels, ImageArea Area, Orientation Orientation) Decode(
        ReadOnlyMemory<byte> file, string name, DamagePolicy damage, Func<int, int, ImageArea> crop, int tries = MaxTables)
    {
        if (file.Length > MaxFileLength)
            throw new IsthmusException(ErrorKind.Data, $"{name} has {file.Length} bytes; the limit for pictures is {MaxFileLength}.");
        if (file.IsEmpty) throw new IsthmusException(ErrorKind.Data, $"{name} is empty.");
        using MemoryHandle pin = file.Pin();
        VipsImage? image = null;
        try
        {
            image = Load(pin.Pointer, file.Length, 1, damage);
            if ((long)image.Width * image.Height > MaxPixels)
                throw new IsthmusException(ErrorKind.Data, $"{name} has {image.Width}×{image.Height} pixels; the limit is {MaxPixels / 1_000_000} million, so scale it down first.");

            Orientation orientation = new(image.Orientation);
            ImageArea area = Area(image, orientation, crop);
            (int targetWidth, int targetHeight) = orientation.Transposes ? (Manifest.Height, Manifest.Width) : (Manifest.Width, Manifest.Height);
            int shrink = IsJpeg(file.Span) ? ShrinkOnLoad(area.Width / targetWidth, area.Height / targetHeight) : 1;
            if (shrink > 1)
            {
                Replace(ref image, Load(pin.Pointer, file.Length, shrink, damage));
                area = Area(image, orientation, crop);
            }

            int left = (int)area.Left, top = (int)area.Top;
            int right = Math.Clamp((int)Math.Ceiling(area.Left + area.Width), left + 1, image.Width);
            int bottom = Math.Clamp((int)Math.Ceiling(area.Top + area.Height), top + 1, image.Height);
            area = area with { Left = area.Left - left, Top = area.Top - top };
            Replace(ref image, image.Extract(left, top, right - left, bottom - top));
            Replace(ref image, image.Apply("colourspace", o => o.With("space", Manifest.ChannelOrder == ChannelOrder.Grey ? "b-w" : "srgb")));
            if (image.HasAlpha) Replace(ref image, image.Apply("flatten", o => o.With("background", "255")));
            if (!image.IsBytes) Replace(ref image, image.Apply("cast", o => o.With("format", "uchar")));
            if (image.Bands != Manifest.Channels)
                throw new IsthmusException(ErrorKind.Data, $"{name} has {image.Bands} colours, which cannot be made the network's {Manifest.Channels}; save it as RGB first.");
            if (area.Width * area.Height > MaxCropPixels)
            {
                int across = Math.Max((int)area.Width / (4 * targetWidth), 1);
                int down = Math.Max((int)area.Height / (4 * targetHeight), 1);
                area = new(area.Left / across, area.Top / down, area.Width / across, area.Height / down);
                Replace(ref image, image.Apply("shrink", o => o.With("hshrink", across).With("vshrink", down)));
            }

            return (image.ToPixels(), area, orientation);
        }
        catch (VipsException) when (damage == DamagePolicy.Accept && tries > 0 && IsJpeg(file.Span) && LastMarker(file.Span) is > 0 and var end)
        {
            // Cut off within a table between two scans, which no decoder can make up: leave out that table.
            image?.Dispose();
            image = null;
            return Decode(file[..end], name, damage, crop, tries - 1);
        }
        catch (VipsException e)
        {
            throw new IsthmusException(ErrorKind.Data, $"{name} is no picture that can be read, or it is damaged ({e.Message}).", e);
        }
        finally
        {
            image?.Dispose();
        }
    }

    private static unsafe VipsImage Load(void* data, int length, int shrink, DamagePolicy damage) => VipsImage.Load(data, (nuint)length, loader =>
    {
        // Rows are asked for once and in order, so only a few need be held.
        loader.With("access", "sequential").With("fail_on", damage == DamagePolicy.Refuse ? "error" : "none");
        if (shrink > 1) loader.With("shrink", shrink);
    });

    private static ImageArea Area(VipsImage image, Orientation orientation, Func<int, int, ImageArea> crop)
    {
        (int width, int height) = orientation.Transposes ? (image.Height, image.Width) : (image.Width, image.Height);
        return orientation.Stored(crop(width, height), image.Width, image.Height);
    }

    private static int ShrinkOnLoad(double across, double down)
    {
        int shrink = 8;
        while (shrink > 1 && Math.Min(across, down) < shrink * PixelsLeft) shrink /= 2;
        return shrink;
    }

    private static bool IsJpeg(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    // Where the last marker of a JPEG begins, but for those that only restart or escape; 0 if there is none behind the first.
    private static int LastMarker(ReadOnlySpan<byte> jpeg)
    {
        for (int i = jpeg.Length - 2; i > 2; i--)
        {
            if (jpeg[i] == 0xFF && jpeg[i + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7))) return i;
        }

        return 0;
    }

    private static void Replace(ref VipsImage image, VipsImage next)
    {
        image.Dispose();
        image = next;
    }
}
