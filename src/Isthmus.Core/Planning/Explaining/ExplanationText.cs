using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>Plans, prices of constraints and ranges of bandwidth in words, the same on the console and in reports.</summary>
public static class ExplanationText
{
    /// <summary>One sentence: what a constraint costs, and what to change for a better plan.</summary>
    public static string Of(ConstraintPrice price, PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(price);
        ArgumentNullException.ThrowIfNull(request);
        Objective objective = request.Objective;
        if (price.Next is null) return $"{price.What}: costs nothing.";
        string costs = $"{price.What}: costs {Amount(price.Price, objective)}. Without it, {Describe(price.Without.Plan, request)} takes {price.Without.Latency} and sends {price.Without.Bytes}";
        return price.Next.Plan == price.Without.Plan ? $"{costs}: {price.Advice}."
            : $"{costs}. The next better plan is {Describe(price.Next.Plan, request)}, {Amount(price.NextPrice, objective)} better: {price.Advice}.";
    }

    /// <summary>A plan in one line, with the network's name where there are several.</summary>
    public static string Describe(Plan plan, PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(request);
        return request.Variants.Length < 2 ? plan.Describe() : $"{request.Choosing(plan.Model).Profile.ModelName}: {plan.Describe()}";
    }

    /// <summary>A difference of scores with its unit.</summary>
    public static string Amount(double score, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return objective == Objective.Latency ? new Milliseconds(score).ToString()
            : objective == Objective.Traffic ? new ByteCount((long)Math.Round(score * 1000)).ToString()
            : objective == Objective.Throughput ? $"{new Milliseconds(score)} of the longest stage"
            : objective == Objective.Energy ? $"{score:0.####} J"
            : objective == Objective.Price ? $"{score:0.#########} of the profile's money"
            : $"{score:0.##} by {objective}";
    }

    /// <summary>The bandwidths of a region, such as "below 2 Mbit/s".</summary>
    public static string Range(BandwidthRegions link, BandwidthRegion region)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(region);
        bool first = region == link.Regions[0], last = region == link.Regions[^1];
        return first && last ? "at any bandwidth" : first ? $"below {region.High}" : last ? $"above {region.Low}" : $"{region.Low} to {region.High}";
    }
}
