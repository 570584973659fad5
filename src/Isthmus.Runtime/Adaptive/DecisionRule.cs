using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// The rule by which plans are kept or changed: a pure function of profile, options and <see cref="DecisionInputs"/>. It reads no clock,
/// keeps nothing that an answer hangs on and asks no node, so a logged decision can be made again. Thread-safe.
/// </summary>
public sealed class DecisionRule
{
    private const double SoonFactor = 3;

    // Another part of the picture costs nothing to change to; but not every thousandth need be a line in the reports.
    private const double PartGain = 0.01;

    // As the planner compares.
    private static readonly Milliseconds LatencyTolerance = new(1e-6);

    private readonly ProfileIndex _index;
    private readonly Constraints _constraints;

    // What does not hang on links and load is laid out once: the answers are the same, and come sooner.
    private readonly Lock _lock = new();
    private readonly PlanSession _session = new();

    /// <summary>Creates the rule.</summary>
    /// <param name="index">What was measured.</param>
    /// <param name="options">What is wanted; clock, log and load options are not used.</param>
    /// <param name="absent">Nodes of the profile that there are not now, and that therefore may not be used.</param>
    /// <exception cref="IsthmusException">An option is out of range, or names what the profile does not know.</exception>
    public DecisionRule(ProfileIndex index, AdaptationOptions options, ImmutableArray<string> absent)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _index = index;
        Options = options;
        Absent = absent;
        // As a log holds it.
        Milliseconds? latency = options.Constraints.MaxLatency is { } most && double.IsFinite(most.Value) ? new(Math.Round(most.Value, 3)) : options.Constraints.MaxLatency;
        _constraints = options.Constraints with { MaxLatency = latency, ForbiddenNodes = [.. options.Constraints.ForbiddenNodes.Union(absent)] };
        _constraints.Validate(index.Profile);
        options.Space.Validate(index.Profile);
    }

    /// <summary>What was measured.</summary>
    public Profile Profile => _index.Profile;

    /// <summary>What is wanted.</summary>
    public AdaptationOptions Options { get; }

    /// <summary>Nodes of the profile that may not be used because there are not now.</summary>
    public ImmutableArray<string> Absent { get; }

    /// <summary>What the planner is asked for such inputs: for the best plan alone.</summary>
    public PlanningRequest Request(DecisionInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return new(_index)
        {
            Objective = Options.Objective,
            Constraints = inputs.Excluded.Length == 0 ? _constraints : _constraints with { ForbiddenNodes = [.. _constraints.ForbiddenNodes.Union(inputs.Excluded)] },
            Space = Options.Space,
            Terms = Options.Terms,
            Links = inputs.Links,
            Ratios = inputs.Ratios,
            Top = 1,
            WithPareto = false,
        };
    }

    /// <summary>Decides.</summary>
    /// <exception cref="InfeasiblePlanException">There is no present plan, and no plan satisfies the constraints.</exception>
    /// <exception cref="IsthmusException">The inputs name what the profile does not know, or have a number out of range.</exception>
    public DecisionResult Decide(DecisionInputs inputs)
    {
        PlanningRequest request = Request(inputs);
        CostModel model = CostModel.Of(request);
        Plan? plan = inputs.Present;
        Milliseconds least = new(Math.Round(Options.MinDwell.TotalMilliseconds, 3));
        RankedPlan? present = plan is null ? null : Rank(model, plan, inputs.Excluded);
        RankedPlan? winner;
        lock (_lock) winner = _session.Best(request);
        if (winner is null)
        {
            // The planner explains at length what to relax; that is worth its time only where the run cannot go on.
            if (plan is null) Planner.Plan(request);
            return new(DecisionOutcome.Stuck, plan!, present, null, 0, 0, inputs.Keep, "No plan satisfies the constraints as things are now, so the present one goes on.");
        }

        if (plan is null) return new(DecisionOutcome.Started, winner.Plan, null, winner, 1, 0, least, Planner.Plan(request).Why);
        if (present is null)
        {
            string reason = inputs.Excluded.Length > 0 ? $"{string.Join(", ", inputs.Excluded)} failed and is excluded. " : "";
            return new(DecisionOutcome.Forced, winner.Plan, null, winner, 1, 0, least, reason + Planner.Plan(request).Why);
        }

        double gain = present.Score > 0 ? (present.Score - winner.Score) / present.Score : 0;
        double rounded = Math.Round(gain, 4);
        // What breaks a limit now is worth leaving whatever the score says: the winner's may be worse.
        bool isBroken = _constraints.MaxLatency is { } limit && present.Latency > limit + LatencyTolerance;
        if (winner.Plan != plan && PlanParts.DifferInPartOnly(winner.Plan, plan))
        {
            if (!isBroken && gain < PartGain)
                return new(DecisionOutcome.Kept, plan, present, winner, rounded, 0, inputs.Keep, $"{winner.Plan.Input} instead is better by {gain:P1} only.");
            string part = isBroken ? $"{plan.Input} would take {present.Latency}, and {_constraints.MaxLatency} are allowed" : $"{winner.Plan.Input} is better by {gain:P1}";
            return new(DecisionOutcome.Adjusted, winner.Plan, present, winner, rounded, 0, inputs.Keep, part + ".");
        }

        if (isBroken) gain = Math.Max(gain, Options.Gain);
        if (winner.Plan == plan) return new(DecisionOutcome.Kept, plan, present, winner, rounded, 0, inputs.Keep, "It is the best.");
        if (gain < Options.Gain)
            return new(DecisionOutcome.Kept, plan, present, winner, rounded, 0, inputs.Keep, $"{winner.Plan} is better by {gain:P1} only; {Options.Gain:P0} are needed.");

        int streak = inputs.Streak + 1;
        // What is far better is no noise.
        Milliseconds keep = gain >= Options.UrgentGain ? least : inputs.Keep;
        if (streak < Options.Consecutive || inputs.Dwelt < keep)
        {
            string why = $"{winner.Plan} is better by {gain:P1}, seen {streak} of {Options.Consecutive} times; the present plan is {inputs.Dwelt.Value / 1000:0.0} s old, of at least {keep.Value / 1000:0.0} s.";
            return new(DecisionOutcome.Waiting, plan, present, winner, rounded, streak, inputs.Keep, why);
        }

        // A plan that had its time was no flapping; one that was left soon is followed by one that stays longer.
        bool soon = inputs.Dwelt.Value < SoonFactor * inputs.Keep.Value;
        Milliseconds next = soon ? new(Math.Min(Options.MaxDwell.TotalMilliseconds, 2 * inputs.Keep.Value)) : least;
        return new(DecisionOutcome.Switched, winner.Plan, present, winner, rounded, 0, next, Planner.Plan(request).Why);
    }

    /// <summary>What a plan costs under such inputs; null if it is impossible or needs what was not measured.</summary>
    public RankedPlan? Rank(DecisionInputs inputs, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(plan);
        return Rank(CostModel.Of(Request(inputs)), plan, inputs.Excluded);
    }

    private RankedPlan? Rank(CostModel model, Plan plan, ImmutableArray<string> excluded)
    {
        foreach (PlacedSegment segment in plan.Segments)
        {
            if (excluded.Contains(segment.Node) || Absent.Contains(segment.Node)) return null;
        }

        try
        {
            return model.Rank(plan, Options.Objective);
        }
        catch (IsthmusException)
        {
            return null;
        }
    }
}
