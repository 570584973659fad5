using System.Globalization;
using Isthmus.Core.Progress;

namespace Isthmus.Cli.Console;

/// <summary>
/// Progress for logs and pipes: at most a line every two seconds, and none in the first, so that what is quick is silent. A line says how long the
/// rest takes at the pace so far, once a fiftieth was seen to be done.
/// </summary>
internal sealed class ProgressLines(TextWriter writer, string what, TimeProvider clock) : IProgress<ProgressReport>
{
    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private long _last;
    private bool _written;
    private long _paceStart = clock.GetTimestamp();
    private double _paceFraction = double.NaN;
    private double _latest;

    public void Report(ProgressReport value)
    {
        lock (_lock)
        {
            // What was done in an earlier run tells nothing of the pace, and neither does what came before a new beginning.
            if (double.IsNaN(_paceFraction) || value.Fraction < _latest - 1e-9) (_paceStart, _paceFraction) = (clock.GetTimestamp(), value.Fraction);
            _latest = value.Fraction;
            if (!_written && clock.GetElapsedTime(_start) < TimeSpan.FromSeconds(1)) return;
            if (_written && clock.GetElapsedTime(_last) < TimeSpan.FromSeconds(2)) return;
            _written = true;
            _last = clock.GetTimestamp();
            writer.WriteLine($"{what}: {value.Step} ({value.Fraction:P0}{Left(value.Fraction)})");
        }
    }

    private string Left(double fraction)
    {
        double done = fraction - _paceFraction;
        if (done < 0.02) return "";
        TimeSpan left = clock.GetElapsedTime(_paceStart) * ((1 - fraction) / done);
        return left.TotalMinutes < 1.5 ? $", {left.TotalSeconds:0} s left" : left.TotalHours < 1.5 ? $", {left.TotalMinutes:0} min left" : $", {left.TotalHours.ToString("0.0", CultureInfo.InvariantCulture)} h left";
    }
}
