namespace Isthmus.Core.Planning.Explaining;

/// <summary>How long the tiers compute for a plan: segments, pictures and codecs, as <see cref="TierTimeLimit"/> counts.</summary>
internal static class TierComputing
{
    /// <summary>Milliseconds of one tier, and of all tiers. The plan was costed with the same model, so all of it was measured.</summary>
    public static (double Ms, double All) Of(CostModel model, Plan plan, Tier tier)
    {
        double ms = 0, all = 0;
        PlanCost cost = model.Cost(plan);
        if (plan.Input.Kind == InputKind.Local)
        {
            Add(Tier.Device, cost.Decode.Value);
        }
        else
        {
            Add(Tier.Device, cost.Encode.Value);
            Add(plan.Segments[0].Tier, cost.Decode.Value);
        }

        int from = -1;
        for (int s = 0; s < plan.Segments.Length; s++)
        {
            PlacedSegment segment = plan.Segments[s];
            int node = model.Index.NodeAt(segment.Node);
            int to = segment.To is null ? model.Index.End : model.Index.CutAt(segment.To);
            Add(segment.Tier, model.Compute(node, from, to));
            if (segment.To is null) break;
            int codec = model.Index.CodecAt(to, segment.Codec!.Value)!.Value;
            Add(segment.Tier, model.Encode(node, to, codec));
            Add(plan.Segments[s + 1].Tier, model.Decode(model.Index.NodeAt(plan.Segments[s + 1].Node), to, codec));
            from = to;
        }

        return (ms, all);

        void Add(Tier on, double value)
        {
            all += value;
            if (on == tier) ms += value;
        }
    }
}
