using Isthmus.Core.Progress;

namespace Isthmus.Runtime.Profiling;

/// <summary>Progress in steps of which the number is known, or becomes known on the way, of the whole and of parts that go on at the same time. Thread-safe.</summary>
internal sealed class StepProgress(IProgress<ProgressReport>? progress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Done, int Total)> _parts = new(StringComparer.Ordinal);
    private int _done;
    private int _total = 1;

    /// <summary>Sets how many steps there are from now on.</summary>
    public void Expect(int steps)
    {
        lock (_lock) _total = _done + Math.Max(1, steps);
    }

    /// <summary>Sets how many of them are a part's.</summary>
    public void Expect(string part, int steps)
    {
        lock (_lock) _parts[part] = (0, Math.Max(1, steps));
    }

    /// <summary>Says what is done now.</summary>
    public void Begin(string step, string? part = null)
    {
        lock (_lock)
        {
            ProgressReport report = new(step, (double)_done / _total);
            if (part is not null && _parts.TryGetValue(part, out (int Done, int Total) known)) report = report with { Part = part, PartFraction = (double)known.Done / known.Total };
            progress?.Report(report);
        }
    }

    /// <summary>One step is done.</summary>
    public void End(string? part = null)
    {
        lock (_lock)
        {
            _done = Math.Min(_total, _done + 1);
            if (part is not null && _parts.TryGetValue(part, out (int Done, int Total) known)) _parts[part] = (Math.Min(known.Total, known.Done + 1), known.Total);
        }
    }

    /// <summary>A part is over, whole or not: what it had left is not waited for.</summary>
    public void Finish(string part, string step)
    {
        lock (_lock)
        {
            if (!_parts.TryGetValue(part, out (int Done, int Total) known)) return;
            _done = Math.Min(_total, _done + known.Total - known.Done);
            _parts[part] = (known.Total, known.Total);
            progress?.Report(new(step, (double)_done / _total) { Part = part, PartFraction = 1 });
        }
    }
}
