using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>Says in plain language why a plan won: what it does, what it costs, and what it saves against which alternative.</summary>
internal static class PlanReason
{
    public static string Of(PlanningRequest request, RankedPlan winner, RankedPlan? bestSplit, SingleTierMargin? margin)
    {
        int variants = request.Variants.Length;
        request = request.Choosing(winner.Plan.Model);
        string what = (variants < 2 ? "" : $"Of {variants} networks {request.Profile.ModelName}. ") + $"{What(request, winner.Plan)} {Takes(winner)}";
        // After a calibration with labels a loss is one of right answers; else it is of any.
        string of = request.Profile.Calibration is { Labelled: true } ? "of the accuracy is lost" : "of the answers change";
        string loss = winner.AccuracyLoss > 0 ? $" On the images of the profile, at most {Percent(winner.AccuracyLoss)} {of}." : "";
        string against = winner.Plan.IsSingleNode ? AgainstOthers(request, winner, bestSplit, margin) : AgainstSingle(request, winner, margin);
        string given = Given(request.Constraints, request.Profile.Calibration is { Labelled: true }, LayerBlocks.Word(request.Profile));
        string curve = winner.Curve is not { } estimate ? ""
            : $" That {winner.Plan.Input} loses {Percent(estimate.Loss)} was not measured: it is on the {estimate.Kind} curve of {estimate.Family}"
                + (estimate.Band is { } band ? $" (95 %: {Percent(estimate.Whole - band.High)} to {Percent(estimate.Whole - band.Low)})." : ".");
        return $"{what}{against}{given}.{loss}{curve}{Counted(request)}{Computed(request, winner, bestSplit, margin)}{Summed(request, winner)}";
    }

    private static string What(PlanningRequest request, Plan plan)
    {
        if (plan.IsSingleNode)
        {
            string node = plan.Segments[0].Node;
            return plan.Input.Kind == InputKind.Local ? $"Not splitting: the whole network on {node}" : $"Not splitting: the picture as {plan.Input}{On(plan)} to {node}, which runs the whole network,";
        }

        string start = plan.Input.Kind == InputKind.Local ? "" : $"the picture goes as {plan.Input}{On(plan)} to {plan.Segments[0].Node}, which runs ";
        List<string> parts = [];
        double before = 0;
        foreach (PlacedSegment segment in plan.Segments)
        {
            double after = segment.To is null ? 1 : request.Index.Cut(segment.To).MacShare;
            string share = Percent(Math.Max(0, after - before));
            parts.Add(segment.To is null ? $"the rest on {segment.Node}"
                : parts.Count == 0 && start.Length > 0 ? $"{share} of the work up to {segment.To}, sent on as {segment.Codec}"
                : $"{share} of the work on {segment.Node} up to {segment.To}, sent on as {segment.Codec}");
            before = after;
        }

        return $"Splitting: {start}{string.Join(", then ", parts)},";
    }

    private static string On(Plan plan) => plan.Device is null ? "" : $" from {plan.Device}";

    private static string Takes(RankedPlan plan) => plan.Bytes.Value == 0
        ? $"takes {plan.Latency} and sends nothing" : $"takes {plan.Latency} and sends {plan.Bytes}";

    private static string AgainstSingle(PlanningRequest request, RankedPlan winner, SingleTierMargin? margin) => margin is null
        ? "; no plan on one node satisfies the constraints"
        : Compared(request.Objective, winner, margin.Against, $"the best plan on one node, {margin.Against.Plan.Describe()}");

    private static string AgainstOthers(PlanningRequest request, RankedPlan winner, RankedPlan? bestSplit, SingleTierMargin? margin)
    {
        string text = margin is not null && margin.Against.Plan != winner.Plan
            ? Compared(request.Objective, winner, margin.Against, $"the best plan on one node, {margin.Against.Plan.Describe()}") : "";
        if (bestSplit is not null) text += Compared(request.Objective, winner, bestSplit, $"the best split, {bestSplit.Plan.Describe()}");
        else if (request.Space.MaxCuts > 0) text += "; no split satisfies the constraints";
        return text;
    }

    private static string Compared(Objective objective, RankedPlan winner, RankedPlan other, string name)
    {
        List<string> parts = [];
        if (objective.PerMillisecond > 0) parts.Add(Time(other.Latency.Value - winner.Latency.Value, other.Latency.Value));
        if (objective.PerKilobyte > 0) parts.Add(Traffic(other.Bytes.Value - winner.Bytes.Value));
        if (objective.PerPeriod > 0) parts.Add($"{new Milliseconds(Math.Abs(other.Cost.Period.Value - winner.Cost.Period.Value))} {(other.Cost.Period >= winner.Cost.Period ? "less" : "more")} between answers");
        if (objective.PerJoule > 0 && Saved(other.Cost.Energy, winner.Cost.Energy) is { } joules) parts.Add($"{Math.Abs(joules):0.###} J {(joules >= 0 ? "less" : "more")}");
        if (objective.PerPrice > 0 && Saved(other.Cost.Price, winner.Cost.Price) is { } price) parts.Add($"{Math.Abs(price):0.###e+0} {(price >= 0 ? "cheaper" : "dearer")}");
        string figures = other.Bytes.Value == 0 ? $"{other.Latency} and nothing sent" : $"{other.Latency} and {other.Bytes}";
        return $": {string.Join(" and ", parts)} than {name} ({figures})";
    }

    private static double? Saved(double? other, double? winner) => other - winner;

    private static string Time(double saved, double of)
    {
        string share = of > 0 ? $" ({Math.Abs(saved) / of * 100:0.#} %)" : "";
        return $"{new Milliseconds(Math.Abs(saved))}{share} {(saved >= 0 ? "faster" : "slower")}";
    }

    private static string Traffic(long saved) => $"{new ByteCount(Math.Abs(saved))} {(saved >= 0 ? "less" : "more")}";

    private static string Given(Constraints c, bool labelled, string layer)
    {
        List<string> given = [];
        if (c.KeepInputOnDevice) given.Add("the raw picture stays on the device");
        if (c.MaxBytes is { } bytes) given.Add($"at most {bytes} leave the device");
        if (c.MaxLatency is { } latency) given.Add($"the answer takes at most {latency}");
        if (c.MaxAccuracyLoss is { } loss) given.Add(labelled ? $"no more than {Percent(loss)} of the accuracy may be lost" : $"no more than {Percent(loss)} of the answers may change");
        if (c.Tiers is { } tiers) given.Add($"only {string.Join(" and ", tiers).ToLowerInvariant()} may compute");
        if (c.ForbiddenNodes.Length > 0) given.Add($"{string.Join(" and ", c.ForbiddenNodes)} may not be used");
        if (c.RequiredNodes.Length > 0) given.Add($"{string.Join(" and ", c.RequiredNodes)} must be used");
        if (c.RequiredTiers.Length > 0) given.Add($"{Tiers(c.RequiredTiers)} must compute");
        if (c.ForbiddenTiers.Length > 0) given.Add($"{Tiers(c.ForbiddenTiers)} may not compute");
        given.AddRange(c.Placements.Take(4).Select(p => $"{layer} {p.Layer} {(p.Must ? "must" : "may not")} run on the {TierName.Of(p.Tier)}"));
        if (c.Placements.Length > 4) given.Add($"{c.Placements.Length - 4} more layers are placed");
        given.AddRange(c.MaxTierTime.Select(t => t.Share is { } share ? $"the {TierName.Of(t.Tier)} computes at most {Percent(share)} of the time" : $"the {TierName.Of(t.Tier)} computes at most {t.Time}"));
        given.AddRange(c.MaxTierBytes.Select(b => $"at most {b.Bytes} leave the {TierName.Of(b.Tier)}"));
        return given.Count == 0 ? "" : $", given that {string.Join(", and ", given)}";

        static string Tiers(IEnumerable<Tier> tiers) => string.Join(" and ", tiers.Select(TierName.Of));
    }

    private static string Counted(PlanningRequest request) => request.Terms switch
    {
        CostTerms.Everything => "",
        CostTerms.Scission when request.Space.OnlyCurves => " Computing, a round trip and the transfer are counted, as the method's paper does; encoding, decoding and the way back are not.",
        CostTerms.Scission => " Counted as Scission does: computing, and for each hop a whole ping and the transfer; encoding, decoding and the way back are not.",
        _ => " Computing and transfer are counted, as the method's paper does; encoding, decoding and round-trip times are not.",
    };

    private static string Summed(PlanningRequest request, RankedPlan winner) => !winner.IsSummed ? ""
        : " " + string.Join(", ", CostModel.Of(request).SummedSegments(winner.Plan).Select(s => $"{s.From ?? "input"}…{s.To ?? "output"} on {s.Node}"))
            + ": the time is summed from blocks, not measured as a whole.";

    private static string Computed(PlanningRequest request, RankedPlan winner, RankedPlan? bestSplit, SingleTierMargin? margin)
    {
        HashSet<string> used = [.. new[] { winner, bestSplit, margin?.Against }.OfType<RankedPlan>().SelectMany(p => p.Plan.Segments).Select(s => s.Node)];
        return string.Concat(request.Profile.Nodes.Where(n => n.Computed is not null && used.Contains(n.Name))
            .Select(n => $" The times of {n.Name} are computed from {n.Computed}, not measured."));
    }

    private static string Percent(double share) => $"{share * 100:0.##} %";
}
