using Isthmus.Core.Progress;

namespace Isthmus.Bench;

/// <summary>
/// Measures one subsystem beside a baseline, in the same run and on the same input, so that its ratios mean something on any
/// machine. `isthmus bench NAME` runs it.
/// </summary>
public interface IComparison
{
    /// <summary>What the user types: one lower-case word.</summary>
    string Name { get; }

    /// <summary>One sentence: what is compared with what.</summary>
    string Summary { get; }

    /// <summary>Measures.</summary>
    /// <param name="progress">Told before each case.</param>
    /// <param name="cancellationToken">Ends the run between two measurements.</param>
    /// <returns>The rows, in the order in which a person wants to read them.</returns>
    Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken);
}
