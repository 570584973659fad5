namespace Isthmus.Core.Planning;

/// <summary>
/// What may follow an entry: a segment and perhaps an exit, without what something else beats in every quantity that matters. Work on the node of the segment counts apart
/// from the other stages, for an entry's own work there adds to it.
/// </summary>
internal sealed class RestSet(ParetoAxes axes, Constraints constraints, bool keepsDominance)
{
    private readonly bool _ms = axes.HasFlag(ParetoAxes.Latency) || constraints.MaxLatency is not null;
    private readonly bool _loss = axes.HasFlag(ParetoAxes.Loss) || constraints.MaxAccuracyLoss is not null;
    private readonly bool _joules = axes.HasFlag(ParetoAxes.Energy);
    private readonly bool _price = axes.HasFlag(ParetoAxes.Price);
    private readonly bool _period = axes.HasFlag(ParetoAxes.Period);

    /// <summary>What is kept, and where its segment ends.</summary>
    public List<(PlanPart Part, int To)> Parts { get; } = [];

    /// <summary>Offers one.</summary>
    public void Offer(in PlanPart part, int to)
    {
        if (keepsDominance)
        {
            for (int i = 0; i < Parts.Count; i++)
            {
                if (!IsAsGood(Parts[i].Part, part)) continue;
                if (i > 0) (Parts[i / 2], Parts[i]) = (Parts[i], Parts[i / 2]);
                return;
            }

            for (int i = Parts.Count - 1; i >= 0; i--)
            {
                if (!IsAsGood(part, Parts[i].Part)) continue;
                Parts[i] = Parts[^1];
                Parts.RemoveAt(Parts.Count - 1);
            }
        }

        Parts.Add((part, to));
    }

    private bool IsAsGood(in PlanPart a, in PlanPart b) =>
        (!_ms || a.Ms <= b.Ms) && (!_loss || a.Loss <= b.Loss) && (!_joules || a.Joules <= b.Joules) && (!_price || a.Price <= b.Price)
        && (!_period || (a.Near <= b.Near && a.Far <= b.Far));
}
