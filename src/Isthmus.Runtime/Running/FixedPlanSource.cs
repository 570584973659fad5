using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>The same plan for every picture: a plan from a file, or a baseline.</summary>
/// <param name="plan">The plan.</param>
/// <param name="why">Why.</param>
/// <param name="adaptation">Predicts what it takes as links and load are; null if nothing can be predicted.</param>
public sealed class FixedPlanSource(Plan plan, string why, Adaptation? adaptation = null) : IPlanSource
{
    /// <inheritdoc/>
    public ValueTask<PlanChoice> NextAsync(CancellationToken cancellationToken)
    {
        Milliseconds? predicted = adaptation?.Predict(plan)?.Total;
        return new(new PlanChoice(plan, why, predicted));
    }

    /// <inheritdoc/>
    public void Observe(ImageAnswer answer) => adaptation?.Observe(answer);
}
