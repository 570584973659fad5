using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Demo;

/// <summary>All that the demo measured.</summary>
/// <param name="Network">The network.</param>
/// <param name="Profile">What was measured of it.</param>
/// <param name="ProfileWasMeasured">Whether that was measured in this run, or before on the same nodes.</param>
/// <param name="Phases">The phases.</param>
/// <param name="Decisions">Every decision, in order.</param>
/// <param name="Thumbnails">A small JPEG of each image, by its name.</param>
public sealed record DemoResult(
    Network Network,
    Profile Profile,
    bool ProfileWasMeasured,
    ImmutableArray<DemoPhaseResult> Phases,
    ImmutableArray<AdaptationDecision> Decisions,
    ImmutableDictionary<string, byte[]> Thumbnails)
{
    /// <summary>The images of all phases, classified by the chosen plans while the links changed.</summary>
    public RunReport Run
    {
        get
        {
            ImmutableArray<ImageReport> images = [.. Phases.SelectMany(p => p.Adaptive.Images)];
            return new(images, RunSummary.Of(images));
        }
    }

    /// <summary>Each baseline over all phases, by name.</summary>
    public ImmutableSortedDictionary<string, RunSummary> Baselines => Phases
        .SelectMany(p => p.Baselines)
        .GroupBy(b => b.Name)
        .ToImmutableSortedDictionary(g => g.Key, g => RunSummary.Of([.. g.SelectMany(b => b.Run.Images)]));
}
