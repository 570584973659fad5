using Isthmus.Core.Progress;

namespace Isthmus.Bench.Compression;

/// <summary>A step of <see cref="Remaining"/>, which can tell how far it is itself.</summary>
internal sealed class RemainingStep : IProgress<ProgressReport>, IDisposable
{
    private readonly Remaining _whole;
    private readonly string _name;
    private readonly double _share;

    public RemainingStep(Remaining whole, string name, double share)
    {
        (_whole, _name, _share) = (whole, name, share);
        whole.Report(name, 0);
    }

    public void Report(ProgressReport value) => _whole.Report(_name, _share * value.Fraction);

    public void Dispose() => _whole.End(_share);
}
