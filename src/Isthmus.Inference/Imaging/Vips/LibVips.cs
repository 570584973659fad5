using System.Reflection;
using System.Runtime.InteropServices;
using Isthmus.Core.Errors;

namespace Isthmus.Inference.Imaging.Vips;

/// <summary>Finds libvips, starts it once, and reads its errors.</summary>
internal static class LibVips
{
    private const int MaxReason = 160;

    // One worker thread: a picture is small, and a node works on several requests at once anyway.
    private const int Concurrency = 1;

    private static readonly Lazy<nint> Library = new(Find);

    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Starts libvips if it has not been.</summary>
    /// <exception cref="IsthmusException">It is missing.</exception>
    public static void Require()
    {
        try
        {
            _ = Started.Value;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new IsthmusException(ErrorKind.File, "The image library libvips is missing or not for this machine; run './isthmus setup', which installs and copies it.", e);
        }
    }

    /// <summary>What libvips said last, as the end of a sentence. The text is shared by all threads, so it is a hint and no more.</summary>
    public static string TakeReason()
    {
        nint text = NativeMethods.vips_error_buffer_copy();
        NativeMethods.vips_error_clear();
        string message = Marshal.PtrToStringUTF8(text) ?? "";
        NativeMethods.g_free(text);
        message = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "no reason given";
        return message.Length > MaxReason ? message[..MaxReason] + "…" : message.TrimEnd('.');
    }

    private static unsafe bool Start()
    {
        NativeLibrary.SetDllImportResolver(typeof(LibVips).Assembly, Resolve);
        // Before anything can warn: warnings about damaged pictures become errors with their reason, and need no line on stderr.
        const uint AllLevels = 0xFFFFFFFC;
        NativeMethods.g_log_set_handler("VIPS", AllLevels, &Ignore, 0);
        if (NativeMethods.vips_init("isthmus") != 0) throw new DllNotFoundException(TakeReason());
        NativeMethods.vips_concurrency_set(Concurrency);
        // Operations are never repeated with the same arguments here; a cache would only hold pictures back.
        NativeMethods.vips_cache_set_max(0);
        NativeMethods.vips_cache_set_max_mem(0);
        NativeMethods.vips_cache_set_max_files(0);
        // Pictures come from anywhere: loaders that libvips' authors do not trust with that stay out.
        NativeMethods.vips_block_untrusted_set(1);
        // A text file that begins with two numbers is a matrix to libvips, but no picture to anybody.
        NativeMethods.vips_operation_block_set("VipsForeignLoadMatrix", 1);
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        NativeMethods.Vips => Library.Value,
        NativeMethods.GObject => Companion("gobject"),
        NativeMethods.GLib => Companion("glib"),
        _ => 0,
    };

    // npm's libvips holds GLib and GObject; the system's depends on them, and a look-up in it searches its dependencies. Only
    // Windows looks nowhere else, so there the DLL beside libvips is asked.
    private static nint Companion(string name)
    {
        if (!OperatingSystem.IsWindows()) return Library.Value;
        foreach (string folder in Folders())
        {
            if (NativeLibrary.TryLoad(Path.Combine(folder, $"lib{name}-2.0-0.dll"), out nint handle)) return handle;
        }

        return Library.Value;
    }

    private static nint Find()
    {
        string pattern = OperatingSystem.IsWindows() ? "libvips-42.dll" : OperatingSystem.IsMacOS() ? "libvips-cpp*.dylib" : "libvips-cpp*.so*";
        foreach (string folder in Folders().Where(Directory.Exists))
        {
            foreach (string file in Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal))
            {
                if (NativeLibrary.TryLoad(file, out nint handle)) return handle;
            }
        }

        string system = OperatingSystem.IsWindows() ? "libvips-42.dll" : OperatingSystem.IsMacOS() ? "libvips.42.dylib" : "libvips.so.42";
        return NativeLibrary.Load(system);
    }

    private static IEnumerable<string> Folders() => [Path.Combine(AppContext.BaseDirectory, "libvips"), AppContext.BaseDirectory];

    [UnmanagedCallersOnly]
    private static void Ignore(nint domain, uint level, nint message, nint data)
    {
    }
}
