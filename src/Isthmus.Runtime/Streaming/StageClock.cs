using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Streaming;

/// <summary>Adds up when the stages of a stream were busy, and when its answers came. Not thread-safe.</summary>
public sealed class StageClock
{
    private readonly Dictionary<string, List<(double Begin, double End)>> _spans = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly List<double> _answers = [];

    /// <summary>Notes an answer.</summary>
    /// <param name="begun">When its picture was given, counted from the stream's start.</param>
    /// <param name="given">When the answer was given out, counted from the stream's start.</param>
    /// <param name="spans">When it kept which stage busy, counted from <paramref name="begun"/>.</param>
    public void Add(Milliseconds begun, Milliseconds given, IEnumerable<StageSpan> spans)
    {
        ArgumentNullException.ThrowIfNull(spans);
        _answers.Add(given.Value);
        foreach (StageSpan span in spans)
        {
            if (!_spans.TryGetValue(span.Stage, out List<(double, double)>? all))
            {
                _spans.Add(span.Stage, all = []);
                _order.Add(span.Stage);
            }

            all.Add((begun.Value + span.Begin.Value, begun.Value + span.End.Value));
        }
    }

    /// <summary>Sums up.</summary>
    /// <param name="window">The window that there was.</param>
    /// <param name="wall">From the first picture's beginning to the last answer.</param>
    /// <param name="prediction">What was predicted; null if nothing was.</param>
    public StreamSummary Sum(int window, Milliseconds wall, StreamPrediction? prediction)
    {
        ImmutableArray<PipelineStage> planned = prediction?.Stages ?? [];
        ImmutableArray<StageUse> stages =
        [
            .. planned.Select(p => p.Name).Concat(_order).Distinct(StringComparer.Ordinal).Select(name =>
            {
                double busy = _spans.TryGetValue(name, out List<(double, double)>? spans) ? Union(spans) : 0;
                PipelineStage? predicted = planned.FirstOrDefault(p => p.Name == name);
                return new StageUse(
                    name, predicted?.IsLink ?? name.Contains(" → ", StringComparison.Ordinal), Math.Round(busy / Math.Max(1, _answers.Count), 3),
                    predicted is null ? null : Math.Round(predicted.Time.Value, 3), wall.Value > 0 ? Math.Round(Math.Min(1, busy / wall.Value), 4) : 0);
            }),
        ];
        double? period = _answers.Count > 1 ? (_answers.Max() - _answers.Min()) / (_answers.Count - 1) : null;
        double? predictedPeriod = prediction?.Period.Value;
        return new(
            window, Math.Round(wall.Value, 3), PerSecond(period), period is { } p ? Math.Round(p, 3) : null, PerSecond(predictedPeriod),
            predictedPeriod is { } q ? Math.Round(q, 3) : null, prediction is null ? null : PipelineStages.Longest(prediction.Stages).Name, _answers.Count == 0 ? null : stages.MaxBy(s => s.Occupancy)?.Stage, stages);

        static double? PerSecond(double? period) => period is > 0 ? Math.Round(1000 / period.Value, 3) : null;
    }

    private static double Union(List<(double Begin, double End)> spans)
    {
        double busy = 0, until = double.NegativeInfinity;
        foreach ((double begin, double end) in spans.OrderBy(s => s.Begin))
        {
            busy += Math.Max(0, end - Math.Max(begin, until));
            until = Math.Max(until, end);
        }

        return busy;
    }
}
