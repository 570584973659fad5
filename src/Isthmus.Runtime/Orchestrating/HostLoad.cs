namespace Isthmus.Runtime.Orchestrating;

/// <summary>
/// How much of this machine other work leaves to this process: since the last look, the share of the processors that others did not
/// use, or the turn among all threads that could run, if that is more; and the share of the memory that is free. On Linux
/// from /proc/stat and /proc/meminfo. Elsewhere the processor is not known, and the memory is what the runtime saw at its last garbage collection: decisions then rest on what requests
/// take. In a container, Linux tells of the whole machine. Not thread-safe.
/// </summary>
public sealed class HostLoad
{
    private const double Newest = 0.3;
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _clock;
    private readonly Func<string, string?> _read;
    private readonly Func<TimeSpan> _own;
    private ProcessorTimes? _before;
    private TimeSpan _ownBefore;
    private long _when;
    private double? _cpu;
    private double _running = 1;

    /// <summary>Begins to look.</summary>
    /// <param name="clock">The clock.</param>
    public HostLoad(TimeProvider clock)
        : this(clock, Read, static () => Environment.CpuUsage.TotalTime)
    {
    }

    internal HostLoad(TimeProvider clock, Func<string, string?> read, Func<TimeSpan> own)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _read = read;
        _own = own;
        Look();
    }

    /// <summary>The share of the processors that others leave, and the share of the memory that is free; null for what is not known.</summary>
    public (double? Cpu, double? Memory) Sample()
    {
        // Over a shorter time the system's clock ticks are too coarse.
        if (_clock.GetElapsedTime(_when) >= Least) Look();
        return (_cpu, Memory());
    }

    private void Look()
    {
        TimeSpan own = _own();
        TimeSpan elapsed = _clock.GetElapsedTime(_when);
        ProcessorTimes? now = _read("/proc/stat") is { } text ? ProcessorTimes.Parse(text) : null;
        if (_before is { } before && now is { } after && after.Total > before.Total && elapsed > TimeSpan.Zero)
        {
            double busy = (after.Busy - before.Busy) / (after.Total - before.Total);
            double mine = (own - _ownBefore) / (elapsed * Math.Max(1, after.Processors));
            // On a machine that others keep busy, one gets one's turn all the same.
            _running += Newest * (after.Running - _running);
            double turn = Math.Min(1, Math.Max(1, after.Processors) / Math.Max(1, _running));
            _cpu = Math.Clamp(Math.Max(1 - (busy - mine), turn), 0, 1);
        }

        (_before, _ownBefore, _when) = (now, own, _clock.GetTimestamp());
    }

    private double? Memory()
    {
        if (_read("/proc/meminfo") is { } text) return MemoryShare(text);
        GCMemoryInfo info = GC.GetGCMemoryInfo(GCKind.Any);
        return info is { Index: > 0, TotalAvailableMemoryBytes: > 0 } ? Math.Clamp(1 - ((double)info.MemoryLoadBytes / info.TotalAvailableMemoryBytes), 0, 1) : null;
    }

    internal static double? MemoryShare(string meminfo)
    {
        double? total = null, free = null;
        foreach (string line in meminfo.Split('\n'))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal)) total = Number(line);
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)) free = Number(line);
        }

        return total > 0 && free >= 0 ? Math.Clamp(free.Value / total.Value, 0, 1) : null;

        static double? Number(string line) =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, string number, ..] && double.TryParse(number, out double value) ? value : null;
    }

    private static string? Read(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
