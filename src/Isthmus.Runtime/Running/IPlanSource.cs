using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>Says how each picture is to be classified. Implementations are thread-safe.</summary>
public interface IPlanSource
{
    /// <summary>The plan for the next picture.</summary>
    ValueTask<PlanChoice> NextAsync(CancellationToken cancellationToken);

    /// <summary>Tells what became of a picture.</summary>
    void Observe(ImageAnswer answer);
}
