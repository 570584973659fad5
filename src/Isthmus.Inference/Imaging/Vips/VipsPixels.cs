using System.Runtime.InteropServices;

namespace Isthmus.Inference.Imaging.Vips;

/// <summary>Computed pixels in native memory: rows from the top, pixels from the left, one byte per band.</summary>
internal sealed class VipsPixels : SafeHandle
{
    private readonly int _length;

    /// <summary>Takes over memory of GLib.</summary>
    public VipsPixels(nint memory, int length, int width, int height, int bands)
        : base(0, ownsHandle: true)
    {
        SetHandle(memory);
        _length = length;
        Width = width;
        Height = height;
        Bands = bands;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Bytes per pixel.</summary>
    public int Bands { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The bytes; valid as long as this is not disposed.</summary>
    public unsafe ReadOnlySpan<byte> Span => IsClosed ? throw new ObjectDisposedException(nameof(VipsPixels)) : new((void*)handle, _length);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMethods.g_free(handle);
        return true;
    }
}
