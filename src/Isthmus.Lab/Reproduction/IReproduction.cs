using Isthmus.Core.Progress;

namespace Isthmus.Lab.Reproduction;

/// <summary>
/// The experiment of a paper, run again on real networks and photographs, with the paper's method, its baselines and Isthmus as
/// restrictions of the same planner in the same run. A new one is a class and its line in <see cref="Reproductions.All"/>.
/// </summary>
public interface IReproduction
{
    /// <summary>What it is called on the command line, such as jalad.</summary>
    string Name { get; }

    /// <summary>The paper: authors, title, where and when.</summary>
    string Paper { get; }

    /// <summary>What is compared, in a sentence.</summary>
    string Summary { get; }

    /// <summary>Runs it.</summary>
    /// <param name="options">On what, and how thoroughly.</param>
    /// <param name="progress">Told what is done, and how much of all is done.</param>
    /// <param name="cancellationToken">Ends it, and every process that it started.</param>
    /// <exception cref="Core.Errors.IsthmusException">Something outside is wrong; the message says what.</exception>
    Task<ReproductionResult> RunAsync(ReproductionOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default);
}
