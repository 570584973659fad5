using Isthmus.Core.Errors;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>
/// Classifies one picture after another, each by the plan that its source says. A picture that cannot be classified is reported, and
/// the rest goes on: every picture that was given is in the report exactly once.
/// </summary>
/// <param name="pipeline">Carries the plans out.</param>
/// <param name="plans">Says the plans.</param>
/// <param name="options">How many at a time; null for the defaults.</param>
public sealed class Runner(Pipeline pipeline, IPlanSource plans, RunnerOptions? options = null)
{
    private readonly RunnerOptions _options = options ?? RunnerOptions.Default;

    /// <summary>Classifies in place of the pipeline alone; null for the pipeline. Default null.</summary>
    public IAnswerer? Answerer { get; init; }

    /// <summary>Goes through pictures.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="each">Told of every picture as it is done; called by one thread at a time. Null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Core.Planning.InfeasiblePlanException">No plan satisfies the constraints.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<RunReport> RunAsync(IReadOnlyList<LabelledImage> images, Action<ImageReport>? each = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        _options.Validate();
        ImageReport[] reports = new ImageReport[images.Count];
        Lock telling = new();
        await Parallel.ForAsync(0, images.Count, new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken }, async (i, token) =>
        {
            ImageReport report = await OneAsync(images[i], leftDevice: null, answered: null, token);
            reports[i] = report;
            lock (telling) each?.Invoke(report);
        });
        return new([.. reports], RunSummary.Of(reports));
    }

    /// <summary>Classifies one picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="leftDevice">Called when the device has done its part; null for nobody.</param>
    /// <param name="answered">Told the answer, if there is one; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<ImageReport> OneAsync(LabelledImage image, Action? leftDevice, Action<ImageAnswer>? answered, CancellationToken cancellationToken)
    {
        PlanChoice choice = await plans.NextAsync(cancellationToken);
        try
        {
            ImageAnswer answer = Answerer is { } answerer
                ? await answerer.AnswerAsync(choice.Plan, image, choice.Patience, leftDevice, cancellationToken)
                : await pipeline.RunAsync(choice.Plan, image.Path, choice.Patience, leftDevice, cancellationToken);
            plans.Observe(answer);
            answered?.Invoke(answer);
            return ImageReport.Of(image, choice, answer);
        }
        catch (IsthmusException e)
        {
            plans.Lost(choice, e);
            return new() { File = image.Name, Label = image.ClassIndex, Plan = choice.Plan.Describe(), Why = choice.Why, Error = e.Message, ErrorKind = e.Kind };
        }
    }
}
