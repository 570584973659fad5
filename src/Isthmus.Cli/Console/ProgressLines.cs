using Isthmus.Core.Progress;

namespace Isthmus.Cli.Console;

/// <summary>Progress for logs and pipes: at most a line every two seconds, and none in the first, so that what is quick is silent.</summary>
internal sealed class ProgressLines(TextWriter writer, string what, TimeProvider clock) : IProgress<ProgressReport>
{
    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private long _last;
    private bool _written;

    public void Report(ProgressReport value)
    {
        lock (_lock)
        {
            if (!_written && clock.GetElapsedTime(_start) < TimeSpan.FromSeconds(1)) return;
            if (_written && clock.GetElapsedTime(_last) < TimeSpan.FromSeconds(2)) return;
            _written = true;
            _last = clock.GetTimestamp();
            writer.WriteLine($"{what}: {value.Step} ({value.Fraction:P0})");
        }
    }
}
