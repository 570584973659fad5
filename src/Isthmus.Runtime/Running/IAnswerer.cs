using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>Classifies one picture by a plan. Implementations are thread-safe.</summary>
public interface IAnswerer
{
    /// <summary>Classifies.</summary>
    /// <param name="plan">How.</param>
    /// <param name="image">The picture.</param>
    /// <param name="patience">How long a node may take; null for the pipeline's own timeout.</param>
    /// <param name="leftDevice">Called when the device has done its part; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Core.Errors.IsthmusException">There is no answer.</exception>
    Task<ImageAnswer> AnswerAsync(Plan plan, LabelledImage image, Milliseconds? patience, Action? leftDevice, CancellationToken cancellationToken);
}
