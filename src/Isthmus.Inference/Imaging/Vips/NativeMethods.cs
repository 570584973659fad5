using System.Runtime.InteropServices;

namespace Isthmus.Inference.Imaging.Vips;

/// <summary>
/// The functions of libvips, GObject and GLib that Isthmus calls. None takes variable arguments: those break on Apple's arm64.
/// </summary>
internal static unsafe partial class NativeMethods
{
    public const string Vips = "isthmus-vips";
    public const string GObject = "isthmus-gobject";
    public const string GLib = "isthmus-glib";

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_init(string argv0);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint vips_operation_new(string name);

    [LibraryImport(Vips)]
    public static partial int vips_object_build(nint self);

    [LibraryImport(Vips)]
    public static partial void vips_object_unref_outputs(nint self);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_object_set_argument_from_string(nint self, string name, string value);

    [LibraryImport(Vips)]
    public static partial nint vips_source_new_from_memory(void* data, nuint length);

    [LibraryImport(Vips)]
    public static partial nint vips_foreign_find_load_source(nint source);

    [LibraryImport(Vips)]
    public static partial nint vips_foreign_find_load_buffer(void* data, nuint length);

    [LibraryImport(Vips)]
    public static partial nint vips_blob_new(nint freeFunction, void* data, nuint length);

    [LibraryImport(Vips)]
    public static partial nint vips_blob_get(nint blob, out nuint length);

    [LibraryImport(Vips)]
    public static partial void vips_area_unref(nint area);

    [LibraryImport(Vips)]
    public static partial nint vips_image_new_from_memory(void* data, nuint length, int width, int height, int bands, int format);

    [LibraryImport(Vips)]
    public static partial nint vips_image_write_to_memory(nint image, out nuint length);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_width(nint image);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_height(nint image);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_bands(nint image);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_format(nint image);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_orientation(nint image);

    [LibraryImport(Vips)]
    public static partial int vips_image_hasalpha(nint image);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void vips_image_set_int(nint image, string name, int value);

    [LibraryImport(Vips)]
    public static partial nuint vips_image_get_type();

    [LibraryImport(Vips)]
    public static partial nuint vips_source_get_type();

    [LibraryImport(Vips)]
    public static partial nuint vips_blob_get_type();

    [LibraryImport(Vips)]
    public static partial nint vips_error_buffer_copy();

    [LibraryImport(Vips)]
    public static partial void vips_error_clear();

    [LibraryImport(Vips)]
    public static partial void vips_concurrency_set(int concurrency);

    [LibraryImport(Vips)]
    public static partial void vips_cache_set_max(int max);

    [LibraryImport(Vips)]
    public static partial void vips_cache_set_max_mem(nuint max);

    [LibraryImport(Vips)]
    public static partial void vips_cache_set_max_files(int max);

    [LibraryImport(Vips)]
    public static partial void vips_block_untrusted_set(int state);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void vips_operation_block_set(string name, int state);

    [LibraryImport(GObject)]
    public static partial void g_object_unref(nint instance);

    [LibraryImport(GObject, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void g_object_set_property(nint instance, string name, in GValue value);

    [LibraryImport(GObject, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void g_object_get_property(nint instance, string name, ref GValue value);

    [LibraryImport(GObject)]
    public static partial nint g_value_init(ref GValue value, nuint type);

    [LibraryImport(GObject)]
    public static partial void g_value_unset(ref GValue value);

    [LibraryImport(GObject)]
    public static partial void g_value_set_object(ref GValue value, nint instance);

    [LibraryImport(GObject)]
    public static partial nint g_value_dup_object(in GValue value);

    [LibraryImport(GObject)]
    public static partial void g_value_set_boxed(ref GValue value, nint boxed);

    [LibraryImport(GObject)]
    public static partial nint g_value_get_boxed(in GValue value);

    [LibraryImport(GLib)]
    public static partial void g_free(nint memory);

    [LibraryImport(GLib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint g_log_set_handler(string domain, uint levels, delegate* unmanaged<nint, uint, nint, nint, void> handler, nint data);
}
