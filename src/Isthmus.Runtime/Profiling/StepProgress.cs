using Isthmus.Core.Progress;

namespace Isthmus.Runtime.Profiling;

/// <summary>Progress in steps of which the number is known, or becomes known on the way.</summary>
internal sealed class StepProgress(IProgress<ProgressReport>? progress)
{
    private int _done;
    private int _total = 1;

    /// <summary>Sets how many steps there are from now on.</summary>
    public void Expect(int steps) => _total = _done + Math.Max(1, steps);

    /// <summary>Says what is done now.</summary>
    public void Begin(string step) => progress?.Report(new(step, (double)_done / _total));

    /// <summary>One step is done.</summary>
    public void End() => _done = Math.Min(_total, _done + 1);
}
