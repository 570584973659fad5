using System.Runtime.InteropServices;

namespace Isthmus.Inference.Imaging.Vips;

/// <summary>A reference to an object of libvips, given back when disposed.</summary>
internal class VipsObject : SafeHandle
{
    /// <summary>Takes over a reference.</summary>
    public VipsObject(nint handle)
        : base(0, ownsHandle: true)
    {
        SetHandle(handle);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The pointer; valid as long as this is not disposed.</summary>
    public nint Pointer => IsClosed ? throw new ObjectDisposedException(GetType().Name) : handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMethods.g_object_unref(handle);
        return true;
    }
}
