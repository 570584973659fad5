using System.Runtime.InteropServices;

namespace Isthmus.Bench;

/// <summary>
/// The system's own zstd (libzstd.so.1), the compressor that the fast codec is compared with. Only here: no part of the product uses it.
/// </summary>
internal sealed unsafe class ZstdLibrary : IDisposable
{
    private readonly nint _library;
    private readonly nint _compressor;
    private readonly nint _decompressor;
    private readonly delegate* unmanaged<nint, nuint> _freeCompressor;
    private readonly delegate* unmanaged<nint, nuint> _freeDecompressor;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint> _compress;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> _decompress;
    private readonly delegate* unmanaged<nuint, uint> _isError;

    private ZstdLibrary(nint library)
    {
        _library = library;
        _freeCompressor = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeCCtx");
        _freeDecompressor = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeDCtx");
        _compress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint>)NativeLibrary.GetExport(library, "ZSTD_compressCCtx");
        _decompress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_decompressDCtx");
        _isError = (delegate* unmanaged<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
        _compressor = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createCCtx"))();
        _decompressor = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createDCtx"))();
    }

    /// <summary>The library, or null where the system has none.</summary>
    public static ZstdLibrary? TryLoad() => NativeLibrary.TryLoad("libzstd.so.1", out nint library) ? new ZstdLibrary(library) : null;

    /// <summary>Compresses with a context that is kept, as a program that wants speed does.</summary>
    /// <returns>Bytes written.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        fixed (byte* s = source)
        fixed (byte* d = destination) return Checked(_compress(_compressor, d, (nuint)destination.Length, s, (nuint)source.Length, level));
    }

    /// <summary>Decompresses.</summary>
    /// <returns>Bytes written.</returns>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        fixed (byte* s = source)
        fixed (byte* d = destination) return Checked(_decompress(_decompressor, d, (nuint)destination.Length, s, (nuint)source.Length));
    }

    private int Checked(nuint result) => _isError(result) == 0 ? (int)result : throw new InvalidOperationException("zstd refused its input.");

    /// <inheritdoc/>
    public void Dispose()
    {
        _freeCompressor(_compressor);
        _freeDecompressor(_decompressor);
        NativeLibrary.Free(_library);
    }
}
