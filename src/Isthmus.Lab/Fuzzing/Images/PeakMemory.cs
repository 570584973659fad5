namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>The most memory that this process had in use since the last reset, as Linux tells it; elsewhere what it has in use now.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status";
    private const string Clear = "/proc/self/clear_refs";

    /// <summary>Begins anew.</summary>
    public static void Reset()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            // 5 resets the peak of the resident set (proc_pid_clear_refs).
            File.WriteAllText(Clear, "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is the peak of the whole run.
        }
    }

    /// <summary>Bytes; 0 where the system does not tell.</summary>
    public static long Read()
    {
        if (!OperatingSystem.IsLinux()) return Environment.WorkingSet;
        try
        {
            foreach (string line in File.ReadLines(Status))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal)) return 1024 * long.Parse(line.AsSpan(6, line.Length - 6 - 3).Trim(), System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        return 0;
    }
}
