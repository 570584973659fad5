using System.Globalization;

namespace Isthmus.Inference.Imaging.Vips;

/// <summary>One operation of libvips: named, given its arguments, built, and asked for its results.</summary>
internal sealed class VipsOperation : VipsObject
{
    private readonly string _name;

    /// <summary>Starts an operation.</summary>
    /// <param name="name">Its name, such as "jpegsave_buffer".</param>
    /// <exception cref="VipsException">libvips was built without it, or it is blocked.</exception>
    public VipsOperation(string name)
        : base(NativeMethods.vips_operation_new(name))
    {
        _name = name;
        if (IsInvalid) throw new VipsException(LibVips.TakeReason());
    }

    /// <summary>Sets a number, flag, enum or list, in the form that vips' command line takes.</summary>
    public VipsOperation With(string name, string value)
    {
        if (NativeMethods.vips_object_set_argument_from_string(Pointer, name, value) != 0)
            throw new VipsException($"{_name} does not take {name}={value}: {LibVips.TakeReason()}");
        return this;
    }

    /// <summary>Sets a whole number.</summary>
    public VipsOperation With(string name, int value) => With(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sets an image.</summary>
    public VipsOperation With(string name, VipsImage value) => With(name, value, NativeMethods.vips_image_get_type());

    /// <summary>Sets an object of a type.</summary>
    public VipsOperation With(string name, VipsObject value, nuint type)
    {
        GValue v = default;
        NativeMethods.g_value_init(ref v, type);
        NativeMethods.g_value_set_object(ref v, value.Pointer);
        NativeMethods.g_object_set_property(Pointer, name, in v);
        NativeMethods.g_value_unset(ref v);
        return this;
    }

    /// <summary>Sets bytes, which must stay where they are as long as a result of the operation lives.</summary>
    public unsafe VipsOperation WithBytes(string name, void* data, nuint length)
    {
        nint blob = NativeMethods.vips_blob_new(0, data, length);
        GValue v = default;
        NativeMethods.g_value_init(ref v, NativeMethods.vips_blob_get_type());
        NativeMethods.g_value_set_boxed(ref v, blob);
        NativeMethods.g_object_set_property(Pointer, name, in v);
        NativeMethods.g_value_unset(ref v);
        NativeMethods.vips_area_unref(blob);
        return this;
    }

    /// <summary>Builds the operation and takes the image that it makes.</summary>
    public VipsImage ToImage(string name = "out")
    {
        Build();
        GValue v = default;
        NativeMethods.g_value_init(ref v, NativeMethods.vips_image_get_type());
        NativeMethods.g_object_get_property(Pointer, name, ref v);
        VipsImage image = new(NativeMethods.g_value_dup_object(in v));
        NativeMethods.g_value_unset(ref v);
        NativeMethods.vips_object_unref_outputs(Pointer);
        return image;
    }

    /// <summary>Builds the operation and copies the bytes that it makes.</summary>
    public unsafe byte[] ToBytes(string name = "buffer")
    {
        Build();
        GValue v = default;
        NativeMethods.g_value_init(ref v, NativeMethods.vips_blob_get_type());
        NativeMethods.g_object_get_property(Pointer, name, ref v);
        nint data = NativeMethods.vips_blob_get(NativeMethods.g_value_get_boxed(in v), out nuint length);
        byte[] bytes = new ReadOnlySpan<byte>((void*)data, checked((int)length)).ToArray();
        NativeMethods.g_value_unset(ref v);
        NativeMethods.vips_object_unref_outputs(Pointer);
        return bytes;
    }

    private void Build()
    {
        if (NativeMethods.vips_object_build(Pointer) == 0) return;
        string reason = LibVips.TakeReason();
        NativeMethods.vips_object_unref_outputs(Pointer);
        throw new VipsException(reason);
    }
}
