using System.Runtime.InteropServices;

namespace Isthmus.Lab.Fuzzing;

/// <summary>Pages of memory from the operating system, of which some may not be touched: mmap and mprotect, or VirtualAlloc and VirtualProtect.</summary>
internal static partial class NativePages
{
    private const int ProtectNone = 0;
    private const int ProtectReadWrite = 3;
    private const int MapPrivate = 2;
    private const int MapAnonymousLinux = 0x20;
    private const int MapAnonymousElsewhere = 0x1000;
    private const uint MemCommitReserve = 0x3000;
    private const uint MemRelease = 0x8000;
    private const uint PageNoAccess = 1;
    private const uint PageReadWrite = 4;

    /// <summary>Takes memory; zero if the system gives none.</summary>
    public static nint Take(nuint bytes)
    {
        if (OperatingSystem.IsWindows()) return VirtualAlloc(0, bytes, MemCommitReserve, PageReadWrite);
        nint memory = Map(0, bytes, ProtectReadWrite, MapPrivate | (OperatingSystem.IsLinux() ? MapAnonymousLinux : MapAnonymousElsewhere), -1, 0);
        return memory == -1 ? 0 : memory;
    }

    /// <summary>Makes pages untouchable: who reads or writes them is stopped by the processor.</summary>
    public static bool Protect(nint page, nuint bytes) =>
        OperatingSystem.IsWindows() ? VirtualProtect(page, bytes, PageNoAccess, out _) != 0 : MemoryProtect(page, bytes, ProtectNone) == 0;

    /// <summary>Gives memory back.</summary>
    public static void Release(nint memory, nuint bytes)
    {
        if (OperatingSystem.IsWindows()) _ = VirtualFree(memory, 0, MemRelease);
        else _ = Unmap(memory, bytes);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int MemoryProtect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    private static partial nint VirtualAlloc(nint address, nuint size, uint kind, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect")]
    private static partial int VirtualProtect(nint address, nuint size, uint protection, out uint before);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree")]
    private static partial int VirtualFree(nint address, nuint size, uint kind);
}
