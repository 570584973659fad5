using System.Runtime.InteropServices;

namespace Isthmus.Inference.Imaging.Vips;

/// <summary>An image of libvips: a pipeline whose pixels are computed when they are asked for.</summary>
internal sealed class VipsImage(nint handle) : VipsObject(handle)
{
    private const int UChar = 0;

    /// <summary>Columns.</summary>
    public int Width => NativeMethods.vips_image_get_width(Pointer);

    /// <summary>Rows.</summary>
    public int Height => NativeMethods.vips_image_get_height(Pointer);

    /// <summary>Values per pixel.</summary>
    public int Bands => NativeMethods.vips_image_get_bands(Pointer);

    /// <summary>Whether the values are bytes.</summary>
    public bool IsBytes => NativeMethods.vips_image_get_format(Pointer) == UChar;

    /// <summary>Whether the last band is transparency.</summary>
    public bool HasAlpha => NativeMethods.vips_image_hasalpha(Pointer) != 0;

    /// <summary>EXIF's orientation, 1 … 8; 1 if the file says none.</summary>
    public int Orientation => Math.Clamp(NativeMethods.vips_image_get_orientation(Pointer), 1, 8);

    /// <summary>Reads the header of a picture; its bytes must stay where they are as long as the image lives.</summary>
    /// <param name="data">The file.</param>
    /// <param name="length">Its length.</param>
    /// <param name="options">Sets what the loader shall do.</param>
    /// <exception cref="VipsException">It is no picture, or damaged.</exception>
    public static unsafe VipsImage Load(void* data, nuint length, Action<VipsOperation> options)
    {
        using VipsObject source = new(NativeMethods.vips_source_new_from_memory(data, length));
        if (source.IsInvalid) throw new VipsException(LibVips.TakeReason());
        if (Marshal.PtrToStringUTF8(NativeMethods.vips_foreign_find_load_source(source.Pointer)) is { } loader)
        {
            using VipsOperation load = new(loader);
            load.With("source", source, NativeMethods.vips_source_get_type());
            options(load);
            return load.ToImage();
        }

        NativeMethods.vips_error_clear();
        if (Marshal.PtrToStringUTF8(NativeMethods.vips_foreign_find_load_buffer(data, length)) is not { } bufferLoader)
            throw new VipsException(LibVips.TakeReason());
        using VipsOperation loadBuffer = new(bufferLoader);
        loadBuffer.WithBytes("buffer", data, length);
        options(loadBuffer);
        return loadBuffer.ToImage();
    }

    /// <summary>An image over bytes that must stay where they are as long as it lives.</summary>
    public static unsafe VipsImage FromBytes(void* data, int width, int height, int bands)
    {
        using VipsImage raw = new(NativeMethods.vips_image_new_from_memory(data, (nuint)((long)width * height * bands), width, height, bands, UChar));
        if (raw.IsInvalid) throw new VipsException(LibVips.TakeReason());
        using VipsOperation copy = new("copy");
        return copy.With("in", raw).With("interpretation", bands < 3 ? "b-w" : "srgb").ToImage();
    }

    /// <summary>Cuts out a rectangle.</summary>
    public VipsImage Extract(int left, int top, int width, int height)
    {
        using VipsOperation op = new("extract_area");
        return op.With("input", this).With("left", left).With("top", top).With("width", width).With("height", height).ToImage();
    }

    /// <summary>Applies an operation whose input is this image.</summary>
    public VipsImage Apply(string operation, Action<VipsOperation>? options = null)
    {
        using VipsOperation op = new(operation);
        op.With("in", this);
        options?.Invoke(op);
        return op.ToImage();
    }

    /// <summary>Encodes the image.</summary>
    /// <param name="saver">Such as "pngsave_buffer".</param>
    /// <param name="options">Sets what the saver shall do.</param>
    public byte[] Save(string saver, Action<VipsOperation>? options = null)
    {
        using VipsOperation op = new(saver);
        op.With("in", this);
        options?.Invoke(op);
        return op.ToBytes();
    }

    /// <summary>Computes all pixels.</summary>
    /// <exception cref="VipsException">The picture is damaged.</exception>
    public VipsPixels ToPixels()
    {
        nint pixels = NativeMethods.vips_image_write_to_memory(Pointer, out nuint length);
        if (pixels == 0) throw new VipsException(LibVips.TakeReason());
        return new(pixels, checked((int)length), Width, Height, Bands);
    }
}
