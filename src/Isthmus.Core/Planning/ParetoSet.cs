namespace Isthmus.Core.Planning;

/// <summary>The candidates that no other is at least as good as, in the quantities that were asked for.</summary>
internal sealed class ParetoSet(ParetoAxes axes)
{
    private readonly List<PlanCandidate> _plans = [];
    private readonly bool _ms = axes.HasFlag(ParetoAxes.Latency);
    private readonly bool _bytes = axes.HasFlag(ParetoAxes.Bytes);
    private readonly bool _loss = axes.HasFlag(ParetoAxes.Loss);
    private readonly bool _joules = axes.HasFlag(ParetoAxes.Energy);
    private readonly bool _price = axes.HasFlag(ParetoAxes.Price);
    private readonly bool _period = axes.HasFlag(ParetoAxes.Period);

    /// <summary>The quantities.</summary>
    public ParetoAxes Axes => axes;

    /// <summary>Whether a member is at least as good as this in all of the quantities; those that are not given are as good as can be.</summary>
    public bool Beats(double ms, long bytes, double loss, double joules = 0, double price = 0, double period = 0)
    {
        for (int i = 0; i < _plans.Count; i++)
        {
            PlanCandidate p = _plans[i];
            if ((_ms && p.Ms > ms) || (_bytes && p.Bytes > bytes) || (_loss && p.Loss > loss)
                || (_joules && p.Joules > joules) || (_price && p.Price > price) || (_period && p.Period > period))
            {
                continue;
            }

            // Who beats one beats its neighbours: have it at hand for the next question.
            if (i > 0) (_plans[i / 2], _plans[i]) = (p, _plans[i / 2]);
            return true;
        }

        return false;
    }

    public void Offer(in PlanCandidate candidate)
    {
        if (Beats(candidate.Ms, candidate.Bytes, candidate.Loss, candidate.Joules, candidate.Price, candidate.Period)) return;
        PlanCandidate c = candidate;
        _plans.RemoveAll(p => (!_ms || c.Ms <= p.Ms) && (!_bytes || c.Bytes <= p.Bytes) && (!_loss || c.Loss <= p.Loss)
            && (!_joules || c.Joules <= p.Joules) && (!_price || c.Price <= p.Price) && (!_period || c.Period <= p.Period));
        _plans.Add(c);
    }

    /// <summary>The members, the fastest first.</summary>
    public List<PlanCandidate> Ordered()
    {
        _plans.Sort(static (a, b) => a.Ms != b.Ms ? a.Ms.CompareTo(b.Ms) : a.Bytes != b.Bytes ? a.Bytes.CompareTo(b.Bytes) : PlanCandidate.BestFirst.Compare(a, b));
        return _plans;
    }
}
