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

    /// <summary>Thousandths of pictures that count where all of them would be too many: twentieths.</summary>
    internal static ImmutableArray<int> FewFractions { get; } = [.. Enumerable.Range(1, 20).Select(i => i * 50)];

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
        PlanningQuestion.Validate(request);
        ImmutableArray<CostModel> models = CostModel.AllOf(request);
        PlanSearch search = PlanningQuestion.Search(request, models, request.Space, request.WithPareto ? request.ParetoAxes : ParetoAxes.None);
        ImmutableArray<RankedPlan> ranked = [.. search.Best(request.Top).Select(c => search.Rank(c, request.Objective))];
        if (ranked.Length == 0) throw Infeasibility.Explain(request, models);

        ImmutableArray<RankedPlan> pareto = [];
        if (request.WithPareto)
        {
            // Every part of a picture is better in bytes than the next: of all those that there are, a set would be all.
            PlanSearch all = !models.Any(m => m.Index.HasFractions) ? search
                : PlanningQuestion.Search(request, CostModel.AllOf(request, [.. FewFractions, .. ranked.Select(r => (int)Math.Round(r.Plan.Input.Fraction * 1000))]), request.Space, request.ParetoAxes);
            pareto = [.. all.Pareto(request.ParetoAxes).Select(c => all.Rank(c, request.Objective))];
        }

        RankedPlan winner = ranked[0];
        RankedPlan? bestSplit = request.Space.MaxCuts == 0 ? null
            : ranked.FirstOrDefault(p => !p.Plan.IsSingleNode)
                ?? (search.Best(1, minCuts: 1) is [PlanCandidate split] ? search.Rank(split, request.Objective) : null);
        RankedPlan? single = Best(request, models, SearchSpace.All with { MaxCuts = 0 });
        SingleTierMargin? margin = single is null ? null : new(
            single,
            single.Latency - winner.Latency,
            single.Bytes.Value - winner.Bytes.Value,
            single.Score > 0 ? (single.Score - winner.Score) / single.Score * 100 : 0);
        return new(winner, ranked, pareto, bestSplit, margin, PlanReason.Of(request, winner, bestSplit, margin));
    }

    /// <summary>
    /// The best plan alone: no ranking, no Pareto set, no reason, no search for what to relax. The request's constraints and space must have been checked before. Where
    /// only links, ratios and queues change from question to question, a <see cref="PlanSession"/> answers faster.
    /// </summary>
    /// <param name="request">The profile and what is wanted of it.</param>
    /// <returns>What <see cref="Plan"/> ranks first; null if no plan satisfies the constraints.</returns>
    public static RankedPlan? Best(PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Best(request, CostModel.AllOf(request), request.Space);
    }

    /// <summary>The best plan alone of one network.</summary>
    /// <param name="request">The profile and what is wanted of it.</param>
    /// <param name="model">What <see cref="CostModel.Of(PlanningRequest)"/> makes of the request.</param>
    /// <returns>The best plan of that network; null if no plan satisfies the constraints.</returns>
    public static RankedPlan? Best(PlanningRequest request, CostModel model)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(model);
        return Best(request, [model], request.Space);
    }

    /// <summary>How many plans there are in a request's search space, whatever its constraints are. Takes time in proportion to their number.</summary>
    /// <exception cref="IsthmusException">As <see cref="Plan"/>, except that there may be none.</exception>
    public static long Count(PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        PlanningQuestion.Validate(request);
        return CostModel.AllOf(request).Sum(m => PlanEnumeration.Count(request, m));
    }

    private static RankedPlan? Best(PlanningRequest request, ImmutableArray<CostModel> models, SearchSpace space)
    {
        PlanSearch search = PlanningQuestion.Search(request, models, space, ParetoAxes.None);
        return search.Best(1) is [PlanCandidate best] ? search.Rank(best, request.Objective) : null;
    }
}
