using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning;

/// <summary>
/// Finds the best plans of a search space: exactly, by enumeration that skips only what cannot win. JALAD's integer program, Neurosurgeon's
/// scan and Scission's query are the same search in narrower spaces (see <see cref="Methods"/>).
/// </summary>
public static class Planner
{
    /// <summary>The largest number of plans that can be ranked.</summary>
    public const int MaxTop = 1000;

    /// <summary>Plans.</summary>
    /// <param name="request">The profile and what is wanted of it.</param>
    /// <returns>The winner, the ranked list, the Pareto set and the reason.</returns>
    /// <exception cref="InfeasiblePlanException">No plan satisfies the constraints; says which to relax, and to what.</exception>
    /// <exception cref="IsthmusException">The request names what the profile does not know, or has a number out of range.</exception>
    public static PlanningResult Plan(PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Top is < 1 or > MaxTop)
            throw new IsthmusException(ErrorKind.Usage, $"{request.Top} plans cannot be ranked: choose from 1 to {MaxTop}.");
        request.Constraints.Validate(request.Profile);
        request.Space.Validate(request.Profile);
        CostModel model = CostModel.Of(request);
        PlanSearch search = new(model, request.Objective, request.Constraints, request.Space);
        ImmutableArray<RankedPlan> ranked = [.. search.Best(request.Top).Select(c => model.Rank(search.PlanOf(c), request.Objective))];
        if (ranked.Length == 0) throw Infeasibility.Explain(request, model);

        ImmutableArray<RankedPlan> pareto = request.WithPareto
            ? [.. search.Pareto().Select(c => model.Rank(search.PlanOf(c), request.Objective))] : [];
        RankedPlan winner = ranked[0];
        RankedPlan? bestSplit = request.Space.MaxCuts == 0 ? null
            : ranked.FirstOrDefault(p => !p.Plan.IsSingleNode)
                ?? Best(model, request, request.Space with { MinCuts = Math.Max(1, request.Space.MinCuts) });
        RankedPlan? single = Best(model, request, SearchSpace.All with { MaxCuts = 0 });
        SingleTierMargin? margin = single is null ? null : new(
            single,
            single.Latency - winner.Latency,
            single.Bytes.Value - winner.Bytes.Value,
            single.Score > 0 ? (single.Score - winner.Score) / single.Score * 100 : 0);
        return new(winner, ranked, pareto, bestSplit, margin, PlanReason.Of(request, winner, bestSplit, margin));
    }

    /// <summary>
    /// The best plan alone: no ranking, no Pareto set, no reason, no search for what to relax. What is asked again and again while
    /// links change. The request's constraints and space must have been checked before.
    /// </summary>
    /// <param name="request">The profile and what is wanted of it.</param>
    /// <param name="model">What <see cref="CostModel.Of"/> makes of the request.</param>
    /// <returns>What <see cref="Plan"/> ranks first; null if no plan satisfies the constraints.</returns>
    public static RankedPlan? Best(PlanningRequest request, CostModel model)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(model);
        return Best(model, request, request.Space);
    }

    private static RankedPlan? Best(CostModel model, PlanningRequest request, SearchSpace space)
    {
        PlanSearch search = new(model, request.Objective, request.Constraints, space);
        return search.Best(1) is [PlanCandidate best] ? model.Rank(search.PlanOf(best), request.Objective) : null;
    }
}
