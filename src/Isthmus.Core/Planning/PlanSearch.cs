using System.Collections.Immutable;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>
/// The exact search over network × device × nodes × cuts × codecs × input encoding. Plans come in rows, all those from one device through one network whose segment on
/// one node begins at one place; a row's bound is the sum of the least that its parts can cost, and a row that cannot beat what is known is never looked into. Nothing is
/// skipped that could win, tie-breaks included. After a change of links, ratios or queues, only what hangs on them is worked out again.
/// </summary>
internal sealed class PlanSearch
{
    private readonly SourceSearch[] _sources;
    private readonly int[] _variant;
    private readonly PlanRow[] _rows;
    private ImmutableArray<CostModel> _models;

    /// <summary>Prepares a search.</summary>
    /// <param name="models">The cost models of the networks.</param>
    /// <param name="device">The device where the image is; null: any.</param>
    /// <param name="objective">What to minimise.</param>
    /// <param name="constraints">What a plan must satisfy.</param>
    /// <param name="space">What may be chosen.</param>
    /// <param name="axes">What a Pareto set will be asked for in.</param>
    public PlanSearch(ImmutableArray<CostModel> models, string? device, Objective objective, Constraints constraints, SearchSpace space, ParetoAxes axes = ParetoAxes.None)
    {
        _models = models;
        List<SourceSearch> sources = [];
        List<int> variants = [];
        for (int v = 0; v < models.Length; v++)
        {
            ProfileIndex index = models[v].Index;
            foreach (int source in device is null ? index.Devices : [index.NodeAt(device)])
            {
                sources.Add(new(v, source, models[v], objective, axes, constraints, space));
                variants.Add(v);
            }
        }

        _sources = [.. sources];
        _variant = [.. variants];
        _rows = new PlanRow[_sources.Sum(s => s.MaxRows)];
    }

    /// <summary>Puts in what links, ratios and queues are now.</summary>
    /// <param name="models">The cost models of the same networks.</param>
    public void Refresh(ImmutableArray<CostModel> models)
    {
        ImmutableArray<CostModel> before = _models;
        _models = models;
        for (int s = 0; s < _sources.Length; s++) _sources[s].Refresh(models[_variant[s]], before[_variant[s]]);
    }

    /// <summary>The best k plans, best first.</summary>
    /// <param name="k">How many.</param>
    /// <param name="minCuts">The fewest cuts, if more than the space asks for.</param>
    public List<PlanCandidate> Best(int k, int minCuts = 0)
    {
        BestPlans best = new(k, k > 1 && _models.Any(m => m.Index.HasFractions) ? [.. _models.Select(m => m.Index)] : null);
        foreach (SourceSearch source in _sources)
        {
            if (source.Whole(minCuts) is { } whole) best.Offer(whole);
        }

        Span<PlanRow> rows = Rows();
        if (k > 1) rows.Sort(PlanRow.Compare);
        else PutBestFirst(rows);
        foreach (PlanRow row in rows)
        {
            if (!best.Rejects(row.Score, row.Ms)) _sources[row.Source].Expand(row, best, minCuts);
        }

        return best.Ordered();
    }

    /// <summary>The plans that no other beats in all of the quantities at once; fastest first.</summary>
    public List<PlanCandidate> Pareto(ParetoAxes axes)
    {
        ParetoSet set = new(axes);
        foreach (SourceSearch source in _sources)
        {
            if (source.Whole(0) is { } whole) set.Offer(whole);
        }

        Span<PlanRow> rows = Rows();
        // Fast plans first: what they beat is never put together.
        rows.Sort(static (a, b) => a.Ms.CompareTo(b.Ms));
        foreach (PlanRow row in rows) _sources[row.Source].Expand(row, set);
        return set.Ordered();
    }

    /// <summary>A candidate with what it costs.</summary>
    public RankedPlan Rank(in PlanCandidate candidate, Objective objective) => _models[candidate.Variant].Rank(PlanOf(candidate), objective);

    /// <summary>The plan that a candidate stands for.</summary>
    public Plan PlanOf(in PlanCandidate c)
    {
        ProfileIndex index = _models[c.Variant].Index;
        Profile profile = index.Profile;
        ImmutableArray<PlacedSegment>.Builder segments = ImmutableArray.CreateBuilder<PlacedSegment>(3);
        string? from = null;
        if (c.Node != c.Device && c.From >= 0)
        {
            CutProfile cut = profile.Cuts[c.From];
            segments.Add(new(profile.Nodes[c.Device].Name, Tier.Device, null, cut.Id, cut.Codecs[c.EntryChoice].Codec));
            from = cut.Id;
        }

        NodeProfile node = profile.Nodes[c.Node];
        if (c.To == index.End)
        {
            segments.Add(new(node.Name, node.Tier, from, null, null));
        }
        else
        {
            CutProfile cut = profile.Cuts[c.To];
            NodeProfile last = profile.Nodes[c.LastNode];
            segments.Add(new(node.Name, node.Tier, from, cut.Id, cut.Codecs[c.ExitChoice].Codec));
            segments.Add(new(last.Name, last.Tier, cut.Id, null, null));
        }

        InputEncoding input = c.Node == c.Device || c.From >= 0 ? InputEncoding.Local : profile.Inputs[c.EntryChoice].Encoding;
        return new(profile.Model, input, segments.ToImmutable()) { Device = index.Devices.Length > 1 ? profile.Nodes[c.Device].Name : null };
    }

    private Span<PlanRow> Rows()
    {
        int count = 0;
        for (int s = 0; s < _sources.Length; s++) _sources[s].Rows(s, _rows, ref count);
        return _rows.AsSpan(0, count);
    }

    private static void PutBestFirst(Span<PlanRow> rows)
    {
        int best = 0;
        for (int i = 1; i < rows.Length; i++)
        {
            if (PlanRow.Compare(rows[i], rows[best]) < 0) best = i;
        }

        if (best > 0) (rows[0], rows[best]) = (rows[best], rows[0]);
    }
}
