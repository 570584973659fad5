using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>Says how each picture is to be classified. Implementations are thread-safe.</summary>
public interface IPlanSource
{
    /// <summary>The plan for the next picture.</summary>
    ValueTask<PlanChoice> NextAsync(CancellationToken cancellationToken);

    /// <summary>Tells what became of a picture.</summary>
    void Observe(ImageAnswer answer);

    /// <summary>Tells that a picture got no answer.</summary>
    /// <param name="choice">How it was to be classified.</param>
    /// <param name="error">Why not.</param>
    void Lost(PlanChoice choice, Core.Errors.IsthmusException error)
    {
        // Most sources have nothing to learn from it: nodes that fail are looked after by the pipeline.
    }
}
