using Isthmus.Core.Progress;

namespace Isthmus.Bench.Compression;

/// <summary>Tells how far a run over several networks is; whoever shows it tells how long it will take.</summary>
/// <param name="progress">Who is told.</param>
/// <param name="networks">How many networks there are; each counts as much.</param>
internal sealed class Remaining(IProgress<ProgressReport> progress, int networks)
{
    private int _network = -1;
    private double _done;

    /// <summary>Begins with the next network.</summary>
    public void Next(string name)
    {
        _network++;
        _done = 0;
        Report(name, 0);
    }

    /// <summary>Begins a step; it has ended when it is disposed.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="share">Its share of the network's work, 0…1.</param>
    public RemainingStep Step(string name, double share) => new(this, name, share);

    internal void Report(string name, double ofNetwork)
    {
        progress.Report(new(name, Math.Clamp((_network + _done + ofNetwork) / networks, 0, 1)));
    }

    internal void End(double share) => _done += share;
}
