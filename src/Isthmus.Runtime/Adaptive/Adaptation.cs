using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// Plans again as links and load change, with hysteresis: a plan is left only for one that is better by a margin, for several
/// decisions in a row, and not before it had its time; or at once, if it became impossible. Every decision is logged. Thread-safe.
/// </summary>
public sealed class Adaptation
{
    private readonly Tiers _tiers;
    private readonly AdaptationOptions _options;
    private readonly ProfileIndex _index;
    private readonly ImmutableArray<string> _absent;
    private readonly Lock _lock = new();
    private readonly Queue<AdaptationDecision> _log = new();
    private readonly Dictionary<string, (MeasuredRatio Ratio, long Learnt)> _ratios = new(StringComparer.Ordinal);
    private Plan? _plan;
    private string _why = "";
    private int _streak;
    private int _count;
    private long _since;

    /// <summary>Prepares to plan; <see cref="Decide"/> plans.</summary>
    /// <param name="profile">What was measured.</param>
    /// <param name="tiers">The nodes that there are now, and their links. Nodes of the profile that are not among them are not used.</param>
    /// <param name="options">What is wanted; null for the defaults.</param>
    /// <exception cref="IsthmusException">An option is out of range, or the profile breaks a rule.</exception>
    public Adaptation(Profile profile, Tiers tiers, AdaptationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(tiers);
        _options = options ?? AdaptationOptions.Default;
        _options.Validate();
        _tiers = tiers;
        _index = ProfileIndex.Of(profile);
        _absent = [.. profile.Nodes.Where(n => n.Tier != Tier.Device && tiers.Nodes.All(t => t.Name != n.Name)).Select(n => n.Name)];
    }

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
            PlanningRequest request = Request(out ImmutableArray<string> excluded);
            CostModel model = CostModel.Of(request);
            RankedPlan? present = _plan is null ? null : Rank(model, _plan, excluded);
            PlanningResult best;
            try
            {
                best = Planner.Plan(request);
            }
            catch (InfeasiblePlanException e) when (_plan is not null)
            {
                _streak = 0;
                return Add(request, excluded, present, null, 0, DecisionOutcome.Stuck, e.Message);
            }

            RankedPlan winner = best.Winner;
            if (_plan is null) return Switch(request, excluded, null, winner, 1, DecisionOutcome.Started, best.Why);
            if (present is null)
            {
                string reason = excluded.Length > 0 ? $"{string.Join(", ", excluded)} failed and is excluded. {best.Why}" : best.Why;
                return Switch(request, excluded, null, winner, 1, DecisionOutcome.Forced, reason);
            }

            double gain = present.Score > 0 ? (present.Score - winner.Score) / present.Score : 0;
            if (winner.Plan == _plan || gain < _options.Gain)
            {
                _streak = 0;
                if (winner.Plan == _plan) _why = best.Why;
                string why = winner.Plan == _plan ? "It is the best." : $"{winner.Plan} is better by {gain:P1} only; {_options.Gain:P0} are needed.";
                return Add(request, excluded, present, winner, gain, DecisionOutcome.Kept, why);
            }

            _streak++;
            TimeSpan dwelt = _options.Clock.GetElapsedTime(_since);
            if (_streak < _options.Consecutive || dwelt < _options.MinDwell)
            {
                string why = $"{winner.Plan} is better by {gain:P1}, seen {_streak} of {_options.Consecutive} times; the present plan is {dwelt.TotalSeconds:0.0} s old, of at least {_options.MinDwell.TotalSeconds:0.0} s.";
                return Add(request, excluded, present, winner, gain, DecisionOutcome.Waiting, why);
            }

            return Switch(request, excluded, present, winner, gain, DecisionOutcome.Switched, best.Why);
        }
    }

    /// <summary>What a plan is predicted to cost as things are now; null if it is impossible now or needs what was not measured.</summary>
    public PlanCost? Predict(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        lock (_lock)
        {
            PlanningRequest request = Request(out ImmutableArray<string> excluded);
            return Rank(CostModel.Of(request), plan, excluded)?.Cost;
        }
    }

    /// <summary>The best plans as things are now, best first: what is likely to come next.</summary>
    public ImmutableArray<RankedPlan> Likely(int count)
    {
        lock (_lock)
        {
            try
            {
                return Planner.Plan(Request(out _) with { Top = count }).Ranked;
            }
            catch (InfeasiblePlanException)
            {
                return [];
            }
        }
    }

    private PlanningRequest Request(out ImmutableArray<string> excluded)
    {
        excluded = [.. _tiers.Nodes.Where(n => n.Breaker.IsOpen && Knows(n.Name)).Select(n => n.Name)];
        ImmutableArray<MeasuredRatio> ratios =
            [.. _ratios.Keys.Order(StringComparer.Ordinal).Select(Faded).Where(r => Math.Abs(r.Compute - 1) > _options.LoadTolerance)];
        return new(_index)
        {
            Objective = _options.Objective,
            Constraints = _options.Constraints with { ForbiddenNodes = [.. _options.Constraints.ForbiddenNodes.Union(excluded).Union(_absent)] },
            Space = _options.Space,
            Links = [.. LinkProfiles.Of(_tiers).Where(l => Knows(l.From) && Knows(l.To))],
            Ratios = ratios,
            Top = 1,
            WithPareto = false,
        };
    }

    private RankedPlan? Rank(CostModel model, Plan plan, ImmutableArray<string> excluded)
    {
        if (plan.Segments.Any(s => excluded.Contains(s.Node) || _absent.Contains(s.Node))) return null;
        try
        {
            return model.Rank(plan, _options.Objective);
        }
        catch (IsthmusException)
        {
            return null;
        }
    }

    private AdaptationDecision Switch(
        PlanningRequest request, ImmutableArray<string> excluded, RankedPlan? present, RankedPlan winner, double gain, DecisionOutcome outcome, string why)
    {
        Plan? before = _plan;
        _plan = winner.Plan;
        _why = why;
        _streak = 0;
        _since = _options.Clock.GetTimestamp();
        return Add(request, excluded, present, winner, gain, outcome, why, before);
    }

    private AdaptationDecision Add(
        PlanningRequest request, ImmutableArray<string> excluded, RankedPlan? present, RankedPlan? best, double gain, DecisionOutcome outcome, string why, Plan? before = null)
    {
        bool changed = outcome is DecisionOutcome.Started or DecisionOutcome.Switched or DecisionOutcome.Forced;
        AdaptationDecision decision = new(
            ++_count, _options.Clock.GetUtcNow(), request.Links, request.Ratios, excluded,
            (changed ? before : _plan)?.Describe(), present?.Latency, best?.Plan.Describe(), best?.Latency, Math.Round(gain, 4), outcome, why)
        {
            Plan = _plan!,
            Predicted = changed ? best?.Latency : present?.Latency,
        };
        _log.Enqueue(decision);
        while (_log.Count > _options.LogLimit) _log.Dequeue();
        return decision;
    }

    /// <summary>Why the present plan was chosen; empty before the first decision.</summary>
    public string Why
    {
        get
        {
            lock (_lock) return _why;
        }
    }

    private MeasuredRatio Faded(string node)
    {
        if (!_ratios.TryGetValue(node, out (MeasuredRatio Ratio, long Learnt) known)) return new(node, 1);
        double halves = _options.Clock.GetElapsedTime(known.Learnt) / _options.LoadHalfLife;
        return known.Ratio with { Compute = 1 + ((known.Ratio.Compute - 1) * Math.Pow(0.5, halves)) };
    }

    private bool Knows(string node) => _index.Profile.Nodes.Any(n => n.Name == node);
}
