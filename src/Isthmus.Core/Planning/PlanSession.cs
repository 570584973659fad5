using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning;

/// <summary>
/// Answers the same question again and again while links, ratios and queues change. What does not hang on them (which ways there are, what each computes and sends) is
/// laid out once; of the rest, only what hangs on what has changed is worked out again. The answers are those of <see cref="Planner.Best(PlanningRequest)"/>.
/// Not thread-safe.
/// </summary>
public sealed class PlanSession
{
    private PlanningRequest? _request;
    private PlanSearch? _search;
    private ImmutableArray<CostModel> _models = [];

    /// <summary>How often the answer was laid out from scratch: once, unless more than links, ratios and queues changed.</summary>
    public int Layouts { get; private set; }

    /// <summary>The best plan.</summary>
    /// <param name="request">The profile and what is wanted of it. Constraints and space must have been checked before.</param>
    /// <returns>What <see cref="Planner.Plan"/> ranks first; null if no plan satisfies the constraints.</returns>
    /// <exception cref="IsthmusException">A link, a ratio or a queue names an unknown node, or has a number out of range.</exception>
    public RankedPlan? Best(PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImmutableArray<CostModel> models = CostModel.AllOf(request);
        if (_search is not null && _request is not null && IsSame(_request, request) && HaveSameLinks(_models, models))
        {
            _search.Refresh(models);
        }
        else
        {
            _search = PlanningQuestion.Search(request, models, request.Space, ParetoAxes.None);
            Layouts++;
        }

        _request = request;
        _models = models;
        return _search.Best(1) is [PlanCandidate best] ? _search.Rank(best, request.Objective) : null;
    }

    private static bool IsSame(PlanningRequest a, PlanningRequest b) =>
        a.Index == b.Index && a.Objective == b.Objective && a.Constraints == b.Constraints && a.Space == b.Space && a.Terms == b.Terms && a.Segments == b.Segments
        && a.Loss == b.Loss && a.Variants == b.Variants && a.Device == b.Device;

    // A link that was not there is a way that was not laid out.
    private static bool HaveSameLinks(ImmutableArray<CostModel> a, ImmutableArray<CostModel> b)
    {
        for (int v = 0; v < a.Length; v++)
        {
            int nodes = a[v].Index.Profile.Nodes.Length;
            for (int from = 0; from < nodes; from++)
            {
                for (int to = 0; to < nodes; to++)
                {
                    if (a[v].HasLink(from, to) != b[v].HasLink(from, to)) return false;
                }
            }
        }

        return true;
    }
}
