using Isthmus.Core.Codec;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>
/// The exact search over node × cuts × codec × input encoding. A plan is an entry (how the work reaches the first node that is not the
/// device, and where in the network), a segment there, and either the output or an exit (how it goes on to a node further out, which
/// finishes). The three parts' costs add up, so a lower bound of a pair of parts is the sum of their minima, and whatever cannot beat
/// what is known is skipped without being looked at. Nothing is skipped that could win, tie-breaks included.
/// </summary>
internal sealed class PlanSearch
{
    private readonly CostModel _model;
    private readonly ProfileIndex _index;
    private readonly Objective _objective;
    private readonly Constraints _constraints;
    private readonly PlanFilter _filter;
    private readonly SearchSpace _space;
    private readonly bool[] _mayRun;
    private readonly bool[] _mayCut;
    private readonly bool[][] _mayCode;

    // By node and, plus one, the position in the network where the entry leads: −1 is the input.
    private readonly PlanPart[][][] _entries;

    // By node and cut.
    private readonly PlanPart[][][] _exits;

    public PlanSearch(CostModel model, Objective objective, Constraints constraints, SearchSpace space)
    {
        _model = model;
        _index = model.Index;
        _objective = objective;
        _constraints = constraints;
        _filter = new(model, constraints);
        _space = space;
        Profile profile = _index.Profile;
        _mayRun = [.. profile.Nodes.Select((n, i) => _filter.AllowsNode(i) && space.Allows(n))];
        HashSet<string>? cuts = space.Cuts?.ToHashSet(StringComparer.Ordinal);
        HashSet<CodecSpec>? codecs = space.Codecs?.ToHashSet();
        _mayCut = [.. profile.Cuts.Select(c => cuts?.Contains(c.Id) != false)];
        _mayCode = [.. profile.Cuts.Select(c => c.Codecs.Select(k => codecs?.Contains(k.Codec) != false && constraints.AllowsLoss(k.AccuracyLoss)).ToArray())];
        _entries = [.. Enumerable.Range(0, profile.Nodes.Length).Select(Entries)];
        _exits = [.. Enumerable.Range(0, profile.Nodes.Length).Select(Exits)];
    }

    /// <summary>The best k plans, best first.</summary>
    public List<PlanCandidate> Best(int k)
    {
        BestPlans best = new(k);
        if (WholeOnDevice() is { } whole) best.Offer(whole);
        for (int node = 0; node < _entries.Length; node++)
        {
            for (int from = -1; from < _index.End; from++)
            {
                PlanPart[] entries = _entries[node][from + 1];
                if (entries.Length == 0) continue;
                int cutsBefore = from < 0 ? 0 : 1;
                foreach ((int to, double ms) in _index.SegmentsFrom(node, from))
                {
                    Step step = StepOf(node, ms);
                    if (!_filter.AllowsSegment(node, from, to, step.Ms)) continue;
                    if (to == _index.End)
                    {
                        if (!AllowsCuts(cutsBefore)) continue;
                        foreach (PlanPart entry in entries)
                        {
                            if (best.Rejects(entry.Score + step.Score, entry.Ms + step.Ms)) break;
                            Offer(best, Join(entry, from, step, to, null, node));
                        }
                    }
                    else if (AllowsCuts(cutsBefore + 1))
                    {
                        OfferPairs(best, node, from, to, entries, step, _exits[node][to]);
                    }
                }
            }
        }

        return best.Ordered();
    }

    /// <summary>The plans that no other beats in latency, bytes from the device and loss at once; fastest first.</summary>
    public List<PlanCandidate> Pareto()
    {
        ParetoSet set = new();
        if (WholeOnDevice() is { } whole) set.Offer(whole);
        PlanPart[][][] entriesOf = [.. _entries.Select(byPlace => byPlace.Select(p => _filter.KeepsDominance ? PlanPart.Undominated(p, withBytes: true) : p).ToArray())];
        // The plans on fewer nodes first: they are few, and the bounds that they set spare most of the others.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int node = 0; node < _entries.Length; node++)
            {
                PlanPart[][] exitsOf = pass == 0 ? [] : [.. _exits[node].Select(p => _filter.KeepsDominance ? PlanPart.Undominated(p, withBytes: false) : p)];
                for (int from = -1; from < _index.End; from++)
                {
                    PlanPart[] entries = entriesOf[node][from + 1];
                    if (entries.Length == 0) continue;
                    PlanPart least = PlanPart.Least(entries);
                    int cutsBefore = from < 0 ? 0 : 1;
                    foreach ((int to, double ms) in _index.SegmentsFrom(node, from))
                    {
                        if (to == _index.End != (pass == 0)) continue;
                        Step step = StepOf(node, ms);
                        if (!_filter.AllowsSegment(node, from, to, step.Ms)) continue;
                        if (to == _index.End)
                        {
                            if (!AllowsCuts(cutsBefore)) continue;
                            foreach (PlanPart entry in entries) Offer(set, Join(entry, from, step, to, null, node));
                        }
                        else if (AllowsCuts(cutsBefore + 1) && exitsOf[to] is { Length: > 0 } exits)
                        {
                            OfferPairs(set, node, from, to, entries, least, step, exits);
                        }
                    }
                }
            }
        }

        return set.Ordered();
    }

    /// <summary>The plan that a candidate stands for.</summary>
    public Plan PlanOf(PlanCandidate c)
    {
        Profile profile = _index.Profile;
        List<PlacedSegment> segments = [];
        string? from = null;
        if (c.Node != _index.Device && c.From >= 0)
        {
            CutProfile cut = profile.Cuts[c.From];
            segments.Add(new(profile.Nodes[_index.Device].Name, Tier.Device, null, cut.Id, cut.Codecs[c.EntryChoice].Codec));
            from = cut.Id;
        }

        NodeProfile node = profile.Nodes[c.Node];
        if (c.To == _index.End)
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

        InputEncoding input = c.Node == _index.Device || c.From >= 0 ? InputEncoding.Local : profile.Inputs[c.EntryChoice].Encoding;
        return new(profile.Model, input, [.. segments]);
    }

    private bool AllowsCuts(int count) => count >= _space.MinCuts && count <= _space.MaxCuts;

    private Step StepOf(int node, double ms)
    {
        double now = ms * _model.Ratio(node);
        return new(now, _objective.Score(now, 0, 0));
    }

    private PlanCandidate? WholeOnDevice()
    {
        int device = _index.Device;
        double compute = _model.Compute(device, -1, _index.End);
        double ms = _model.DecodeLocal(device) + compute + _model.Queue(device) + _model.Overhead(device);
        if (!_mayRun[device] || !AllowsCuts(0) || double.IsNaN(ms) || !_constraints.AllowsLatency(ms) || !_filter.AllowsSegment(device, -1, _index.End, compute)) return null;
        PlanCandidate whole = new(_objective.Score(ms, 0, 0), ms, 0, 0, 0, device, -1, 0, _index.End, -1, -1);
        return _filter.Allows(whole) ? whole : null;
    }

    private PlanPart[][] Entries(int node)
    {
        PlanPart[][] entries = new PlanPart[_index.End + 1][];
        Array.Fill(entries, []);
        int device = _index.Device;
        if (node == device || !_mayRun[node] || !_model.HasLink(device, node)) return entries;
        double there = _model.Queue(node) + _model.Overhead(node) + _model.Return(node, device);
        List<PlanPart> parts = [];

        if (_filter.AllowsInput)
        {
            for (int x = 0; x < _index.Profile.Inputs.Length; x++)
            {
                InputProfile input = _index.Profile.Inputs[x];
                if (_space.Inputs is { } inputs && !inputs.Contains(input.Encoding)) continue;
                double ms = _model.EncodeInput(device, x) + _model.Send(device, node, input.Bytes.Value) + _model.DecodeInput(node, x) + there;
                Add(parts, ms, input.Bytes.Value, _model.InputLoss(x), node, x);
            }
        }

        entries[0] = Sorted(parts);
        if (!_mayRun[device] || _space.MaxCuts == 0) return entries;
        there += _model.Queue(device) + _model.Overhead(device);
        foreach ((int cut, double head) in _index.SegmentsFrom(device, -1))
        {
            if (cut == _index.End || !_mayCut[cut] || !_filter.AllowsHead(cut) || !_filter.AllowsSegment(device, -1, cut, head * _model.Ratio(device))) continue;
            double before = _model.DecodeLocal(device) + (head * _model.Ratio(device)) + there;
            for (int k = 0; k < _mayCode[cut].Length; k++)
            {
                if (!_mayCode[cut][k]) continue;
                long bytes = _model.Bytes(cut, k);
                double ms = before + _model.Encode(device, cut, k) + _model.Send(device, node, bytes) + _model.Decode(node, cut, k);
                Add(parts, ms, bytes, _model.Loss(cut, k), node, k);
            }

            entries[cut + 1] = Sorted(parts);
        }

        return entries;
    }

    private PlanPart[][] Exits(int node)
    {
        PlanPart[][] exits = new PlanPart[_index.End][];
        Array.Fill(exits, []);
        if (node == _index.Device || !_mayRun[node] || _space.MaxCuts == 0) return exits;
        Tier tier = _index.Profile.Nodes[node].Tier;
        List<PlanPart> parts = [];
        int[] further = [.. Enumerable.Range(0, _mayRun.Length).Where(n => _mayRun[n] && _index.Profile.Nodes[n].Tier > tier && _model.HasLink(node, n))];
        if (further.Length == 0) return exits;
        for (int cut = 0; cut < _index.End; cut++)
        {
            if (!_mayCut[cut]) continue;
            foreach (int last in further)
            {
                double tail = _model.Tail(last, cut);
                double finish = tail + _model.Queue(last) + _model.Overhead(last) + _model.Return(last, node);
                if (double.IsNaN(finish) || !_filter.AllowsSegment(last, cut, _index.End, tail)) continue;
                for (int k = 0; k < _mayCode[cut].Length; k++)
                {
                    if (!_mayCode[cut][k]) continue;
                    long bytes = _model.Bytes(cut, k);
                    if (!_filter.AllowsCrossing(node, bytes)) continue;
                    double ms = _model.Encode(node, cut, k) + _model.Send(node, last, bytes) + _model.Decode(last, cut, k) + finish;
                    if (!double.IsNaN(ms)) parts.Add(new(ms, 0, bytes, _model.Loss(cut, k), _objective.Score(ms, 0, _model.Loss(cut, k)), last, k));
                }
            }

            exits[cut] = Sorted(parts);
        }

        return exits;
    }

    private void Add(List<PlanPart> parts, double ms, long bytes, double loss, int node, int choice)
    {
        if (!double.IsNaN(ms) && _constraints.AllowsBytes(bytes) && _filter.AllowsCrossing(_index.Device, bytes) && _constraints.AllowsLoss(loss) && _constraints.AllowsLatency(ms))
            parts.Add(new(ms, bytes, bytes, loss, _objective.Score(ms, bytes, loss), node, choice));
    }

    private static PlanPart[] Sorted(List<PlanPart> parts)
    {
        PlanPart[] sorted = [.. parts];
        parts.Clear();
        Array.Sort(sorted, static (a, b) => a.Score != b.Score ? a.Score.CompareTo(b.Score) : a.Ms.CompareTo(b.Ms));
        return sorted;
    }

    private void OfferPairs(BestPlans best, int node, int from, int to, PlanPart[] entries, Step step, PlanPart[] exits)
    {
        if (exits.Length == 0 || best.Rejects(entries[0].Score + step.Score + exits[0].Score, 0)) return;
        foreach (PlanPart entry in entries)
        {
            // Sorted by score and, among equal scores, by latency: what follows a pair that is too bad is no better.
            if (best.Rejects(entry.Score + step.Score + exits[0].Score, entry.Ms + step.Ms)) return;
            foreach (PlanPart exit in exits)
            {
                PlanCandidate candidate = Join(entry, from, step, to, exit, node);
                if (best.Rejects(candidate.Score, candidate.Ms)) break;
                Offer(best, candidate);
            }
        }
    }

    private void OfferPairs(ParetoSet set, int node, int from, int to, PlanPart[] entries, PlanPart leastEntry, Step step, PlanPart[] exits)
    {
        PlanPart leastExit = PlanPart.Least(exits);
        if (set.Beats(leastEntry.Ms + step.Ms + leastExit.Ms, leastEntry.Bytes, Math.Min(1, leastEntry.Loss + leastExit.Loss))) return;
        foreach (PlanPart entry in entries)
        {
            if (set.Beats(entry.Ms + step.Ms + leastExit.Ms, entry.Bytes, Math.Min(1, entry.Loss + leastExit.Loss))) continue;
            foreach (PlanPart exit in exits) Offer(set, Join(entry, from, step, to, exit, node));
        }
    }

    private static PlanCandidate Join(in PlanPart entry, int from, Step step, int to, PlanPart? exit, int node)
    {
        PlanPart last = exit ?? PlanPart.Nothing;
        return new(
            entry.Score + step.Score + last.Score, entry.Ms + step.Ms + last.Ms, entry.Bytes, entry.BytesTotal + last.BytesTotal,
            Math.Min(1, entry.Loss + last.Loss), node, from, entry.Choice, to, last.Node, last.Choice);
    }

    private void Offer(BestPlans best, in PlanCandidate candidate)
    {
        if (_constraints.AllowsLatency(candidate.Ms) && _constraints.AllowsLoss(candidate.Loss) && _filter.Allows(candidate)) best.Offer(candidate);
    }

    private void Offer(ParetoSet set, in PlanCandidate candidate)
    {
        if (_constraints.AllowsLatency(candidate.Ms) && _constraints.AllowsLoss(candidate.Loss) && _filter.Allows(candidate)) set.Offer(candidate);
    }

    private readonly record struct Step(double Ms, double Score);
}
