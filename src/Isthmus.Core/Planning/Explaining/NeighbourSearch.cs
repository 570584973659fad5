using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>Makes the neighbours of a plan, and has the cost model say what they cost.</summary>
internal sealed class NeighbourSearch
{
    private readonly PlanningRequest _request;
    private readonly Profile _profile;
    private readonly CostModel _model;
    private readonly RankedPlan _winner;
    private readonly RankedPlan? _bestSplit;
    private readonly ImmutableArray<ActiveConstraint> _active;
    private readonly Plan _plan;
    private readonly ImmutableArray<InputEncoding> _inputs;

    public NeighbourSearch(PlanningRequest request, PlanningResult result, ImmutableArray<ActiveConstraint> active)
    {
        _request = request;
        PlanningRequest chosen = request.Choosing(result.Winner.Plan.Model);
        _profile = chosen.Profile;
        _model = CostModel.Of(chosen);
        _winner = result.Winner;
        _bestSplit = result.BestSplit;
        _active = active;
        _plan = result.Winner.Plan;
        _inputs = [.. _profile.Inputs.Select(i => i.Encoding)];
    }

    public ImmutableArray<PlanNeighbour> All()
    {
        HashSet<Plan> seen = [_plan];
        return [.. Cuts().Concat(Codecs()).Concat(Inputs()).Concat(Nodes()).Concat(Tiers()).Concat(SingleNodes()).Concat(Splits()).Concat(Variants())
            .OrderBy(n => n.Change)
            .Where(n => seen.Add(n.Plan))];
    }

    private IEnumerable<PlanNeighbour> Cuts()
    {
        for (int s = 0; s < _plan.Segments.Length - 1; s++)
        {
            int at = IndexOf(_plan.Segments[s].To!);
            int before = s == 0 ? -1 : IndexOf(_plan.Segments[s].From!);
            int after = s + 2 == _plan.Segments.Length ? _profile.Cuts.Length : IndexOf(_plan.Segments[s + 1].To!);
            int segment = s;
            if (First(NeighbourChange.CutEarlier, Range(at - 1, before, -1), "earlier") is { } earlier) yield return earlier;
            if (First(NeighbourChange.CutLater, Range(at + 1, after, 1), "later") is { } later) yield return later;

            // The nearest place where the plan was measured: profiles hold some cuts of the network, and not every segment between them.
            PlanNeighbour? First(NeighbourChange change, IEnumerable<int> places, string direction)
            {
                foreach (int place in places)
                {
                    CutProfile cut = _profile.Cuts[place];
                    Plan moved = WithSegments(_plan.Segments
                        .SetItem(segment, _plan.Segments[segment] with { To = cut.Id })
                        .SetItem(segment + 1, _plan.Segments[segment + 1] with { From = cut.Id }));
                    if (Try(moved, out _) is { } ranked) return Of(change, $"{WhichCut(segment)} {direction}: {cut.Id}", ranked);
                }

                return null;
            }
        }

        static IEnumerable<int> Range(int start, int end, int step)
        {
            for (int i = start; i != end; i += step) yield return i;
        }
    }

    private IEnumerable<PlanNeighbour> Codecs()
    {
        for (int s = 0; s < _plan.Segments.Length - 1; s++)
        {
            PlacedSegment segment = _plan.Segments[s];
            CodecSpec now = segment.Codec!.Value;
            int at = s;
            CutProfile cut = _profile.Cuts[IndexOf(segment.To!)];
            long bytes = cut.Codecs.First(c => c.Codec == now).Bytes.Value;
            (long Bytes, RankedPlan Ranked)[] others = [.. cut.Codecs.Where(c => c.Codec != now)
                .Select(c => (c.Bytes.Value, Ranked: Try(WithSegments(_plan.Segments.SetItem(at, segment with { Codec = c.Codec })), out _)!))
                .Where(c => c.Ranked is not null)];
            (long Bytes, RankedPlan Ranked)[] same = [.. others.Where(o => CodecOf(o.Ranked).Kind == now.Kind)];
            if (same.Where(o => o.Bytes < bytes).OrderByDescending(o => o.Bytes).FirstOrDefault().Ranked is { } coarser)
                yield return Of(NeighbourChange.CoarserCodec, $"a coarser codec {Where(at)}: {CodecOf(coarser)}", coarser);
            if (same.Where(o => o.Bytes > bytes).OrderBy(o => o.Bytes).FirstOrDefault().Ranked is { } finer)
                yield return Of(NeighbourChange.FinerCodec, $"a finer codec {Where(at)}: {CodecOf(finer)}", finer);
            foreach (IGrouping<CodecKind, (long, RankedPlan Ranked)> kind in others.Where(o => CodecOf(o.Ranked).Kind != now.Kind).GroupBy(o => CodecOf(o.Ranked).Kind))
            {
                RankedPlan best = Best(kind.Select(k => k.Ranked));
                yield return Of(NeighbourChange.OtherCodec, $"another codec {Where(at)}: {CodecOf(best)}", best);
            }

            CodecSpec CodecOf(RankedPlan ranked) => ranked.Plan.Segments[at].Codec!.Value;
        }
    }

    private IEnumerable<PlanNeighbour> Inputs()
    {
        if (_plan.Input.Kind == InputKind.Local) yield break;
        foreach (InputEncoding input in _inputs.Where(i => i != _plan.Input))
        {
            Plan other = _plan with { Input = input };
            yield return Measured(NeighbourChange.OtherInput, $"the picture as {input}", other);
        }
    }

    private IEnumerable<PlanNeighbour> Nodes()
    {
        for (int s = 0; s < _plan.Segments.Length; s++)
        {
            PlacedSegment segment = _plan.Segments[s];
            foreach (NodeProfile node in _profile.Nodes.Where(n => n.Tier == segment.Tier && n.Name != segment.Node && MayStart(n)))
                yield return Measured(NeighbourChange.OtherNode, $"{node.Name} instead of {segment.Node}", WithSegments(_plan.Segments.SetItem(s, segment with { Node = node.Name })));
        }

        // A device may have the picture without computing.
        if (_plan.Device is not { } source || _plan.Segments[0].Tier == Tier.Device || _request.Device is not null) yield break;
        foreach (NodeProfile device in _profile.Nodes.Where(n => n.Tier == Tier.Device && n.Name != source))
            yield return Measured(NeighbourChange.OtherNode, $"the picture on {device.Name} instead of {source}", _plan with { Device = device.Name });
    }

    private IEnumerable<PlanNeighbour> Tiers()
    {
        ImmutableArray<PlacedSegment> now = _plan.Segments;
        for (int s = 0; s < now.Length && now.Length > 1; s++)
        {
            string without = $"without {now[s].Node}";
            // The node before it goes on until this one would have ended …
            if (s > 0)
            {
                Plan plan = WithSegments(now.SetItem(s - 1, now[s - 1] with { To = now[s].To, Codec = now[s].Codec }).RemoveAt(s));
                yield return Measured(NeighbourChange.WithoutTier, $"{without}: {now[s - 1].Node} does its part", plan);
            }

            // … or the node after it begins where this one would have.
            if (s + 1 < now.Length)
            {
                ImmutableArray<PlacedSegment> rest = now.SetItem(s + 1, now[s + 1] with { From = now[s].From }).RemoveAt(s);
                foreach (PlanNeighbour n in FromTheStart(NeighbourChange.WithoutTier, $"{without}: {now[s + 1].Node} does its part", rest)) yield return n;
            }
        }
    }

    private IEnumerable<PlanNeighbour> SingleNodes()
    {
        foreach (NodeProfile node in _profile.Nodes.Where(MayStart))
        {
            foreach (PlanNeighbour n in FromTheStart(NeighbourChange.NotSplitting, $"all of it on {node.Name}", [new(node.Name, node.Tier, null, null, null)])) yield return n;
        }
    }

    private IEnumerable<PlanNeighbour> Splits()
    {
        if (!_plan.IsSingleNode || _bestSplit is null) yield break;
        // The best split of all may be one of another network.
        SearchSpace split = _request.Space with { MinCuts = Math.Max(1, _request.Space.MinCuts) };
        RankedPlan? best = _bestSplit.Plan.Model == _plan.Model ? _bestSplit : Planner.Best(_request.Choosing(_plan.Model) with { Space = split });
        if (best is not null) yield return Of(NeighbourChange.Splitting, "the best split", best);
    }

    private IEnumerable<PlanNeighbour> Variants()
    {
        foreach (PlanVariant variant in _request.Variants.Where(v => v.Index.Profile.Model != _plan.Model))
        {
            if (Planner.Best(_request.Choosing(variant.Index.Profile.Model)) is { } best)
                yield return Of(NeighbourChange.OtherVariant, $"the network {variant.Index.Profile.ModelName}, in its best way", best);
        }
    }

    // Plans that may begin beyond the device, to which the picture then goes in its best form.
    private IEnumerable<PlanNeighbour> FromTheStart(NeighbourChange change, string what, ImmutableArray<PlacedSegment> segments)
    {
        if (segments[0].Tier == Tier.Device || _plan.Segments[0].Tier != Tier.Device)
        {
            Plan plan = WithSegments(segments) with { Input = segments[0].Tier == Tier.Device ? InputEncoding.Local : _plan.Input };
            if (segments[0].Tier == Tier.Device || Try(plan, out _) is not null)
            {
                yield return Measured(change, what, plan);
                yield break;
            }
        }

        Plan[] plans = [.. _inputs.Select(i => WithSegments(segments) with { Input = i })];
        if (plans.Length == 0) yield break;
        RankedPlan[] ranked = [.. plans.Select(p => Try(p, out _)).OfType<RankedPlan>()];
        yield return ranked.Length == 0 ? Measured(change, what, plans[0]) : Of(change, what, Best(ranked));
    }

    private PlanNeighbour Measured(NeighbourChange change, string what, Plan plan) =>
        Try(plan, out string missing) is { } ranked ? Of(change, what, ranked) : new(change, what, plan, null, [], [], missing);

    private PlanNeighbour Of(NeighbourChange change, string what, RankedPlan ranked)
    {
        ImmutableArray<string> violations = Violations(ranked);
        ImmutableArray<StageDifference> differences = [.. PlanStage.Of(_winner.Cost).Zip(PlanStage.Of(ranked.Cost), (a, b) => new StageDifference(a.Name, a.Kind, a.Value, b.Value))
            .Where(d => d.Best.Value != 0 || d.Other.Value != 0)];
        return new(change, what, ranked.Plan, ranked, differences, violations, NeighbourReason.Of(_request.Objective, _winner, ranked, differences, violations));
    }

    // What the planner would prefer; if it may have none of them, the best of those that it may not have.
    private RankedPlan Best(IEnumerable<RankedPlan> plans) => plans
        .OrderBy(p => Violations(p).IsEmpty ? 0 : 1)
        .ThenBy(p => p.Score).ThenBy(p => p.Latency.Value).ThenBy(p => p.Bytes.Value)
        .First();

    private ImmutableArray<string> Violations(RankedPlan plan) =>
        [.. _active.Where(a => !a.Allows(plan)).Select(a => a.Violation(plan)), .. SpaceRule.Broken(_request.Space, plan.Plan, _profile)];

    private RankedPlan? Try(Plan plan, out string missing)
    {
        try
        {
            RankedPlan ranked = _model.Rank(plan, _request.Objective);
            // What is not known of a node is not a number, unless the objective does not ask for it.
            missing = double.IsNaN(ranked.Score) ? $"The profile does not say what a node or link of it draws or costs, and the objective is {_request.Objective}." : "";
            return missing.Length > 0 ? null : ranked;
        }
        catch (IsthmusException e) when (e.Kind == ErrorKind.Planning)
        {
            missing = e.Message;
            return null;
        }
    }

    // Where there are several devices, a plan names the one with the picture: the first segment's, or else the winner's.
    private Plan WithSegments(ImmutableArray<PlacedSegment> segments) => _plan with
    {
        Segments = segments,
        Device = _plan.Device is null ? null : segments[0].Tier == Tier.Device ? segments[0].Node : _plan.Device,
    };

    private int IndexOf(string cut)
    {
        for (int i = 0; i < _profile.Cuts.Length; i++)
        {
            if (_profile.Cuts[i].Id == cut) return i;
        }

        throw new IsthmusException(ErrorKind.Planning, $"The profile of {_profile.ModelName} has no cut '{cut}': explain a plan with the profile that it was planned with.");
    }

    // The picture is on the device that was asked for.
    private bool MayStart(NodeProfile node) => node.Tier != Tier.Device || _request.Device is null || node.Name == _request.Device;

    private string WhichCut(int segment) => _plan.Segments.Length == 2 ? "the cut" : segment == 0 ? "the first cut" : "the second cut";

    private string Where(int segment) => _plan.Segments.Length == 2 ? "at the cut" : segment == 0 ? "at the first cut" : "at the second cut";
}
