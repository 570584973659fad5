using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Running;

/// <summary>
/// Easy pictures are answered on the device, hard ones are sent further: a small network runs on the device first, and its confidence decides. Exactly one answer for each picture: that of the nodes, or, where
/// they fail or are too late, the one that the device already has. Thread-safe.
/// </summary>
public sealed class Cascade : IAnswerer, IAsyncDisposable
{
    private readonly Pipeline _remote;
    private readonly Pipeline _device;
    private readonly Plan _local;
    private readonly TimeProvider _clock;

    /// <summary>Creates the cascade.</summary>
    /// <param name="remote">Carries plans of the remote network out. Stays the caller's.</param>
    /// <param name="device">The network that runs on the device: of the same classes.</param>
    /// <param name="rule">Decides.</param>
    /// <param name="options">Slow-down, threads and clock of the device.</param>
    /// <exception cref="IsthmusException">The networks do not answer the same question.</exception>
    public Cascade(Pipeline remote, Network device, CascadeRule rule, PipelineOptions options)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(options);
        _remote = remote;
        // The remote network's nodes have no part in it.
        _device = new(device, [], remote.Tiers, options with { Deadline = null, SendUntil = null });
        _local = BaselinePlans.DeviceOnly(device.Model.Hash);
        _clock = options.Clock;
        Rule = rule;
    }

    /// <summary>By which it decides.</summary>
    public CascadeRule Rule { get; }

    /// <summary>Loads the device's network.</summary>
    public Task WarmAsync(CancellationToken cancellationToken = default) => _device.WarmAsync(_local, onNodes: false, cancellationToken);

    /// <inheritdoc/>
    public async Task<ImageAnswer> AnswerAsync(Plan plan, LabelledImage image, Milliseconds? patience, Action? leftDevice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(image);
        if (plan.Segments[0].Tier == Tier.Device)
            throw new IsthmusException(ErrorKind.Planning, $"'{plan.Describe()}' begins on the device, where the device's own network has run already: choose a plan that sends the picture.");
        long start = _clock.GetTimestamp();
        ImageAnswer own = await _device.RunAsync(_local, image.Path, cancellationToken);
        ClassScore best = own.Top[0];
        double? fraction = Rule.FractionAt(best.Score);
        CascadeStep step = new(best.Index, best.Score, fraction, Math.Round(own.Times.Total.Value, 3));
        if (step.IsLocal)
        {
            leftDevice?.Invoke();
            return own with { Plan = plan, Cascade = step };
        }

        try
        {
            ImageAnswer answer = await _remote.RunAsync(
                plan, image.Path, start, patience, leftDevice, fraction is { } part ? new FixedPart(part) : null, hasAnswer: true, cancellationToken);
            return answer with
            {
                Times = Attempt.Sum(own.Times with { Total = default, Overhead = default }, answer.Times).Completed(Milliseconds.Since(_clock, start)),
                Where = [.. own.Where, .. answer.Where],
                Spans = [.. own.Spans, .. answer.Spans],
                Cold = [.. own.Cold.Union(answer.Cold, StringComparer.Ordinal)],
                Emulated = [.. own.Emulated.Union(answer.Emulated, StringComparer.Ordinal)],
                Cascade = step,
            };
        }
        catch (NodeException e)
        {
            Milliseconds total = Milliseconds.Since(_clock, start);
            StageTimes times = own.Times with { Total = default, Overhead = default, Lost = new(Math.Max(0, total.Value - own.Times.Total.Value)) };
            return own with
            {
                Plan = plan,
                Cascade = step,
                Times = times.Completed(total),
                Fallback = $"{e.Message.TrimEnd('.', ' ')}; the device's own answer was taken",
                IsLate = _remote.Deadline is { } deadline && total > deadline,
            };
        }
    }

    /// <summary>Unloads the device's network.</summary>
    public ValueTask DisposeAsync() => _device.DisposeAsync();

    // A share of each picture's own bytes, at the end of a scan where one is near.
    private sealed class FixedPart(double fraction) : IPartChooser
    {
        public int Choose(PartQuestion question)
        {
            int length = Math.Clamp((int)Math.Ceiling(question.WholeBytes * fraction), Math.Min(question.Least, question.WholeBytes), question.WholeBytes);
            int near = question.Boundaries.LastOrDefault(b => b <= length && b >= length - (question.WholeBytes / 50));
            return near > 0 ? near : length;
        }
    }
}
