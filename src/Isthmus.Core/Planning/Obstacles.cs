using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>
/// Which of a request's constraints each plan breaks, and the smallest sets of them whose relaxation admits a plan. A set counts as a word of bits, one for each obstacle.
/// </summary>
internal sealed class Obstacles : IPlanVisitor
{
    // What a word holds, less a few for those that come in once only.
    private const int MaxObstacles = 60;

    // Sets of which none contains another can be many; the largest are of no use to anybody.
    private const int MaxSets = 1000;

    private readonly Constraints _constraints;
    private readonly ImmutableArray<Obstacle> _all;
    private readonly int[] _numbers;
    private readonly Dictionary<ulong, Way> _sets = [];

    // Of the network whose plans are looked at.
    private ProfileIndex _index;
    private ulong[] _ofNode = [];
    private ulong[] _needsNode = [];
    private ulong[] _needsTier = [];
    private (int Block, Tier Tier, bool Must, ulong Bit)[] _placements = [];
    private ulong _needed;
    private ulong _private;
    private PlanShape _shape;
    private ulong _structural;

    public Obstacles(PlanningRequest request)
    {
        _constraints = request.Constraints;
        _all = List(_constraints);
        if (_all.Length > MaxObstacles) _all = Merged(_all);
        _numbers = [.. Enumerable.Range(0, _all.Length).Where(i => !double.IsNaN(_all[i].Limit))];
        _index = request.Index;
        LookAt(_index);
    }

    /// <summary>Says of which network the plans are that follow.</summary>
    [MemberNotNull(nameof(_index))]
    public void LookAt(ProfileIndex index)
    {
        _index = index;
        Profile profile = index.Profile;
        Constraints c = _constraints;
        _ofNode = new ulong[profile.Nodes.Length];
        _needsNode = new ulong[profile.Nodes.Length];
        _needsTier = new ulong[3];
        _needed = _private = 0;
        LayerBlocks layers = new(profile);
        List<(int, Tier, bool, ulong)> placements = [];
        for (int i = 0; i < _all.Length; i++)
        {
            ulong bit = 1UL << i;
            RelaxationChange change = _all[i].Change;
            switch (change.Constraint)
            {
                case RelaxableConstraint.Tiers:
                    Of(n => change.Tier is { } t ? n.Tier == t : !c.Tiers!.Value.Contains(n.Tier), bit);
                    break;
                case RelaxableConstraint.ForbiddenTiers:
                    Of(n => change.Tier is { } t ? n.Tier == t : c.ForbiddenTiers.Contains(n.Tier), bit);
                    break;
                case RelaxableConstraint.ForbiddenNodes:
                    Of(n => change.Node is { } name ? n.Name == name : c.ForbiddenNodes.Contains(n.Name), bit);
                    break;
                case RelaxableConstraint.RequiredNodes:
                    foreach (string name in change.Node is { } one ? [one] : c.RequiredNodes) _needsNode[_index.NodeAt(name)] |= bit;
                    _needed |= bit;
                    break;
                case RelaxableConstraint.RequiredTiers:
                    foreach (Tier tier in change.Tier is { } one ? [one] : c.RequiredTiers) _needsTier[(int)tier] |= bit;
                    _needed |= bit;
                    break;
                case RelaxableConstraint.Placements:
                    foreach (LayerPlacement p in change.Placement is { } one ? [one] : c.Placements) placements.Add((layers.BlockOf(p.Layer), p.Tier, p.Must, bit));
                    break;
                case RelaxableConstraint.KeepInputOnDevice:
                    _private = bit;
                    break;
            }
        }

        _placements = [.. placements];

        void Of(Func<NodeProfile, bool> concerned, ulong bit)
        {
            for (int n = 0; n < _ofNode.Length; n++) _ofNode[n] |= concerned(profile.Nodes[n]) ? bit : 0;
        }
    }

    /// <summary>The sets that suffice, of which none contains another: the smallest first.</summary>
    public IEnumerable<ImmutableArray<RelaxationChange>> Ways => _sets
        .OrderBy(s => ulong.PopCount(s.Key)).ThenBy(s => s.Key)
        .Select(s => ImmutableArray.CreateRange(Enumerable.Range(0, _all.Length).Where(i => (s.Key >> i & 1) == 1).Select(i => _all[i].To(s.Value.Values[i]))));

    /// <inheritdoc/>
    public bool Enters(in PlanShape shape)
    {
        _shape = shape;
        _structural = Structural(shape);
        // What lies beyond a set that suffices, suffices for nobody.
        foreach (ulong set in _sets.Keys)
        {
            if (set != _structural && (set & ~_structural) == 0) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Visit(in PlanFigures plan)
    {
        ulong broken = _structural;
        double excess = 0;
        foreach (int i in _numbers)
        {
            double value = Value(_all[i], _shape, plan);
            if (value <= _all[i].Limit + Constraints.Tolerance) continue;
            broken |= 1UL << i;
            excess += _all[i].Excess(value);
        }

        if (_sets.TryGetValue(broken, out Way known))
        {
            if (excess < known.Excess) _sets[broken] = new(excess, Values(plan));
            return;
        }

        foreach (ulong set in _sets.Keys)
        {
            if ((set & ~broken) == 0) return;
        }

        foreach (ulong set in _sets.Keys.Where(s => (broken & ~s) == 0).ToArray()) _sets.Remove(set);
        _sets.Add(broken, new(excess, Values(plan)));
        if (_sets.Count > MaxSets) _sets.Remove(_sets.Keys.MaxBy(ulong.PopCount));
    }

    private static ImmutableArray<Obstacle> List(Constraints c)
    {
        List<Obstacle> all = [];
        if (c.MaxBytes is { } bytes) Number(RelaxableConstraint.MaxBytes, bytes.Value, null);
        if (c.MaxLatency is { } latency) Number(RelaxableConstraint.MaxLatency, latency.Value, null);
        if (c.MaxAccuracyLoss is { } loss) Number(RelaxableConstraint.MaxAccuracyLoss, loss, null);
        foreach (Tier tier in Enum.GetValues<Tier>())
        {
            if (c.MaxTierTime.Where(l => l.Tier == tier && l.Time is not null).Select(l => l.Time!.Value.Value).ToArray() is { Length: > 0 } times) Number(RelaxableConstraint.MaxTierTime, times.Min(), tier);
            if (c.MaxTierTime.Where(l => l.Tier == tier && l.Share is not null).Select(l => l.Share!.Value).ToArray() is { Length: > 0 } shares) Number(RelaxableConstraint.MaxTierShare, shares.Min(), tier);
            if (c.MaxTierBytes.Where(l => l.Tier == tier).Select(l => l.Bytes.Value).ToArray() is { Length: > 0 } most) Number(RelaxableConstraint.MaxTierBytes, most.Min(), tier);
        }

        foreach (Tier tier in Enum.GetValues<Tier>())
        {
            if (c.Tiers?.Contains(tier) == false) Add(new(RelaxableConstraint.Tiers, null, $"add {TierName.Of(tier)} to --tiers") { Tier = tier });
        }

        foreach (string node in c.ForbiddenNodes.Distinct()) Add(new(RelaxableConstraint.ForbiddenNodes, null, $"do not --forbid {node}") { Node = node });
        if (c.KeepInputOnDevice) Add(new(RelaxableConstraint.KeepInputOnDevice, null, "leave out --private"));
        foreach (string node in c.RequiredNodes.Distinct()) Add(new(RelaxableConstraint.RequiredNodes, null, $"do not --require {node}") { Node = node });
        foreach (Tier tier in c.RequiredTiers.Distinct()) Add(new(RelaxableConstraint.RequiredTiers, null, $"do not --require-tier {TierName.Of(tier)}") { Tier = tier });
        foreach (Tier tier in c.ForbiddenTiers.Distinct()) Add(new(RelaxableConstraint.ForbiddenTiers, null, $"do not --forbid-tier {TierName.Of(tier)}") { Tier = tier });
        foreach (LayerPlacement placement in c.Placements.Distinct()) Add(new(RelaxableConstraint.Placements, null, $"do not --place {placement}") { Placement = placement });
        return [.. all];

        void Number(RelaxableConstraint constraint, double limit, Tier? tier) => all.Add(new(new(constraint, null, "") { Tier = tier }, limit));
        void Add(RelaxationChange change) => all.Add(new(change, double.NaN));
    }

    // So many that nobody would read which: all of a kind are one.
    private static ImmutableArray<Obstacle> Merged(ImmutableArray<Obstacle> all) =>
    [
        .. all.Where(o => !double.IsNaN(o.Limit)),
        .. all.Where(o => double.IsNaN(o.Limit)).GroupBy(o => o.Constraint).Select(g => g.Count() == 1 ? g.First() : new(new(g.Key, null, g.Key switch
        {
            RelaxableConstraint.Tiers => "leave out --tiers",
            RelaxableConstraint.ForbiddenNodes => "leave out all --forbid",
            RelaxableConstraint.RequiredNodes => "leave out all --require",
            RelaxableConstraint.RequiredTiers => "leave out all --require-tier",
            RelaxableConstraint.ForbiddenTiers => "leave out all --forbid-tier",
            _ => "leave out all --place",
        }), double.NaN)),
    ];

    private ulong Structural(in PlanShape shape)
    {
        bool split = shape.From >= 0;
        int head = split ? shape.Device : -1;
        ulong broken = _ofNode[shape.Node] | (split ? _ofNode[head] : 0) | (shape.LastNode < 0 ? 0 : _ofNode[shape.LastNode]);
        if (_needed != 0)
        {
            foreach ((int node, ulong bits) in Needs(shape, head)) broken |= node >= 0 ? bits : 0;
        }

        foreach ((int block, Tier tier, bool must, ulong bit) in _placements)
        {
            int node = block <= shape.From ? head : block <= shape.To ? shape.Node : shape.LastNode;
            if (_index.Profile.Nodes[node].Tier == tier != must) broken |= bit;
        }

        bool leaves = shape.Node != shape.Device && (shape.From < 0 || !(_index.Profile.Cuts[shape.From].MacShare > 0));
        return leaves ? broken | _private : broken;
    }

    private IEnumerable<(int Node, ulong Bits)> Needs(PlanShape shape, int head)
    {
        for (int n = 0; n < _needsNode.Length; n++)
        {
            if (_needsNode[n] != 0 && n != head && n != shape.Node && n != shape.LastNode) yield return (n, _needsNode[n]);
        }

        for (int t = 0; t < _needsTier.Length; t++)
        {
            if (_needsTier[t] != 0 && !Is(head, t) && !Is(shape.Node, t) && !Is(shape.LastNode, t)) yield return (t, _needsTier[t]);
        }

        bool Is(int node, int tier) => node >= 0 && (int)_index.Profile.Nodes[node].Tier == tier;
    }

    private double[] Values(PlanFigures plan)
    {
        double[] values = new double[_all.Length];
        foreach (int i in _numbers) values[i] = Value(_all[i], _shape, plan);
        return values;
    }

    private double Value(Obstacle obstacle, in PlanShape shape, in PlanFigures plan)
    {
        switch (obstacle.Constraint)
        {
            case RelaxableConstraint.MaxBytes:
                return plan.BytesOut;
            case RelaxableConstraint.MaxLatency:
                return plan.Ms;
            case RelaxableConstraint.MaxAccuracyLoss:
                return plan.Loss;
        }

        bool ofDevice = obstacle.Change.Tier == Tier.Device;
        bool ofNode = !ofDevice && TierOf(shape.Node) == obstacle.Change.Tier;
        bool ofLast = !ofDevice && shape.LastNode >= 0 && TierOf(shape.LastNode) == obstacle.Change.Tier;
        if (obstacle.Constraint == RelaxableConstraint.MaxTierBytes) return ofDevice ? plan.BytesOut : ofNode ? plan.BytesOn : 0;
        double ms = ofDevice ? plan.DeviceMs : ofNode ? plan.NodeMs : ofLast ? plan.LastMs : 0;
        double all = plan.DeviceMs + plan.NodeMs + plan.LastMs;
        return obstacle.Constraint == RelaxableConstraint.MaxTierTime ? ms : all > 0 ? ms / all : 0;
    }

    private Tier TierOf(int node) => _index.Profile.Nodes[node].Tier;

    private readonly record struct Way(double Excess, double[] Values);
}
