using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Runtime.Streaming;

/// <summary>
/// Classifies a stream of pictures so that the stages of the plan overlap: the device computes one picture while the one before is crossing and the one before that is in
/// the tail. The window bounds what is under way; answers come in order.
/// </summary>
/// <param name="pipeline">Carries the plans out.</param>
/// <param name="plans">Says the plans.</param>
/// <param name="prediction">What the plan is predicted to do; null if nothing is.</param>
/// <param name="options">The window; null for the defaults.</param>
public sealed class StreamRunner(Pipeline pipeline, IPlanSource plans, StreamPrediction? prediction = null, StreamOptions? options = null)
{
    private const int UnknownWindow = 4;
    private readonly StreamOptions _options = options ?? StreamOptions.Default;

    /// <summary>Goes through pictures.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="each">Told of every picture in order; called by one thread at a time. Null for nobody.</param>
    /// <param name="cancellationToken">Begins no more pictures, gives up those under way.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<StreamReport> RunAsync(IReadOnlyList<LabelledImage> images, Action<ImageReport>? each = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        _options.Validate();
        int window = _options.Window ?? prediction?.Window ?? UnknownWindow;
        Runner runner = new(pipeline, plans);
        StageClock stages = new();
        List<ImageReport> reports = new(images.Count);
        TimeProvider clock = _options.Clock;
        long start = clock.GetTimestamp();
        await OverlappingStages.RunAsync(
            images,
            window,
            async (image, left, token) =>
            {
                Milliseconds begun = Milliseconds.Since(clock, start);
                ImageAnswer? answer = null;
                ImageReport report = await runner.OneAsync(image, left, a => answer = a, token);
                return (Begun: begun, Report: report, Answer: answer);
            },
            one =>
            {
                reports.Add(one.Report);
                if (one.Answer is { } answer) stages.Add(one.Begun, Milliseconds.Since(clock, start), answer.Spans);
                each?.Invoke(one.Report);
            },
            cancellationToken);
        Milliseconds wall = Milliseconds.Since(clock, start);
        return new(new([.. reports], RunSummary.Of(reports)), stages.Sum(window, wall, prediction));
    }
}
