using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// Plans again as links and load change, with hysteresis: a plan is left only for one that is better by a margin, for several
/// decisions in a row, and not before it had its time; or at once, if it became impossible. Every decision is logged. Thread-safe.
/// </summary>
public sealed class Adaptation
{
    // What the present plan's reason says in numbers may be off by this share before it is worded anew.
    private const double StaleReason = 0.05;

    private readonly ITierState _tiers;
    private readonly AdaptationOptions _options;
    private readonly ProfileIndex _index;
    private readonly DecisionRule _rule;
    private readonly Lock _lock = new();
    private readonly Queue<AdaptationDecision> _log = new();
    private readonly Dictionary<string, (MeasuredRatio Ratio, long Learnt)> _ratios = new(StringComparer.Ordinal);
    private DecisionInputs? _last;
    private RankedPlan? _explained;
    private RankedPlan? _best;
    private Plan? _plan;
    private string _why = "";
    private int _streak;
    private Milliseconds _keep;
    private int _count;
    private long _since;

    /// <summary>Prepares to plan; <see cref="Decide"/> plans.</summary>
    /// <param name="profile">What was measured.</param>
    /// <param name="tiers">The nodes that there are now, and their links. Nodes of the profile that are not among them are not used.</param>
    /// <param name="options">What is wanted; null for the defaults.</param>
    /// <exception cref="IsthmusException">An option is out of range, or the profile breaks a rule.</exception>
    public Adaptation(Profile profile, ITierState tiers, AdaptationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(tiers);
        _options = options ?? AdaptationOptions.Default;
        _tiers = tiers;
        _index = ProfileIndex.Of(profile);
        _rule = new(_index, _options, [.. profile.Nodes.Where(n => n.Tier != Tier.Device && !tiers.NodeNames.Contains(n.Name)).Select(n => n.Name)]);
    }

    /// <summary>By which it decides.</summary>
    public DecisionRule Rule => _rule;

    /// <summary>The decisions, oldest first.</summary>
    public ImmutableArray<AdaptationDecision> Log
    {
        get
        {
            lock (_lock) return [.. _log];
        }
    }

    /// <summary>Learns from an answer how loaded the nodes are. The links learn from the pipeline itself.</summary>
    public void Observe(ImageAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        // What ran elsewhere than planned is another segment than the one that was profiled.
        if (answer.Fallback is not null) return;
        lock (_lock)
        {
            foreach (PlacedSegment segment in answer.Plan.Segments)
            {
                if (answer.Where.FirstOrDefault(p => p.Node == segment.Node) is not { } place) continue;
                if (_index.Compute(segment.Node, segment.From, segment.To) is not { } profiled) continue;
                MeasuredRatio ratio = Faded(segment.Node).Learn(place.Run.Value, profiled.Value);
                _ratios[segment.Node] = (ratio, _options.Clock.GetTimestamp());
            }
        }
    }

    /// <summary>Decides which plan is to be used from now on.</summary>
    /// <exception cref="InfeasiblePlanException">It is the first decision, and no plan satisfies the constraints.</exception>
    public AdaptationDecision Decide()
    {
        lock (_lock)
        {
            DecisionInputs inputs = Inputs();
            DecisionResult result = _rule.Decide(inputs);
            string? before = _plan?.Describe();
            _count++;
            _last = inputs;
            _best = result.Best;
            _streak = result.Streak;
            _keep = result.Keep;
            if (result.IsChange)
            {
                _plan = result.Plan;
                _since = _options.Clock.GetTimestamp();
                _why = result.Why;
                _explained = result.Best;
            }
            else if (result.IsAdjusted)
            {
                // The plan's time goes on.
                _plan = result.Plan;
                _why = result.Why;
                _explained = null;
            }

            AdaptationDecision decision = new(
                inputs.Number, inputs.Time, inputs.Links, inputs.Ratios, inputs.Excluded, before, result.Present?.Latency, result.Best?.Plan.Describe(),
                result.Best?.Latency, result.Gain, result.Outcome, result.Why)
            {
                Plan = result.Plan,
                Predicted = result.IsChange || result.IsAdjusted ? result.Best?.Latency : result.Present?.Latency,
            };
            _log.Enqueue(decision);
            while (_log.Count > _options.LogLimit) _log.Dequeue();
            _options.Log?.Add(_rule, inputs, result);
            return decision;
        }
    }

    /// <summary>What a plan is predicted to cost as things are now; null if it is impossible now or needs what was not measured.</summary>
    public PlanCost? Predict(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        lock (_lock) return _rule.Rank(Inputs(), plan)?.Cost;
    }

    /// <summary>What a decision would be made from now.</summary>
    public DecisionInputs Current()
    {
        lock (_lock) return Inputs();
    }

    /// <summary>Why the present plan is used: the reason when it was chosen, its numbers renewed while it is the best; empty before the first decision.</summary>
    public string Why
    {
        get
        {
            lock (_lock)
            {
                // To word it takes as long as several decisions: only when it would say something else.
                if (_plan is null || _best is null || _best.Plan != _plan || _last is null) return _why;
                if (_explained is { } e && e.Plan == _plan && Math.Abs(e.Latency.Value - _best.Latency.Value) <= StaleReason * e.Latency.Value) return _why;
                _explained = _best;
                return _why = Planner.Plan(_rule.Request(_last)).Why;
            }
        }
    }

    /// <summary>How long a node may take for a picture before the device begins to finish as well.</summary>
    /// <param name="predicted">What its plan is predicted to take; null if that is not known.</param>
    /// <param name="best">What the best plan is predicted to take; null if there is none. A plan that has become slow is not waited for longer.</param>
    public Milliseconds? Patience(Milliseconds? predicted, Milliseconds? best) =>
        predicted is { } ms ? new(Math.Max(_options.LeastPatience.TotalMilliseconds, _options.Patience * Math.Min(ms.Value, best?.Value ?? ms.Value))) : null;

    private DecisionInputs Inputs()
    {
        ImmutableArray<string> excluded = [.. _tiers.NodeNames.Where(n => _tiers.IsExcluded(n) && Knows(n))];
        ImmutableArray<MeasuredRatio> ratios =
            [.. _ratios.Keys.Order(StringComparer.Ordinal).Select(Faded).Where(r => Math.Abs(r.Compute - Usual(r.Node)) > _options.LoadTolerance * Usual(r.Node))];
        return new DecisionInputs(
            _count + 1, _options.Clock.GetUtcNow(), [.. _tiers.CurrentLinks().Where(l => Knows(l.From) && Knows(l.To))], ratios, excluded, _plan, _streak,
            _plan is null ? Milliseconds.Zero : Milliseconds.Since(_options.Clock, _since), _keep).AsWritten();
    }

    private MeasuredRatio Faded(string node)
    {
        double usual = Usual(node);
        if (!_ratios.TryGetValue(node, out (MeasuredRatio Ratio, long Learnt) known)) return new(node, usual);
        double halves = _options.Clock.GetElapsedTime(known.Learnt) / _options.LoadHalfLife;
        return known.Ratio with { Compute = usual + ((known.Ratio.Compute - usual) * Math.Pow(0.5, halves)) };
    }

    // What a verification found; the ratio of a node of which nothing else is known.
    private double Usual(string node) => _index.Profile.Nodes.FirstOrDefault(n => n.Name == node)?.MeasuredRatio ?? 1;

    private bool Knows(string node) => _index.Profile.Nodes.Any(n => n.Name == node);
}
