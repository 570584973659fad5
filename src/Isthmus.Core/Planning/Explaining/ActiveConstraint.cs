using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>
/// One restriction of a request, taken by itself: whether a finished plan satisfies it, what the request is without it and, if it is a limit, what the
/// request is with another number. Every restriction of <see cref="Constraints"/> is here, and a plan of the search space is a candidate exactly when it
/// satisfies all of them.
/// </summary>
/// <param name="Kind">Its kind.</param>
/// <param name="What">It in words.</param>
/// <param name="Allows">Whether a plan satisfies it.</param>
/// <param name="Violation">What a plan that does not satisfy it does.</param>
/// <param name="Without">The constraints without it.</param>
/// <param name="Advice">What to change so that a plan which does not satisfy it becomes a candidate.</param>
internal sealed record ActiveConstraint(
    RelaxableConstraint Kind, string What, Func<RankedPlan, bool> Allows, Func<RankedPlan, string> Violation, Constraints Without, Func<RankedPlan, string> Advice)
{
    /// <summary>How it is a limit on a quantity; null if it is not one.</summary>
    public ConstraintLimit? Limit { get; init; }

    /// <summary>All restrictions of a request.</summary>
    public static ImmutableArray<ActiveConstraint> Of(PlanningRequest request)
    {
        Constraints c = request.Constraints;
        bool labelled = request.Profile.Calibration is { Labelled: true };
        List<ActiveConstraint> active = [];
        if (c.MaxBytes is { } bytes)
        {
            active.Add(new(
                RelaxableConstraint.MaxBytes, $"at most {bytes} leave the device", p => c.AllowsBytes(p.Bytes.Value), p => $"{p.Bytes} leave the device, where at most {bytes} may",
                c with { MaxBytes = null }, p => Allow(RelaxableConstraint.MaxBytes, null, p.Bytes.Value))
            {
                Limit = new(bytes.Value, p => p.Bytes.Value, v => c with { MaxBytes = new((long)v) }, Step: 1),
            });
        }

        if (c.MaxLatency is { } latency)
        {
            active.Add(new(
                RelaxableConstraint.MaxLatency, $"the answer takes at most {latency}", p => c.AllowsLatency(p.Latency.Value), p => $"it takes {p.Latency}, where at most {latency} are allowed",
                c with { MaxLatency = null }, p => Allow(RelaxableConstraint.MaxLatency, null, p.Latency.Value))
            {
                Limit = new(latency.Value, p => p.Latency.Value, v => c with { MaxLatency = new(v) }, Step: 1e-3),
            });
        }

        if (c.MaxAccuracyLoss is { } loss)
        {
            string what = labelled ? "of the accuracy may be lost" : "of the answers may change";
            active.Add(new(
                RelaxableConstraint.MaxAccuracyLoss, $"at most {Percent(loss)} {what}", p => c.AllowsLoss(p.AccuracyLoss), p => $"up to {Percent(p.AccuracyLoss)} {what}, where {Percent(loss)} is the limit",
                c with { MaxAccuracyLoss = null }, p => Allow(RelaxableConstraint.MaxAccuracyLoss, null, p.AccuracyLoss))
            {
                Limit = new(loss, p => p.AccuracyLoss, v => c with { MaxAccuracyLoss = v }, Step: 1e-6),
            });
        }

        if (c.Tiers is { } tiers)
        {
            active.Add(new(
                RelaxableConstraint.Tiers, $"only {Names(tiers)} may compute", p => p.Plan.Segments.All(s => tiers.Contains(s.Tier)),
                p => $"{Names(p.Plan.Segments.Select(s => s.Tier).Where(t => !tiers.Contains(t)))} may not compute",
                c with { Tiers = null }, p => $"add {Names(p.Plan.Segments.Select(s => s.Tier).Where(t => !tiers.Contains(t)))} to --tiers"));
        }

        foreach (string node in c.ForbiddenNodes.Distinct())
        {
            active.Add(new(
                RelaxableConstraint.ForbiddenNodes, $"{node} may not be used", p => p.Plan.Segments.All(s => s.Node != node), _ => $"{node} may not be used",
                c with { ForbiddenNodes = [.. c.ForbiddenNodes.Where(n => n != node)] }, _ => $"do not --forbid {node}"));
        }

        if (c.KeepInputOnDevice)
        {
            active.Add(new(
                RelaxableConstraint.KeepInputOnDevice, "the raw picture stays on the device", p => Keeps(p.Plan, request), _ => "the raw picture would leave the device",
                c with { KeepInputOnDevice = false }, _ => "leave out --private"));
        }

        AddUses(active, c);
        AddPlacements(active, request);
        AddTierLimits(active, request);
        return [.. active];
    }

    private static void AddUses(List<ActiveConstraint> active, Constraints c)
    {
        foreach (string node in c.RequiredNodes.Distinct())
        {
            active.Add(new(
                RelaxableConstraint.RequiredNodes, $"{node} must be used", p => p.Plan.Segments.Any(s => s.Node == node), _ => $"{node} would not be used, and it must be",
                c with { RequiredNodes = [.. c.RequiredNodes.Where(n => n != node)] }, _ => $"do not --require {node}"));
        }

        foreach (Tier tier in c.RequiredTiers.Distinct())
        {
            active.Add(new(
                RelaxableConstraint.RequiredTiers, $"the tier {Name(tier)} must be used", p => p.Plan.Segments.Any(s => s.Tier == tier), _ => $"the tier {Name(tier)} would not be used, and it must be",
                c with { RequiredTiers = [.. c.RequiredTiers.Where(t => t != tier)] }, _ => $"do not --require-tier {Name(tier)}"));
        }

        foreach (Tier tier in c.ForbiddenTiers.Distinct())
        {
            active.Add(new(
                RelaxableConstraint.ForbiddenTiers, $"the tier {Name(tier)} may not be used", p => p.Plan.Segments.All(s => s.Tier != tier), _ => $"the tier {Name(tier)} may not be used",
                c with { ForbiddenTiers = [.. c.ForbiddenTiers.Where(t => t != tier)] }, _ => $"do not --forbid-tier {Name(tier)}"));
        }
    }

    private static void AddPlacements(List<ActiveConstraint> active, PlanningRequest request)
    {
        Constraints c = request.Constraints;
        if (c.Placements.IsEmpty) return;
        string unit = LayerBlocks.Word(request.Profile);
        foreach (LayerPlacement placement in c.Placements.Distinct())
        {
            string what = $"{unit} {placement.Layer} {(placement.Must ? "must" : "may not")} be on the {Name(placement.Tier)}";
            active.Add(new(
                RelaxableConstraint.Placements, what, p => TierOf(p.Plan, placement.Layer, request) == placement.Tier == placement.Must,
                p => $"{unit} {placement.Layer} would be on the {Name(TierOf(p.Plan, placement.Layer, request))}, and {(placement.Must ? $"must be on the {Name(placement.Tier)}" : "may not be there")}",
                c with { Placements = [.. c.Placements.Where(x => x != placement)] }, _ => $"do not --place {placement}"));
        }
    }

    private static void AddTierLimits(List<ActiveConstraint> active, PlanningRequest request)
    {
        Constraints c = request.Constraints;
        foreach (TierTimeLimit limit in c.MaxTierTime.Distinct())
        {
            double most = limit.Time?.Value ?? limit.Share ?? 0;
            bool isShare = limit.Share is not null;
            string tier = Name(limit.Tier);
            RelaxableConstraint kind = isShare ? RelaxableConstraint.MaxTierShare : RelaxableConstraint.MaxTierTime;
            active.Add(new(
                kind, isShare ? $"the {tier} does at most {Percent(most)} of the computing" : $"the {tier} computes at most {new Milliseconds(most)}",
                p => Of(p) <= most + Constraints.Tolerance,
                p => isShare ? $"the {tier} does {Percent(Of(p))} of the computing, where {Percent(most)} is the limit" : $"the {tier} computes {new Milliseconds(Of(p))}, where {new Milliseconds(most)} is the limit",
                c with { MaxTierTime = [.. c.MaxTierTime.Where(x => x != limit)] }, p => Allow(kind, limit.Tier, Of(p)))
            {
                Limit = new(most, Of, v => c with { MaxTierTime = [.. c.MaxTierTime.Select(x => x == limit ? Limit(v) : x)] }, Step: isShare ? 1e-6 : 1e-3),
            });

            double Of(RankedPlan plan) => TierComputing.Of(CostModel.Of(request.Choosing(plan.Plan.Model)), plan.Plan, limit.Tier) is var (ms, all) && isShare ? all > 0 ? ms / all : 0 : ms;
            TierTimeLimit Limit(double value) => isShare ? TierTimeLimit.OfShare(limit.Tier, value) : TierTimeLimit.Of(limit.Tier, new(value));
        }

        foreach (TierByteLimit limit in c.MaxTierBytes.Distinct())
        {
            string tier = Name(limit.Tier);
            active.Add(new(
                RelaxableConstraint.MaxTierBytes, $"at most {limit.Bytes} leave the {tier}", p => Leaving(p, limit.Tier) <= limit.Bytes.Value,
                p => $"{new ByteCount(Leaving(p, limit.Tier))} leave the {tier}, where at most {limit.Bytes} may",
                c with { MaxTierBytes = [.. c.MaxTierBytes.Where(x => x != limit)] }, p => Allow(RelaxableConstraint.MaxTierBytes, limit.Tier, Leaving(p, limit.Tier)))
            {
                Limit = new(limit.Bytes.Value, p => Leaving(p, limit.Tier), v => c with { MaxTierBytes = [.. c.MaxTierBytes.Select(x => x == limit ? limit with { Bytes = new((long)v) } : x)] }, Step: 1),
            });
        }
    }

    private static long Leaving(RankedPlan plan, Tier tier) => tier == Tier.Device ? plan.Bytes.Value
        : plan.Plan.Segments[^1].Tier != tier && plan.Plan.Segments.Any(s => s.Tier == tier) ? plan.Cost.BytesTotal.Value - plan.Bytes.Value : 0;

    private static Tier TierOf(Plan plan, int layer, PlanningRequest request)
    {
        ProfileIndex index = request.Choosing(plan.Model).Index;
        int block = new LayerBlocks(index.Profile).BlockOf(layer);
        return plan.Segments.First(s => s.To is null || block <= index.CutAt(s.To)).Tier;
    }

    private static string Name(Tier tier) => TierName.Of(tier);

    private static bool Keeps(Plan plan, PlanningRequest request) =>
        plan.Input.Kind == InputKind.Local && (plan.IsSingleNode || request.Choosing(plan.Model).Index.Cut(plan.Segments[0].To!).MacShare > 0);

    // In the words that are used when no plan is left at all, and rounded as there.
    private static string Allow(RelaxableConstraint kind, Tier? tier, double value) => new Obstacle(new(kind, null, "") { Tier = tier }, 0).To(value).Advice;

    private static string Names(IEnumerable<Tier> tiers) => string.Join(" and ", tiers.Select(TierName.Of));

    private static string Percent(double share) => $"{share * 100:0.##} %";
}
