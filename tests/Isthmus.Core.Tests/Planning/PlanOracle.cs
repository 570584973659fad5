using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning;

/// <summary>
/// Every plan of a profile, by plain enumeration, and its cost by plain look-up. Shares no code with the planner, and takes no care to be fast.
/// </summary>
internal static class PlanOracle
{
    public sealed record Result(Plan Plan, double Ms, long Bytes, long BytesTotal, double Loss)
    {
        public double Score(Objective objective) => (objective.PerMillisecond * Ms) + (objective.PerKilobyte * Bytes / 1000);
    }

    public static List<Result> All(Profile profile, SearchSpace? space = null, Constraints? constraints = null, CostTerms terms = CostTerms.Everything)
    {
        space ??= SearchSpace.All;
        constraints ??= Core.Planning.Constraints.None;
        return [.. Plans(profile).Where(p => Within(p, profile, space)).Select(p => terms == CostTerms.Everything ? Cost(p, profile) : PaperCost(p, profile)).OfType<Result>().Where(r => Satisfies(r, profile, constraints, terms))];
    }

    public static List<Result> Pareto(List<Result> all) =>
        [.. all.Where(a => !all.Any(b => b.Ms <= a.Ms && b.Bytes <= a.Bytes && b.Loss <= a.Loss && (b.Ms < a.Ms || b.Bytes < a.Bytes || b.Loss < a.Loss)))];

    private static IEnumerable<Plan> Plans(Profile profile)
    {
        foreach (NodeProfile a in profile.Nodes)
        {
            foreach (InputEncoding input in a.Tier == Tier.Device ? [InputEncoding.Local] : profile.Inputs.Select(i => i.Encoding))
            {
                yield return new(profile.Model, input, [new(a.Name, a.Tier, null, null, null)]);
                foreach (NodeProfile b in profile.Nodes.Where(n => n.Tier > a.Tier))
                {
                    for (int i = 0; i < profile.Cuts.Length; i++)
                    {
                        foreach (CodecSpec first in profile.Cuts[i].Codecs.Select(c => c.Codec))
                        {
                            string cut = profile.Cuts[i].Id;
                            yield return new(profile.Model, input, [new(a.Name, a.Tier, null, cut, first), new(b.Name, b.Tier, cut, null, null)]);
                            foreach (NodeProfile c in profile.Nodes.Where(n => n.Tier > b.Tier))
                            {
                                for (int j = i + 1; j < profile.Cuts.Length; j++)
                                {
                                    string second = profile.Cuts[j].Id;
                                    foreach (CodecSpec then in profile.Cuts[j].Codecs.Select(k => k.Codec))
                                        yield return new(profile.Model, input, [new(a.Name, a.Tier, null, cut, first), new(b.Name, b.Tier, cut, second, then), new(c.Name, c.Tier, second, null, null)]);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static bool Within(Plan plan, Profile profile, SearchSpace space)
    {
        int cuts = plan.Segments.Length - 1;
        return cuts >= space.MinCuts && cuts <= space.MaxCuts
            && plan.Segments.All(s => space.Tiers?.Contains(s.Tier) != false && space.Nodes?.Contains(s.Node) != false)
            && plan.Cuts.All(c => space.Cuts?.Contains(c) != false)
            && plan.Segments.All(s => s.Codec is null || space.Codecs?.Contains(s.Codec.Value) != false)
            && (plan.Input.Kind == InputKind.Local || space.Inputs?.Contains(plan.Input) != false)
            && profile.Model == plan.Model;
    }

    /// <summary>Bytes that leave a tier outwards.</summary>
    public static long BytesFrom(Result r, Tier tier) =>
        r.Plan.Segments[^1].Tier == tier ? 0 : tier == Tier.Device ? r.Bytes : r.Plan.Segments.Any(s => s.Tier == tier) ? r.BytesTotal - r.Bytes : 0;

    /// <summary>Milliseconds that a tier computes: segments, and with everything counted pictures and codecs.</summary>
    public static double ComputingOf(Plan plan, Profile profile, Tier tier, CostTerms terms)
    {
        double ms = 0;
        bool everything = terms == CostTerms.Everything;
        NodeProfile device = profile.Nodes.Single(n => n.Name == (plan.Segments[0].Tier == Tier.Device ? plan.Segments[0].Node : n.Name) && n.Tier == Tier.Device);
        if (everything && tier == Tier.Device) ms += plan.Input.Kind == InputKind.Local ? device.Inputs.Single(i => i.Encoding == plan.Input).Decode.Value : device.Inputs.Single(i => i.Encoding == plan.Input).Encode.Value;
        for (int i = 0; i < plan.Segments.Length; i++)
        {
            PlacedSegment s = plan.Segments[i];
            if (s.Tier != tier) continue;
            NodeProfile node = profile.Nodes.Single(n => n.Name == s.Node);
            ms += node.Segments.Single(t => t.From == s.From && t.To == s.To).Timing.P50.Value;
            if (!everything) continue;
            if (i == 0 && plan.Input.Kind != InputKind.Local) ms += node.Inputs.Single(x => x.Encoding == plan.Input).Decode.Value;
            if (i > 0) ms += node.Codecs.Single(c => c.Cut == s.From && c.Codec == plan.Segments[i - 1].Codec).Decode.Value;
            if (s.To is not null) ms += node.Codecs.Single(c => c.Cut == s.To && c.Codec == s.Codec).Encode.Value;
        }

        return ms;
    }

    /// <summary>The tier that computes a layer, or in a profile without layers a block.</summary>
    public static Tier TierOf(Plan plan, Profile profile, int layer)
    {
        foreach (PlacedSegment s in plan.Segments)
        {
            if (s.To is null) return s.Tier;
            int cut = profile.Cuts.Select(c => c.Id).ToList().IndexOf(s.To);
            if (layer < (profile.Cuts[0].Layers is null ? cut + 1 : profile.Cuts[cut].Layers)) return s.Tier;
        }

        throw new InvalidOperationException("The last segment has no end.");
    }

    public static bool Satisfies(Result r, Profile profile, Constraints c, CostTerms terms = CostTerms.Everything)
    {
        if (!Accepts(r, profile, c)) return false;
        double[] ms = [.. Enum.GetValues<Tier>().Select(t => c.MaxTierTime.IsEmpty ? 0 : ComputingOf(r.Plan, profile, t, terms))];
        return c.RequiredNodes.All(n => r.Plan.Segments.Any(s => s.Node == n))
            && c.RequiredTiers.All(t => r.Plan.Segments.Any(s => s.Tier == t))
            && !c.ForbiddenTiers.Any(t => r.Plan.Segments.Any(s => s.Tier == t))
            && c.Placements.All(p => TierOf(r.Plan, profile, p.Layer) == p.Tier == p.Must)
            && c.MaxTierBytes.All(b => BytesFrom(r, b.Tier) <= b.Bytes.Value)
            && c.MaxTierTime.All(t => t.Time is { } most ? ms[(int)t.Tier] <= most.Value + 1e-9 : ms.Sum() <= 0 || ms[(int)t.Tier] / ms.Sum() <= t.Share!.Value + 1e-9);
    }

    private static bool Accepts(Result r, Profile profile, Constraints c) =>
        (c.MaxBytes is null || r.Bytes <= c.MaxBytes.Value.Value)
        && (c.MaxLatency is null || r.Ms <= c.MaxLatency.Value.Value + 1e-9)
        && (c.MaxAccuracyLoss is null || r.Loss <= c.MaxAccuracyLoss.Value + 1e-9)
        && r.Plan.Segments.All(s => c.Tiers?.Contains(s.Tier) != false && !c.ForbiddenNodes.Contains(s.Node))
        && (!c.KeepInputOnDevice || (r.Plan.Input.Kind == InputKind.Local
            && (r.Plan.IsSingleNode || profile.Cuts.Single(x => x.Id == r.Plan.Segments[0].To).MacShare > 0)));

    // Segments and transfers, and nothing else.
    private static Result? PaperCost(Plan plan, Profile profile)
    {
        double ms = 0;
        long total = 0;
        string at = plan.Segments[0].Node;
        InputProfile? input = plan.Input.Kind == InputKind.Local ? null : profile.Inputs.Single(i => i.Encoding == plan.Input);
        List<(string From, string To, long Bytes, double Loss)> crossings = [];
        if (input is not null) crossings.Add((profile.Nodes.Single(n => n.Tier == Tier.Device).Name, at, input.Bytes.Value, input.AccuracyLoss));
        for (int i = 0; i < plan.Segments.Length; i++)
        {
            PlacedSegment s = plan.Segments[i];
            if (profile.Nodes.Single(n => n.Name == s.Node).Segments.FirstOrDefault(t => t.From == s.From && t.To == s.To) is not { } timing) return null;
            ms += timing.Timing.P50.Value;
            if (s.To is null) break;
            CodecProfile codec = profile.Cuts.Single(c => c.Id == s.To).Codecs.Single(k => k.Codec == s.Codec);
            crossings.Add((s.Node, plan.Segments[i + 1].Node, codec.Bytes.Value, codec.AccuracyLoss));
        }

        foreach ((string from, string to, long bytes, _) in crossings)
        {
            if (profile.Links.FirstOrDefault(l => l.From == from && l.To == to) is not { } link) return null;
            ms += bytes * 8 / link.Bandwidth.Value * 1000;
            total += bytes;
        }

        return new(plan, ms, crossings.Count == 0 ? 0 : crossings[0].Bytes, total, Math.Min(1, crossings.Sum(c => c.Loss)));
    }

    private static Result? Cost(Plan plan, Profile profile)
    {
        NodeProfile device = profile.Nodes.Single(n => n.Tier == Tier.Device);
        NodeProfile at = profile.Nodes.Single(n => n.Name == plan.Segments[0].Node);
        double ms = 0;
        double loss = 0;
        long fromDevice = 0;
        long total = 0;
        if (plan.Input.Kind == InputKind.Local)
        {
            if (device.Inputs.FirstOrDefault(i => i.Encoding == plan.Input) is not { } decode) return null;
            ms += decode.Decode.Value;
        }
        else
        {
            InputProfile size = profile.Inputs.Single(i => i.Encoding == plan.Input);
            if (device.Inputs.FirstOrDefault(i => i.Encoding == plan.Input) is not { } encode) return null;
            if (at.Inputs.FirstOrDefault(i => i.Encoding == plan.Input) is not { } decode) return null;
            if (Cross(device, at, size.Bytes.Value) is not { } cross) return null;
            ms += encode.Encode.Value + decode.Decode.Value + cross;
            loss += size.AccuracyLoss;
            fromDevice = total = size.Bytes.Value;
        }

        foreach (PlacedSegment segment in plan.Segments)
        {
            at = profile.Nodes.Single(n => n.Name == segment.Node);
            if (at.Segments.FirstOrDefault(s => s.From == segment.From && s.To == segment.To) is not { } timing) return null;
            ms += timing.Timing.P50.Value + at.Overhead.Value;
            if (segment.To is null) break;
            NodeProfile next = profile.Nodes.Single(n => n.Name == plan.Segments[plan.Segments.IndexOf(segment) + 1].Node);
            CodecProfile size = profile.Cuts.Single(c => c.Id == segment.To).Codecs.Single(k => k.Codec == segment.Codec);
            if (at.Codecs.FirstOrDefault(c => c.Cut == segment.To && c.Codec == segment.Codec) is not { } encode) return null;
            if (next.Codecs.FirstOrDefault(c => c.Cut == segment.To && c.Codec == segment.Codec) is not { } decode) return null;
            if (Cross(at, next, size.Bytes.Value) is not { } cross) return null;
            ms += encode.Encode.Value + decode.Decode.Value + cross;
            loss += size.AccuracyLoss;
            total += size.Bytes.Value;
            if (at == device) fromDevice = size.Bytes.Value;
        }

        return new(plan, ms, fromDevice, total, Math.Min(1, loss));

        // There and, with the answer, back.
        double? Cross(NodeProfile from, NodeProfile to, long bytes)
        {
            if (profile.Links.FirstOrDefault(l => l.From == from.Name && l.To == to.Name) is not { } link) return null;
            double back = profile.Links.FirstOrDefault(l => l.From == to.Name && l.To == from.Name) is { } reverse
                ? profile.OutputBytes * 8 / reverse.Bandwidth.Value * 1000 : 0;
            return link.RoundTrip.Value + (bytes * 8 / link.Bandwidth.Value * 1000) + back;
        }
    }
}
