using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// The plans that are likely to be chosen next: those that would be the best if links became slower or faster, or a node failed, and
/// those that are nearly the best now. Each is what <see cref="DecisionRule"/> would find, so the guess is as good as the cost model.
/// </summary>
public static class LikelyPlans
{
    /// <summary>By how much bandwidths are taken to move, the likeliest first.</summary>
    public static ImmutableArray<double> Factors { get; } = [0.5, 2, 0.25, 4];

    /// <summary>Finds them.</summary>
    /// <param name="rule">By which is decided.</param>
    /// <param name="inputs">What is known now.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="nearlyBest">How many of the best plans of now to take, the best one included.</param>
    /// <returns>Each plan once, the likeliest first.</returns>
    public static ImmutableArray<LikelyPlan> Of(DecisionRule rule, DecisionInputs inputs, string device, int nearlyBest = 3)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentException.ThrowIfNullOrEmpty(device);
        List<LikelyPlan> plans = [];
        HashSet<Plan> seen = [];
        if (inputs.Present is { } present) Add(present, "nothing changes");
        PlanningRequest request = rule.Request(inputs);
        if (Best(request) is { } best) Add(best, "nothing changes");

        // One radio carries all that leaves the device: its links move together more often than alone.
        LinkProfile[] own = [.. inputs.Links.Where(l => l.From == device || l.To == device)];
        foreach (double factor in Factors) Try(request with { Links = Scaled(inputs.Links, own, factor) }, $"the device's links become {factor:0.##} times as fast");
        string[] nodes = [.. inputs.Links.SelectMany(l => new[] { l.From, l.To }).Where(n => n != device).Distinct()];
        foreach (string node in nodes) Try(Without(request, [node]), $"{node} fails");
        if (nodes.Length > 1) Try(Without(request, nodes), "all nodes fail");
        if (nearlyBest > 1)
        {
            foreach (RankedPlan near in Ranked(request, nearlyBest)) Add(near.Plan, "it is nearly the best");
        }

        // There and back are one link.
        (string, string)[] pairs = [.. inputs.Links.Select(l => string.CompareOrdinal(l.From, l.To) < 0 ? (l.From, l.To) : (l.To, l.From)).Distinct()];
        if (pairs.Length == 1) return [.. plans];
        foreach (double factor in Factors)
        {
            foreach ((string a, string b) in pairs)
            {
                LinkProfile[] both = [.. inputs.Links.Where(l => (l.From == a && l.To == b) || (l.From == b && l.To == a))];
                Try(request with { Links = Scaled(inputs.Links, both, factor) }, $"the link between {a} and {b} becomes {factor:0.##} times as fast");
            }
        }

        return [.. plans];

        void Try(PlanningRequest changed, string why)
        {
            if (Best(changed) is { } plan) Add(plan, why);
        }

        void Add(Plan plan, string why)
        {
            // Other parts of the same picture need nothing else loaded.
            if (seen.Add(plan) && !plans.Any(p => PlanParts.DifferInPartOnly(p.Plan, plan))) plans.Add(new(plan, why));
        }
    }

    private static Plan? Best(PlanningRequest request) => Planner.Best(request, CostModel.Of(request))?.Plan;

    private static ImmutableArray<RankedPlan> Ranked(PlanningRequest request, int count)
    {
        try
        {
            return Planner.Plan(request with { Top = count }).Ranked;
        }
        catch (InfeasiblePlanException)
        {
            return [];
        }
    }

    private static PlanningRequest Without(PlanningRequest request, string[] nodes) =>
        request with { Constraints = request.Constraints with { ForbiddenNodes = [.. request.Constraints.ForbiddenNodes.Union(nodes)] } };

    private static ImmutableArray<LinkProfile> Scaled(ImmutableArray<LinkProfile> links, LinkProfile[] some, double factor) =>
        [.. links.Select(l => some.Contains(l) ? l with { Bandwidth = new BitsPerSecond(Math.Max(1, l.Bandwidth.Value * factor)) } : l)];
}
