using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>
/// The constraints, laid out for the search. What can be said of a node, a segment or a crossing alone is asked while plans are put together; what only a whole plan shows
/// (which tiers and nodes it uses, how much each computes) is asked of a finished candidate by <see cref="Allows"/>. The latency, the bytes from the
/// device and the loss are asked of <see cref="Constraints"/> itself.
/// </summary>
internal sealed class PlanFilter
{
    private const int TierCount = 3;
    private readonly CostModel _model;
    private readonly ProfileIndex _index;
    private readonly bool[] _mayRun;
    private readonly int[] _tier;

    // By tier, then by block: how many blocks before this one may not be computed there. Null: all may.
    private readonly int[]?[] _barredBefore = new int[TierCount][];
    private readonly double[] _maxMs = [double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity];
    private readonly double[] _maxShare = [double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity];
    private readonly long[] _maxBytes = [long.MaxValue, long.MaxValue, long.MaxValue];
    private readonly int _requiredTiers;
    private readonly int[] _requiredNodes;
    private readonly bool _limitsTime;
    private readonly bool _limitsBytes;
    private readonly bool _keepInput;

    public PlanFilter(CostModel model, Constraints constraints)
    {
        _model = model;
        _index = model.Index;
        Profile profile = _index.Profile;
        _mayRun = [.. profile.Nodes.Select(constraints.Allows)];
        _tier = [.. profile.Nodes.Select(n => (int)n.Tier)];
        _keepInput = constraints.KeepInputOnDevice;
        _requiredTiers = constraints.RequiredTiers.Aggregate(0, static (mask, t) => mask | (1 << (int)t));
        _requiredNodes = [.. constraints.RequiredNodes.Select(_index.NodeAt).Distinct()];
        if (constraints.Placements.Length > 0) Bar(constraints, profile);
        foreach (TierTimeLimit limit in constraints.MaxTierTime)
        {
            _limitsTime = true;
            int tier = (int)limit.Tier;
            if (limit.Time is { } time) _maxMs[tier] = Math.Min(_maxMs[tier], time.Value + Constraints.Tolerance);
            if (limit.Share is { } share) _maxShare[tier] = Math.Min(_maxShare[tier], share + Constraints.Tolerance);
        }

        foreach (TierByteLimit limit in constraints.MaxTierBytes)
        {
            _limitsBytes = true;
            _maxBytes[(int)limit.Tier] = Math.Min(_maxBytes[(int)limit.Tier], limit.Bytes.Value);
        }
    }

    /// <summary>
    /// Whether, of two parts of plans that end at the same node, the one that is better in latency, bytes from the device and loss may stand for the other. Not if a plan's
    /// admission hangs on anything else of its parts.
    /// </summary>
    public bool KeepsDominance => !_limitsTime && !_limitsBytes && _requiredNodes.Length == 0 && _requiredTiers == 0;

    /// <summary>Whether a node may run a segment.</summary>
    public bool AllowsNode(int node) => _mayRun[node];

    /// <summary>Whether the input may cross.</summary>
    public bool AllowsInput => !_keepInput;

    /// <summary>Whether the first segment may end at a cut on the device.</summary>
    public bool AllowsHead(int cut) => !_keepInput || _index.Profile.Cuts[cut].MacShare > 0;

    /// <summary>Whether a node may run a segment, as far as the segment alone tells. −1 is the input, <see cref="ProfileIndex.End"/> the output.</summary>
    /// <param name="node">The node.</param>
    /// <param name="from">Where the segment begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="ms">What the node takes for it now, learned ratio included.</param>
    public bool AllowsSegment(int node, int from, int to, double ms)
    {
        int tier = _tier[node];
        // The segment holds the blocks from + 1 to `to`.
        return _mayRun[node] && ms <= _maxMs[tier] && (_barredBefore[tier] is not { } barred || barred[to + 1] == barred[from + 1]);
    }

    /// <summary>Whether so many bytes may leave a node outwards.</summary>
    public bool AllowsCrossing(int from, long bytes) => bytes <= _maxBytes[_tier[from]];

    /// <summary>Whether the tiers and nodes that must be used are among those that run segments; −1 stands for none.</summary>
    public bool AllowsNodes(int first, int second, int third)
    {
        if (_requiredTiers != 0 && (_requiredTiers & ~(Bit(first) | Bit(second) | Bit(third))) != 0) return false;
        foreach (int node in _requiredNodes)
        {
            if (node != first && node != second && node != third) return false;
        }

        return true;

        int Bit(int node) => node < 0 ? 0 : 1 << _tier[node];
    }

    /// <summary>Whether a finished plan satisfies all that this type looks after.</summary>
    public bool Allows(in PlanCandidate plan)
    {
        int device = plan.Device;
        bool split = plan.Node != device && plan.From >= 0;
        if (!AllowsNodes(split ? device : -1, plan.Node, plan.LastNode)) return false;
        if (_limitsBytes && !((plan.Node == device || AllowsCrossing(device, plan.Bytes)) && (plan.LastNode < 0 || AllowsCrossing(plan.Node, plan.BytesTotal - plan.Bytes)))) return false;
        return !_limitsTime || AllowsTimes(ComputingOf(plan));
    }

    /// <summary>Milliseconds that each tier computes: segments, pictures and codecs.</summary>
    public (double Device, double Edge, double Cloud) ComputingOf(in PlanCandidate plan)
    {
        Span<double> ms = stackalloc double[TierCount];
        ms.Clear();
        int device = plan.Device;
        if (plan.Node == device)
        {
            ms[_tier[device]] += _model.DecodeLocal(device);
        }
        else if (plan.From < 0)
        {
            ms[_tier[device]] += _model.EncodeInput(device, plan.EntryChoice);
            ms[_tier[plan.Node]] += _model.DecodeInput(plan.Node, plan.EntryChoice);
        }
        else
        {
            ms[_tier[device]] += _model.DecodeLocal(device) + _model.Compute(device, -1, plan.From) + _model.Encode(device, plan.From, plan.EntryChoice);
            ms[_tier[plan.Node]] += _model.Decode(plan.Node, plan.From, plan.EntryChoice);
        }

        ms[_tier[plan.Node]] += _model.Compute(plan.Node, plan.From, plan.To);
        if (plan.LastNode >= 0)
        {
            ms[_tier[plan.Node]] += _model.Encode(plan.Node, plan.To, plan.ExitChoice);
            ms[_tier[plan.LastNode]] += _model.Decode(plan.LastNode, plan.To, plan.ExitChoice) + _model.Tail(plan.LastNode, plan.To);
        }

        return (ms[0], ms[1], ms[2]);
    }

    private bool AllowsTimes((double Device, double Edge, double Cloud) ms)
    {
        double all = ms.Device + ms.Edge + ms.Cloud;
        return Fits(ms.Device, all, 0) && Fits(ms.Edge, all, 1) && Fits(ms.Cloud, all, 2);
    }

    private bool Fits(double ms, double all, int tier) => ms <= _maxMs[tier] && (all <= 0 || ms <= _maxShare[tier] * all);

    private void Bar(Constraints constraints, Profile profile)
    {
        LayerBlocks layers = new(profile);
        bool[][] barred = [new bool[_index.End + 1], new bool[_index.End + 1], new bool[_index.End + 1]];
        foreach (LayerPlacement placement in constraints.Placements)
        {
            int block = layers.BlockOf(placement.Layer);
            for (int tier = 0; tier < TierCount; tier++) barred[tier][block] |= tier == (int)placement.Tier != placement.Must;
        }

        for (int tier = 0; tier < TierCount; tier++)
        {
            if (!barred[tier].Contains(true)) continue;
            int[] before = _barredBefore[tier] = new int[_index.End + 2];
            for (int block = 0; block <= _index.End; block++) before[block + 1] = before[block] + (barred[tier][block] ? 1 : 0);
        }
    }
}
