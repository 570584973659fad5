using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>The best k candidates so far, in order.</summary>
/// <param name="k">How many.</param>
/// <param name="indexes">By variant, what was measured, if pictures may cross in parts: then of plans that differ only in the part, the best one counts. Null: all count.</param>
internal sealed class BestPlans(int k, ProfileIndex[]? indexes = null)
{
    private readonly List<PlanCandidate> _plans = new(k + 1);

    /// <summary>Whether no candidate with at least this score and, if it is the same, at least this latency can be among the best.</summary>
    public bool Rejects(double score, double ms)
    {
        if (_plans.Count < k) return false;
        PlanCandidate worst = _plans[^1];
        return score > worst.Score || (score == worst.Score && ms > worst.Ms);
    }

    public void Offer(in PlanCandidate candidate)
    {
        if (indexes is not null && candidate.From < 0 && candidate.Node != candidate.Device)
        {
            for (int i = 0; i < _plans.Count; i++)
            {
                if (!IsSameButPart(_plans[i], candidate)) continue;
                if (PlanCandidate.BestFirst.Compare(candidate, _plans[i]) >= 0) return;
                _plans.RemoveAt(i);
                break;
            }
        }

        if (_plans.Count == k && PlanCandidate.BestFirst.Compare(candidate, _plans[^1]) >= 0) return;
        int at = _plans.BinarySearch(candidate, PlanCandidate.BestFirst);
        _plans.Insert(at < 0 ? ~at : at, candidate);
        if (_plans.Count > k) _plans.RemoveAt(k);
    }

    public List<PlanCandidate> Ordered() => _plans;

    private bool IsSameButPart(in PlanCandidate a, in PlanCandidate b) =>
        a.Variant == b.Variant && a.Device == b.Device && a.Node == b.Node && a.From == b.From && a.To == b.To && a.LastNode == b.LastNode && a.ExitChoice == b.ExitChoice
        && indexes![a.Variant].FormOf(a.EntryChoice) == indexes[a.Variant].FormOf(b.EntryChoice);
}
