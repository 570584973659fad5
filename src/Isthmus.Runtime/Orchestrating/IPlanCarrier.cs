using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>Who carries the plans of a menu out, as far as choosing among them needs to know. Implementations are thread-safe.</summary>
public interface IPlanCarrier
{
    /// <summary>Whether none of the nodes of a plan is excluded because it failed.</summary>
    bool IsPossible(Plan plan);

    /// <summary>Whether all that a plan needs is loaded.</summary>
    bool IsReady(Plan plan);

    /// <summary>Loads what a plan needs.</summary>
    /// <exception cref="Core.Errors.IsthmusException">It cannot be loaded.</exception>
    Task WarmAsync(Plan plan, CancellationToken cancellationToken);

    /// <summary>What a plan is predicted to take, as links and load are; null if that is not known.</summary>
    Milliseconds? Predict(Plan plan);

    /// <summary>How long a node may take for a plan before the device begins to finish as well; null for no such time.</summary>
    Milliseconds? Patience(Plan plan);

    /// <summary>Learns from an answer.</summary>
    void Observe(ImageAnswer answer);

    /// <summary>How the device and its links are.</summary>
    DeviceReport Device();
}
