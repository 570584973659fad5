namespace Isthmus.Core.Planning;

/// <summary>The candidates that no other is at least as good as, in latency, bytes from the device and accuracy loss.</summary>
internal sealed class ParetoSet
{
    private readonly List<PlanCandidate> _plans = [];

    /// <summary>Whether a member is at least as good as this in all three.</summary>
    public bool Beats(double ms, long bytes, double loss)
    {
        for (int i = 0; i < _plans.Count; i++)
        {
            PlanCandidate p = _plans[i];
            if (p.Ms > ms || p.Bytes > bytes || p.Loss > loss) continue;
            // Who beats one beats its neighbours: have it at hand for the next question.
            if (i > 0) (_plans[i / 2], _plans[i]) = (p, _plans[i / 2]);
            return true;
        }

        return false;
    }

    public void Offer(in PlanCandidate candidate)
    {
        if (Beats(candidate.Ms, candidate.Bytes, candidate.Loss)) return;
        PlanCandidate c = candidate;
        _plans.RemoveAll(p => c.Ms <= p.Ms && c.Bytes <= p.Bytes && c.Loss <= p.Loss);
        _plans.Add(c);
    }

    public List<PlanCandidate> Ordered()
    {
        _plans.Sort(static (a, b) => a.Ms != b.Ms ? a.Ms.CompareTo(b.Ms) : a.Bytes.CompareTo(b.Bytes));
        return _plans;
    }
}
