using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// Keeps the segments of the likely next plans loaded, on the device and on the nodes, so that a switch needs no loading. Loads one segment at
/// a time, in the background; whoever is asked may decline. Thread-safe.
/// </summary>
public sealed class SessionWarmer
{
    private readonly Adaptation _adaptation;
    private readonly Pipeline _pipeline;
    private readonly SessionWarmerOptions _options;
    private DecisionInputs? _inputs;
    private long _looked;
    private bool _declined;
    private int _looking;

    /// <summary>Creates a warmer; <see cref="LookAsync"/> looks once.</summary>
    /// <param name="adaptation">Knows what is likely.</param>
    /// <param name="pipeline">Loads.</param>
    /// <param name="options">How often; null for the defaults.</param>
    /// <exception cref="IsthmusException">An option is out of range.</exception>
    public SessionWarmer(Adaptation adaptation, Pipeline pipeline, SessionWarmerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(adaptation);
        ArgumentNullException.ThrowIfNull(pipeline);
        _adaptation = adaptation;
        _pipeline = pipeline;
        _options = options ?? SessionWarmerOptions.Default;
        _options.Validate();
    }

    /// <summary>The plans that were last found likely, the likeliest first.</summary>
    public ImmutableArray<LikelyPlan> Likely { get; private set; } = [];

    /// <summary>Wishes that nodes or the device declined so far.</summary>
    public long Declined { get; private set; }

    /// <summary>Looks again and again until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(_options.Interval, _options.Clock);
        try
        {
            do
            {
                await LookAsync(cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    /// <summary>Makes ready what is likely, if that may have changed since the last look.</summary>
    /// <returns>Whether there was anything to think over, and nobody else is at it.</returns>
    public async Task<bool> LookAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _looking, 1) == 1) return false;
        try
        {
            DecisionInputs now = _adaptation.Current();
            TimeSpan since = _options.Clock.GetElapsedTime(_looked);
            if (_inputs is not null && !HasMoved(_inputs, now) && since < (_declined ? _options.Again : _options.Renewal)) return false;
            _inputs = now;
            _looked = _options.Clock.GetTimestamp();
            Likely = [.. LikelyPlans.Of(_adaptation.Rule, now, Tiers.Device).Take(_options.MostPlans)];
            PlacedSegment[] segments = [.. Segments(now.Present).Distinct()];
            _declined = false;
            foreach (PlacedSegment segment in segments)
            {
                using CancellationTokenSource patience = new(_options.Patience, _options.Clock);
                using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
                try
                {
                    if (await _pipeline.TryWarmAsync(segment, segments, both.Token) != WarmOutcome.Declined) continue;
                    _declined = true;
                    Declined++;
                }
                catch (Exception e) when (e is IsthmusException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
                {
                    // Only a convenience: what could not be loaded now is loaded when it is needed, or fails there.
                    _declined = true;
                }
            }

            return true;
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    // What the plans need, the likeliest first; and what the device needs to finish alone when a node fails in the middle of the present plan.
    private IEnumerable<PlacedSegment> Segments(Plan? present)
    {
        foreach (LikelyPlan likely in Likely)
        {
            foreach (PlacedSegment segment in likely.Plan.Segments) yield return segment with { Codec = null };
            if (likely.Plan != present) continue;
            PlacedSegment first = present.Segments[0];
            string? cut = first.Tier == Tier.Device ? first.To : null;
            if (present.Segments.Any(s => s.Tier != Tier.Device)) yield return new(Tiers.Device, Tier.Device, cut, null, null);
        }
    }

    private bool HasMoved(DecisionInputs before, DecisionInputs now)
    {
        bool other = before.Present is { } a0 && now.Present is { } b0 ? a0 != b0 && !PlanParts.DifferInPartOnly(a0, b0) : before.Present != now.Present;
        if (other || !before.Excluded.SequenceEqual(now.Excluded) || before.Links.Length != now.Links.Length) return true;
        for (int i = 0; i < now.Links.Length; i++)
        {
            (LinkProfile a, LinkProfile b) = (before.Links[i], now.Links[i]);
            if (a.From != b.From || a.To != b.To) return true;
            double ratio = b.Bandwidth.Value / a.Bandwidth.Value;
            if (ratio < 1 - _options.Moved || ratio > 1 / (1 - _options.Moved)) return true;
            if (Math.Abs(a.RoundTrip.Value - b.RoundTrip.Value) > 5 + (_options.Moved * a.RoundTrip.Value)) return true;
        }

        return false;
    }
}
