using Isthmus.Core.Progress;

namespace Isthmus.Lab.Reproduction;

/// <summary>The progress of a part of something longer.</summary>
/// <param name="whole">Told of the whole; null for nobody.</param>
/// <param name="from">Share of the whole that is done when the part begins.</param>
/// <param name="to">Share that is done when it ends.</param>
internal sealed class PartialProgress(IProgress<ProgressReport>? whole, double from, double to) : IProgress<ProgressReport>
{
    public void Report(ProgressReport value) => whole?.Report(value with { Fraction = from + ((to - from) * Math.Clamp(value.Fraction, 0, 1)) });
}
