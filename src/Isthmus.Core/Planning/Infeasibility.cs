using System.Collections.Immutable;
using System.Numerics;

namespace Isthmus.Core.Planning;

/// <summary>Finds the fewest constraints to relax, and how far, when no plan satisfies all.</summary>
internal static class Infeasibility
{
    /// <summary>The error for a request that has no plan.</summary>
    public static InfeasiblePlanException Explain(PlanningRequest request, CostModel model)
    {
        ImmutableArray<RelaxableConstraint> active = Active(request.Constraints);
        ImmutableArray<Relaxation> ways = [];
        // A few constraints have a few dozen subsets; the smallest that help are the answer.
        for (int size = 1; size <= active.Length && ways.Length == 0; size++)
        {
            ways = [.. Enumerable.Range(1, (1 << active.Length) - 1)
                .Where(set => BitOperations.PopCount((uint)set) == size)
                .Select(set => Try(request, model, [.. active.Where((_, i) => (set >> i & 1) == 1)]))
                .OfType<Relaxation>()];
        }

        if (ways.Length == 0)
        {
            return new(
                $"The profile of {request.Profile.ModelName} holds no complete plan in this search space: allow more nodes, cuts, codecs or inputs, or profile again with them.", []);
        }

        string advice = string.Join(", or ", ways.Select(w => string.Join(" and ", w.Changes.Select(c => c.Advice))));
        return new($"No plan satisfies the constraints: {advice}.", ways);
    }

    private static ImmutableArray<RelaxableConstraint> Active(Constraints c)
    {
        List<RelaxableConstraint> active = [];
        if (c.MaxBytes is not null) active.Add(RelaxableConstraint.MaxBytes);
        if (c.MaxLatency is not null) active.Add(RelaxableConstraint.MaxLatency);
        if (c.MaxAccuracyLoss is not null) active.Add(RelaxableConstraint.MaxAccuracyLoss);
        if (c.Tiers is not null) active.Add(RelaxableConstraint.Tiers);
        if (c.ForbiddenNodes.Length > 0) active.Add(RelaxableConstraint.ForbiddenNodes);
        if (c.KeepInputOnDevice) active.Add(RelaxableConstraint.KeepInputOnDevice);
        return [.. active];
    }

    private static Relaxation? Try(PlanningRequest request, CostModel model, ImmutableArray<RelaxableConstraint> drop)
    {
        Constraints relaxed = drop.Aggregate(request.Constraints, static (c, d) => d switch
        {
            RelaxableConstraint.MaxBytes => c with { MaxBytes = null },
            RelaxableConstraint.MaxLatency => c with { MaxLatency = null },
            RelaxableConstraint.MaxAccuracyLoss => c with { MaxAccuracyLoss = null },
            RelaxableConstraint.Tiers => c with { Tiers = null },
            RelaxableConstraint.ForbiddenNodes => c with { ForbiddenNodes = [] },
            _ => c with { KeepInputOnDevice = false },
        });
        // One limit alone is relaxed as little as possible. Several cannot each be least at once: then the best plan sets them.
        Objective objective = drop switch
        {
            [RelaxableConstraint.MaxBytes] => Objective.Traffic,
            [RelaxableConstraint.MaxLatency] => Objective.Latency,
            [RelaxableConstraint.MaxAccuracyLoss] => Objective.Loss,
            _ => request.Objective,
        };
        PlanSearch search = new(model, objective, relaxed, request.Space);
        if (search.Best(1) is not [PlanCandidate best]) return null;
        RankedPlan plan = model.Rank(search.PlanOf(best), request.Objective);
        return new([.. drop.Select(d => Change(d, plan, request))], plan);
    }

    private static RelaxationChange Change(RelaxableConstraint constraint, RankedPlan plan, PlanningRequest request)
    {
        switch (constraint)
        {
            case RelaxableConstraint.MaxBytes:
                return new(constraint, plan.Bytes.Value, $"allow --max-bytes {plan.Bytes.Value}");
            case RelaxableConstraint.MaxLatency:
                // Rounded up: the printed number must admit the plan.
                double ms = Math.Ceiling(plan.Latency.Value * 1000) / 1000;
                return new(constraint, ms, $"allow --max-ms {ms}");
            case RelaxableConstraint.MaxAccuracyLoss:
                double loss = Math.Min(1, Math.Ceiling((plan.AccuracyLoss * 1e4) - 1e-6) / 1e4);
                return new(constraint, loss, $"allow --max-loss {loss}");
            case RelaxableConstraint.Tiers:
                IEnumerable<Tier> missing = plan.Plan.Segments.Select(s => s.Tier).Where(t => !request.Constraints.Tiers!.Value.Contains(t));
                return new(constraint, null, $"add {string.Join(" and ", missing).ToLowerInvariant()} to --tiers");
            case RelaxableConstraint.ForbiddenNodes:
                IEnumerable<string> forbidden = plan.Plan.Segments.Select(s => s.Node).Where(n => request.Constraints.ForbiddenNodes.Contains(n));
                return new(constraint, null, $"do not --forbid {string.Join(" and ", forbidden)}");
            default:
                return new(constraint, null, "leave out --private");
        }
    }
}
