namespace Isthmus.Core.Planning;

/// <summary>The best k candidates so far, in order.</summary>
internal sealed class BestPlans(int k)
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
        if (_plans.Count == k && PlanCandidate.BestFirst.Compare(candidate, _plans[^1]) >= 0) return;
        int at = _plans.BinarySearch(candidate, PlanCandidate.BestFirst);
        _plans.Insert(at < 0 ? ~at : at, candidate);
        if (_plans.Count > k) _plans.RemoveAt(k);
    }

    public List<PlanCandidate> Ordered() => _plans;
}
