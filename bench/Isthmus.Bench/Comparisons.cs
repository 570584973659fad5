using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Bench;

/// <summary>All comparisons that `isthmus bench` can run.</summary>
public static class Comparisons
{
    /// <summary>The comparisons, one line each, in alphabetical order.</summary>
    public static ImmutableArray<IComparison> All { get; } =
    [
        new AdaptationComparison(),
        new AssignmentComparison(),
        new CodecComparison(),
        new LinkComparison(),
        new MinCutComparison(),
        new OrchestrationComparison(),
        new OrchestrateServiceComparison(),
        new OverheadComparison(),
        new PlannerComparison(),
        new ScissionComparison(),
        new StreamComparison(),
    ];

    /// <summary>The comparison of this name.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public static IComparison Get(string name) => All.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new IsthmusException(ErrorKind.Usage, $"There is no comparison '{name}': choose {string.Join(", ", All.Select(c => c.Name))}.");
}
