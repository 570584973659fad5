using Isthmus.Core.Codec;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>
/// Every plan of a search space, one after the other, whatever the constraints are: for questions that a search for the best cannot answer, such as which constraints stand in
/// the way. Takes time in proportion to the number of plans.
/// </summary>
internal sealed class PlanEnumeration
{
    private readonly CostModel _model;
    private readonly ProfileIndex _index;
    private readonly SearchSpace _space;
    private readonly int[] _devices;
    private readonly bool[] _mayRun;
    private readonly bool[] _mayCut;
    private readonly bool[][] _mayCode;

    /// <summary>The plans of a request's search space.</summary>
    public PlanEnumeration(PlanningRequest request, CostModel model)
    {
        _model = model;
        _index = model.Index;
        SearchSpace space = _space = request.Space;
        _devices = request.Device is { } device ? [_index.NodeAt(device)] : _index.Devices;
        Profile profile = _index.Profile;
        _mayRun = [.. profile.Nodes.Select(space.Allows)];
        HashSet<string>? cuts = space.Cuts?.ToHashSet(StringComparer.Ordinal);
        HashSet<CodecSpec>? codecs = space.Codecs?.ToHashSet();
        _mayCut = [.. profile.Cuts.Select(c => cuts?.Contains(c.Id) != false)];
        _mayCode = [.. profile.Cuts.Select(c => c.Codecs.Select(k => codecs?.Contains(k.Codec) != false).ToArray())];
    }

    /// <summary>How many plans there are.</summary>
    public static long Count(PlanningRequest request, CostModel model)
    {
        Counter counter = new();
        new PlanEnumeration(request, model).Visit(counter);
        return counter.Plans;
    }

    /// <summary>Shows all plans to a visitor.</summary>
    public void Visit(IPlanVisitor visitor)
    {
        foreach (int device in _devices) Visit(visitor, device);
    }

    private void Visit(IPlanVisitor visitor, int device)
    {
        Whole(visitor, device);
        for (int node = 0; node < _mayRun.Length; node++)
        {
            if (!_mayRun[node] || _index.Profile.Nodes[node].Tier == Tier.Device || !_model.HasLink(device, node)) continue;
            Entry[][] entries = Entries(device, node);
            Through(visitor, device, node, entries, -1, []);
            for (int last = 0; last < _mayRun.Length; last++)
            {
                if (_mayRun[last] && _index.Profile.Nodes[last].Tier > _index.Profile.Nodes[node].Tier && _model.HasLink(node, last))
                    Through(visitor, device, node, entries, last, Exits(node, last));
            }
        }
    }

    private void Whole(IPlanVisitor visitor, int device)
    {
        double compute = _model.DecodeLocal(device) + _model.Compute(device, -1, _index.End);
        double ms = compute + _model.Queue(device) + _model.Overhead(device);
        if (_mayRun[device] && AllowsCuts(0) && !double.IsNaN(ms) && visitor.Enters(new(device, device, -1, _index.End, -1)))
            visitor.Visit(new(ms, 0, 0, Math.Min(1, _model.VariantLoss), compute, 0, 0));
    }

    private void Through(IPlanVisitor visitor, int device, int node, Entry[][] entries, int last, Exit[][] exits)
    {
        for (int from = -1; from < _index.End; from++)
        {
            if (entries[from + 1].Length == 0) continue;
            int cuts = (from < 0 ? 0 : 1) + (last < 0 ? 0 : 1);
            if (!AllowsCuts(cuts)) continue;
            foreach ((int to, double profiled) in _index.SegmentsFrom(node, from))
            {
                bool ends = to == _index.End;
                if (ends != (last < 0) || (!ends && exits[to].Length == 0) || !visitor.Enters(new(device, node, from, to, last))) continue;
                double ms = profiled * _model.Ratio(node);
                foreach (Entry a in entries[from + 1])
                {
                    if (ends)
                    {
                        visitor.Visit(new(a.Ms + ms, a.Bytes, 0, Math.Min(1, a.Loss), a.DeviceMs, a.NodeMs + ms, 0));
                        continue;
                    }

                    foreach (Exit b in exits[to])
                        visitor.Visit(new(a.Ms + ms + b.Ms, a.Bytes, b.Bytes, Math.Min(1, a.Loss + b.Loss), a.DeviceMs, a.NodeMs + ms + b.NodeMs, b.LastMs));
                }
            }
        }
    }

    // By where they lead, plus one: the input, then the cuts.
    private Entry[][] Entries(int device, int node)
    {
        Entry[][] entries = new Entry[_index.End + 1][];
        Array.Fill(entries, []);
        double there = _model.Queue(node) + _model.Overhead(node) + _model.Return(node, device);
        List<Entry> found = [];
        for (int x = 0; x < _index.Profile.Inputs.Length; x++)
        {
            InputProfile input = _index.Profile.Inputs[x];
            if (!_space.AllowsInput(_index, x)) continue;
            double encode = _model.EncodeInput(device, x);
            double decode = _model.DecodeInput(node, x);
            Add(new(encode + _model.Send(device, node, input.Bytes.Value) + decode + there, input.Bytes.Value, _model.VariantLoss + _model.InputLoss(x), encode, decode));
        }

        entries[0] = [.. found];
        if (!_mayRun[device] || _space.MaxCuts == 0) return entries;
        there += _model.Queue(device) + _model.Overhead(device);
        foreach ((int cut, double head) in _index.SegmentsFrom(device, -1))
        {
            if (cut == _index.End || !_mayCut[cut]) continue;
            found.Clear();
            for (int k = 0; k < _mayCode[cut].Length; k++)
            {
                if (!_mayCode[cut][k]) continue;
                double own = _model.DecodeLocal(device) + (head * _model.Ratio(device)) + _model.Encode(device, cut, k);
                double decode = _model.Decode(node, cut, k);
                long bytes = _model.Bytes(cut, k);
                Add(new(own + _model.Send(device, node, bytes) + decode + there, bytes, _model.VariantLoss + _model.Loss(cut, k), own, decode));
            }

            entries[cut + 1] = [.. found];
        }

        return entries;

        void Add(Entry entry)
        {
            if (!double.IsNaN(entry.Ms)) found.Add(entry);
        }
    }

    private Exit[][] Exits(int node, int last)
    {
        Exit[][] exits = new Exit[_index.End][];
        List<Exit> found = [];
        for (int cut = 0; cut < _index.End; cut++)
        {
            found.Clear();
            double tail = _model.Tail(last, cut);
            double rest = _model.Queue(last) + _model.Overhead(last) + _model.Return(last, node);
            for (int k = 0; _mayCut[cut] && !double.IsNaN(tail) && k < _mayCode[cut].Length; k++)
            {
                if (!_mayCode[cut][k]) continue;
                double encode = _model.Encode(node, cut, k);
                double decode = _model.Decode(last, cut, k);
                long bytes = _model.Bytes(cut, k);
                double ms = encode + _model.Send(node, last, bytes) + decode + tail + rest;
                if (!double.IsNaN(ms)) found.Add(new(ms, bytes, _model.Loss(cut, k), encode, decode + tail));
            }

            exits[cut] = [.. found];
        }

        return exits;
    }

    private bool AllowsCuts(int count) => count >= _space.MinCuts && count <= _space.MaxCuts;

    private readonly record struct Entry(double Ms, long Bytes, double Loss, double DeviceMs, double NodeMs);

    private readonly record struct Exit(double Ms, long Bytes, double Loss, double NodeMs, double LastMs);

    private sealed class Counter : IPlanVisitor
    {
        public long Plans { get; private set; }

        public bool Enters(in PlanShape shape) => true;

        public void Visit(in PlanFigures plan) => Plans++;
    }
}
