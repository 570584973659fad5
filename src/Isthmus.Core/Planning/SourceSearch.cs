using Isthmus.Core.Codec;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>
/// The plans of one network from one device. A plan is an entry (how the work reaches the first node that is not the device, and where in the network), a segment there,
/// and either the output or an exit (how it goes on to a node further out, which finishes). All but the longest stage adds up, and the longest stage is the largest of
/// the parts', so minima of the parts bound every plan that is made of them.
/// </summary>
internal sealed class SourceSearch
{
    private readonly int _variant;
    private readonly int _device;
    private readonly Objective _objective;
    private readonly ParetoAxes _axes;
    private readonly Constraints _constraints;
    private readonly SearchSpace _space;
    private readonly bool[] _mayRun;
    private readonly bool[] _mayCut;
    private readonly bool[][] _mayCode;
    private readonly Crossings?[] _entries;
    private readonly Crossings[][] _exits;

    // By node, then by cut: the least of all exits there.
    private readonly double[][] _exitLinear;
    private readonly double[][] _exitMs;
    private readonly double[][] _exitNear;
    private readonly double[][] _exitFar;

    // By node, then by place: the least of whatever may follow an entry there.
    private readonly double[][] _restLinear;
    private readonly double[][] _restMs;
    private readonly double[][] _restPeriod;

    private readonly double[] _ratio;
    private readonly double[] _waiting;
    private readonly bool[] _changed;
    private CostModel _model;
    private ProfileIndex _index;
    private PlanFilter _filter;
    private PartMeter _meter;

    public SourceSearch(int variant, int device, CostModel model, Objective objective, ParetoAxes axes, Constraints constraints, SearchSpace space)
    {
        _variant = variant;
        _device = device;
        _model = model;
        _index = model.Index;
        _objective = objective;
        _axes = axes;
        _constraints = constraints;
        _space = space;
        _filter = new(model, constraints);
        _meter = new(model, objective, axes, device);
        Profile profile = _index.Profile;
        int nodes = profile.Nodes.Length;
        _mayRun = [.. profile.Nodes.Select((n, i) => _filter.AllowsNode(i) && space.Allows(n))];
        HashSet<string>? cuts = space.Cuts?.ToHashSet(StringComparer.Ordinal);
        HashSet<CodecSpec>? codecs = space.Codecs?.ToHashSet();
        // Where nothing is cut, no cut need be looked at.
        _mayCut = space.MaxCuts == 0 ? [] : [.. profile.Cuts.Select(c => cuts?.Contains(c.Id) != false)];
        _mayCode = space.MaxCuts == 0 ? [] : [.. profile.Cuts.Select((c, i) => MayCode(c, i, codecs))];
        _entries = [.. Enumerable.Range(0, nodes).Select(Entries)];
        _exits = [.. Enumerable.Range(0, nodes).Select(n => _entries[n] is null ? [] : Exits(n))];
        _exitLinear = Table(_index.End);
        _exitMs = Table(_index.End);
        _exitNear = Table(_index.End);
        _exitFar = Table(_index.End);
        _restLinear = Table(_index.End + 1);
        _restMs = Table(_index.End + 1);
        _restPeriod = Table(_index.End + 1);
        _ratio = new double[nodes];
        _waiting = new double[nodes];
        _changed = new bool[nodes];
        Refresh(model, null);
    }

    /// <summary>Puts in what links, ratios and queues are now, and works out again only what hangs on what has changed.</summary>
    /// <param name="model">What they are; of the same profile, with the same links.</param>
    /// <param name="before">What they were; null at first.</param>
    public void Refresh(CostModel model, CostModel? before)
    {
        if (before is not null)
        {
            _model = model;
            _index = model.Index;
            _filter = new(model, _constraints);
            _meter = new(model, _objective, _axes, _device);
        }

        for (int n = 0; n < _changed.Length; n++)
        {
            double ratio = model.Ratio(n);
            double waiting = model.Queue(n);
            _changed[n] = before is null || ratio != _ratio[n] || waiting != _waiting[n];
            _ratio[n] = ratio;
            _waiting[n] = waiting;
        }

        for (int n = 0; n < _entries.Length; n++)
        {
            if (_entries[n] is not { } entries) continue;
            entries.Refresh(model, _filter, _meter, _changed[_device] || _changed[n]);
            bool changed = _changed[n] || _changed[_device];
            foreach (Crossings exits in _exits[n]) changed |= exits.Refresh(model, _filter, _meter, _changed[n] || _changed[exits.Far]);
            if (changed) Bound(n);
        }
    }

    /// <summary>The plan that sends nothing, if it may be.</summary>
    public PlanCandidate? Whole(int minCuts)
    {
        int device = _device;
        double compute = _model.Compute(device, -1, _index.End);
        double work = _model.DecodeLocal(device) + compute;
        double waiting = _model.Queue(device) + _model.Overhead(device);
        double ms = work + waiting;
        if (!_mayRun[device] || !AllowsCuts(0, minCuts) || double.IsNaN(ms) || !_filter.AllowsSegment(device, -1, _index.End, compute)) return null;
        double joules = _meter.JoulesOf(device, work) + _meter.JoulesIdle(waiting);
        double price = _meter.PriceOf(device, work);
        double loss = Math.Min(1, _model.VariantLoss);
        double score = _meter.Linear(ms, 0, loss, joules, price) + _objective.Bottleneck(work);
        PlanCandidate whole = new(score, ms, 0, 0, loss, joules, price, work, _variant, device, device, -1, 0, _index.End, -1, -1);
        return Allows(whole) ? whole : null;
    }

    /// <summary>The most rows that there can be.</summary>
    public int MaxRows => _entries.Count(e => e is not null) * (_index.End + 1);

    /// <summary>Writes the rows that hold any plan.</summary>
    /// <param name="source">What to call this search.</param>
    /// <param name="rows">Where to.</param>
    /// <param name="count">From which position on; afterwards, to which.</param>
    public void Rows(int source, PlanRow[] rows, ref int count)
    {
        for (int n = 0; n < _entries.Length; n++)
        {
            if (_entries[n] is not { } entries) continue;
            double[] linear = _restLinear[n];
            for (int place = 0; place < linear.Length; place++)
            {
                double sum = entries.MinLinear[place] + linear[place];
                if (double.IsPositiveInfinity(sum)) continue;
                double score = sum + _objective.Bottleneck(Math.Max(entries.MinFar[place], _restPeriod[n][place]));
                rows[count++] = new(score, entries.MinMs[place] + _restMs[n][place], source, n, place - 1);
            }
        }
    }

    /// <summary>Offers all plans of a row that can be among the best.</summary>
    public void Expand(in PlanRow row, BestPlans best, int minCuts)
    {
        int node = row.Node;
        int place = row.From + 1;
        Crossings entries = _entries[node]!;
        double ratio = _ratio[node];
        double perMs = LinearPerMs(node);
        double entryLinear = entries.MinLinear[place];
        double entryMs = entries.MinMs[place];
        double entryNear = entries.MinNear[place];
        double entryFar = entries.MinFar[place];
        int cuts = row.From < 0 ? 0 : 1;
        foreach ((int to, double profiled) in _index.SegmentsFrom(node, row.From))
        {
            double ms = profiled * ratio;
            double linear = perMs * ms;
            bool ends = to == _index.End;
            if (!AllowsCuts(cuts + (ends ? 0 : 1), minCuts)) continue;
            double exitLinear = ends ? 0 : _exitLinear[node][to];
            if (double.IsPositiveInfinity(exitLinear)) continue;
            double score = entryLinear + (linear + exitLinear)
                + _objective.Bottleneck(Math.Max(Math.Max(entryFar, ends ? 0 : _exitFar[node][to]), entryNear + (ms + (ends ? 0 : _exitNear[node][to]))));
            if (best.Rejects(score, entryMs + (ms + (ends ? 0 : _exitMs[node][to]))) || !_filter.AllowsSegment(node, row.From, to, ms)) continue;
            foreach (PlanPart entry in entries.At(place))
            {
                if (ends)
                {
                    Offer(best, Join(entry, node, row.From, ms, linear, to, PlanPart.Nothing));
                    continue;
                }

                double least = entry.Linear + (linear + exitLinear)
                    + _objective.Bottleneck(Math.Max(Math.Max(entry.Far, _exitFar[node][to]), entry.Near + (ms + _exitNear[node][to])));
                if (best.Rejects(least, entry.Ms + (ms + _exitMs[node][to]))) continue;
                foreach (Crossings exits in _exits[node])
                {
                    if (double.IsPositiveInfinity(exits.MinLinear[to])) continue;
                    foreach (PlanPart exit in exits.At(to)) Offer(best, Join(entry, node, row.From, ms, linear, to, exit));
                }
            }
        }
    }

    /// <summary>Offers all plans of a row that can belong to the Pareto set.</summary>
    public void Expand(in PlanRow row, ParetoSet set)
    {
        int node = row.Node;
        ReadOnlySpan<PlanPart> all = _entries[node]!.At(row.From + 1);
        long bytes = long.MaxValue;
        double loss = double.PositiveInfinity;
        foreach (PlanPart entry in all)
        {
            bytes = Math.Min(bytes, entry.Bytes);
            loss = Math.Min(loss, entry.Loss);
        }

        if (set.Beats(row.Ms, bytes, Math.Min(1, loss))) return;
        double ratio = _ratio[node];
        double perMs = LinearPerMs(node);
        int cuts = row.From < 0 ? 0 : 1;
        // Whatever may follow, without what something else is better than that follows too: it would be better after every entry.
        RestSet rest = new(set.Axes, _constraints, _filter.KeepsDominance);
        foreach ((int to, double profiled) in _index.SegmentsFrom(node, row.From))
        {
            double ms = profiled * ratio;
            bool ends = to == _index.End;
            if (!AllowsCuts(cuts + (ends ? 0 : 1), 0) || !_filter.AllowsSegment(node, row.From, to, ms)) continue;
            double linear = perMs * ms;
            PlanPart step = new(ms, 0, 0, 0, _meter.JoulesOf(node, ms), _meter.PriceOf(node, ms), ms, 0, linear, -1, -1);
            if (ends)
            {
                rest.Offer(step, to);
                continue;
            }

            foreach (Crossings exits in _exits[node])
            {
                if (double.IsPositiveInfinity(exits.MinLinear[to])) continue;
                foreach (PlanPart exit in exits.At(to))
                {
                    rest.Offer(
                        exit with { Ms = ms + exit.Ms, Joules = step.Joules + exit.Joules, Price = step.Price + exit.Price, Near = ms + exit.Near, Linear = linear + exit.Linear }, to);
                }
            }
        }

        foreach (PlanPart entry in all)
        {
            if (set.Beats(entry.Ms + _restMs[node][row.From + 1], entry.Bytes, Math.Min(1, entry.Loss))) continue;
            foreach ((PlanPart part, int to) in rest.Parts)
            {
                PlanCandidate candidate = Join(entry, node, row.From, 0, 0, to, part);
                if (Allows(candidate)) set.Offer(candidate);
            }
        }
    }

    private bool[] MayCode(CutProfile cut, int at, HashSet<CodecSpec>? codecs)
    {
        bool[] may = new bool[cut.Codecs.Length];
        for (int k = 0; k < may.Length; k++) may[k] = codecs?.Contains(cut.Codecs[k].Codec) != false && _constraints.AllowsLoss(_model.Loss(at, k));
        return may;
    }

    private double[][] Table(int width) => [.. _entries.Select(e => e is null ? [] : new double[width])];

    private bool AllowsCuts(int count, int minCuts) => count >= Math.Max(minCuts, _space.MinCuts) && count <= _space.MaxCuts;

    private double LinearPerMs(int node) => _meter.Linear(1, 0, 0, _meter.JoulesOf(node, 1), _meter.PriceOf(node, 1));

    private Crossings? Entries(int node)
    {
        Profile profile = _index.Profile;
        if (profile.Nodes[node].Tier == Tier.Device || !_mayRun[node] || !_model.HasLink(_device, node)) return null;
        bool everything = _model.CountsEverything;
        List<PartSeed> seeds = [];
        int[] start = new int[_index.End + 2];
        double[] segment = new double[_index.End + 1];
        if (_filter.AllowsInput)
        {
            for (int x = 0; x < profile.Inputs.Length; x++)
            {
                InputProfile input = profile.Inputs[x];
                if (!_space.AllowsInput(_index, x)) continue;
                Add(everything ? _index.DecodeInput(node, x) : 0, everything ? _index.EncodeInput(_device, x) : 0, input.Bytes.Value, _model.InputLoss(x), x);
            }
        }

        start[1] = seeds.Count;
        int filled = 1;
        if (_mayRun[_device] && _space.MaxCuts > 0)
        {
            double local = everything ? _index.DecodeLocal(_device) : 0;
            foreach ((int cut, double head) in _index.SegmentsFrom(_device, -1))
            {
                if (cut == _index.End || !_mayCut[cut] || !_filter.AllowsHead(cut)) continue;
                segment[cut + 1] = head;
                // Places that the device does not reach have no way.
                while (filled < cut + 1) start[++filled] = seeds.Count;
                for (int k = 0; k < _mayCode[cut].Length; k++)
                {
                    if (!_mayCode[cut][k]) continue;
                    double far = local + head + (everything ? _index.Encode(_device, cut, k) : 0);
                    Add(everything ? _index.Decode(node, cut, k) : 0, far, _model.Bytes(cut, k), _model.Loss(cut, k), k);
                }
            }
        }

        while (filled < _index.End + 1) start[++filled] = seeds.Count;
        return seeds.Count == 0 ? null : new(node, _device, isExit: false, [.. seeds], start, segment);

        void Add(double near, double far, long bytes, double loss, int choice)
        {
            double all = _model.VariantLoss + loss;
            if (!double.IsNaN(near + far) && _constraints.AllowsBytes(bytes) && _filter.AllowsCrossing(_device, bytes) && _constraints.AllowsLoss(all))
                seeds.Add(new(near, far, bytes, all, choice));
        }
    }

    private Crossings[] Exits(int node)
    {
        if (_space.MaxCuts == 0) return [];
        Profile profile = _index.Profile;
        bool everything = _model.CountsEverything;
        List<Crossings> exits = [];
        for (int last = 0; last < _mayRun.Length; last++)
        {
            if (!_mayRun[last] || profile.Nodes[last].Tier <= profile.Nodes[node].Tier || !_model.HasLink(node, last)) continue;
            List<PartSeed> seeds = [];
            int[] start = new int[_index.End + 1];
            double[] segment = new double[_index.End];
            for (int cut = 0; cut < _index.End; cut++)
            {
                double tail = segment[cut] = _index.Tail(last, cut);
                start[cut] = seeds.Count;
                bool[] mayCode = _mayCut[cut] && !double.IsNaN(tail) ? _mayCode[cut] : [];
                for (int k = 0; k < mayCode.Length; k++)
                {
                    if (!mayCode[k]) continue;
                    long bytes = _model.Bytes(cut, k);
                    double near = everything ? _index.Encode(node, cut, k) : 0;
                    double far = tail + (everything ? _index.Decode(last, cut, k) : 0);
                    if (!double.IsNaN(near + far) && _filter.AllowsCrossing(node, bytes)) seeds.Add(new(near, far, bytes, _model.Loss(cut, k), k));
                }
            }

            start[^1] = seeds.Count;
            if (seeds.Count > 0) exits.Add(new(node, last, isExit: true, [.. seeds], start, segment));
        }

        return [.. exits];
    }

    // What may follow at best, for each place where work can reach the node.
    private void Bound(int node)
    {
        double[] exitLinear = _exitLinear[node];
        double[] exitMs = _exitMs[node];
        double[] exitNear = _exitNear[node];
        double[] exitFar = _exitFar[node];
        Array.Fill(exitLinear, double.PositiveInfinity);
        Array.Fill(exitMs, double.PositiveInfinity);
        Array.Fill(exitNear, double.PositiveInfinity);
        Array.Fill(exitFar, double.PositiveInfinity);
        foreach (Crossings exits in _exits[node])
        {
            Lower(exitLinear, exits.MinLinear);
            Lower(exitMs, exits.MinMs);
            Lower(exitNear, exits.MinNear);
            Lower(exitFar, exits.MinFar);
        }

        Crossings entries = _entries[node]!;
        double ratio = _ratio[node];
        double perMs = LinearPerMs(node);
        for (int from = -1; from < _index.End; from++)
        {
            double linear = double.PositiveInfinity;
            double least = double.PositiveInfinity;
            double period = double.PositiveInfinity;
            int cuts = from < 0 ? 0 : 1;
            bool mayEnd = AllowsCuts(cuts, 0);
            bool mayGoOn = AllowsCuts(cuts + 1, 0);
            // A place that no work reaches needs no bound.
            ReadOnlySpan<(int To, double Ms)> segments = entries.HasWays(from + 1) ? _index.SegmentsFrom(node, from) : [];
            if (segments.Length > 0 && segments[^1].To == _index.End)
            {
                if (mayEnd)
                {
                    double ms = segments[^1].Ms * ratio;
                    linear = perMs * ms;
                    least = period = ms;
                }

                segments = segments[..^1];
            }

            if (mayGoOn)
            {
                foreach ((int to, double profiled) in segments)
                {
                    double ms = profiled * ratio;
                    linear = Math.Min(linear, (perMs * ms) + exitLinear[to]);
                    least = Math.Min(least, ms + exitMs[to]);
                    period = Math.Min(period, Math.Max(exitFar[to], ms + exitNear[to]));
                }
            }

            _restLinear[node][from + 1] = linear;
            _restMs[node][from + 1] = least;
            _restPeriod[node][from + 1] = period;
        }
    }

    private static void Lower(double[] to, double[] with)
    {
        for (int i = 0; i < to.Length; i++) to[i] = Math.Min(to[i], with[i]);
    }

    // Joules and money are whole only if the exit holds those of the segment, too, as it does for a Pareto set; who asks for the best has them in the score.
    private PlanCandidate Join(in PlanPart entry, int node, int from, double ms, double linear, int to, in PlanPart exit)
    {
        double period = Math.Max(Math.Max(entry.Far, exit.Far), entry.Near + (ms + exit.Near));
        return new(
            entry.Linear + (linear + exit.Linear) + _objective.Bottleneck(period), entry.Ms + (ms + exit.Ms), entry.Bytes, entry.BytesTotal + exit.BytesTotal,
            Math.Min(1, entry.Loss + exit.Loss), entry.Joules + exit.Joules, entry.Price + exit.Price, period,
            _variant, _device, node, from, entry.Choice, to, exit.Node, exit.Choice);
    }

    private void Offer(BestPlans best, in PlanCandidate candidate)
    {
        if (!best.Rejects(candidate.Score, candidate.Ms) && Allows(candidate)) best.Offer(candidate);
    }

    private bool Allows(in PlanCandidate candidate) =>
        _constraints.AllowsLatency(candidate.Ms) && _constraints.AllowsLoss(candidate.Loss) && _filter.Allows(candidate);
}
