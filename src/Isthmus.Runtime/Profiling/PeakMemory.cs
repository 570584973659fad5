using System.Globalization;
using System.Runtime.InteropServices;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Profiling;

/// <summary>
/// The most memory that this process has at once beyond what it has now. On Linux: VmHWM of /proc/self/status, set back to VmRSS by writing to
/// /proc/self/clear_refs, after free memory was given back to the system, so that it is not taken for nothing. It is of the whole process: of two measurements
/// at the same time neither is right. Elsewhere nothing is known, because no other system sets its high-water mark back.
/// </summary>
public sealed partial class PeakMemory
{
    private readonly long? _before;

    private PeakMemory(long? before) => _before = before;

    /// <summary>Begins to measure.</summary>
    public static PeakMemory Begin()
    {
        if (!OperatingSystem.IsLinux()) return new(null);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Trim();
        try
        {
            // "5" sets the high-water mark back to what is resident now (proc(5)).
            File.WriteAllText("/proc/self/clear_refs", "5");
            return new(Read("VmRSS:"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Some containers and kernels do not let it: then nothing is known.
            return new(null);
        }
    }

    /// <summary>What the process had at most since, beyond what it had at the beginning; null if the system does not tell.</summary>
    public ByteCount? SoFar()
    {
        if (_before is not { } before) return null;
        try
        {
            return Read("VmHWM:") is { } most ? new ByteCount(Math.Max(0, most - before)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? Read(string name)
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (!line.StartsWith(name, StringComparison.Ordinal)) continue;
            string digits = line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
            return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes * 1024 : null;
        }

        return null;
    }

    private static void Trim()
    {
        try
        {
            _ = NativeTrim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Only glibc has it. Without it, what earlier segments left behind is used again and not seen.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int NativeTrim(nuint pad);
}
