using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Bench;

/// <summary>
/// The planner's rival: nested loops over every node, cut, codec and input encoding, with all numbers in arrays, that add up each plan
/// and keep the fastest and the Pareto set. It skips nothing.
/// </summary>
internal sealed class PlainEnumeration
{
    private readonly int _cuts;
    private readonly double[,,] _compute;
    private readonly double[,,] _encode;
    private readonly double[,,] _decode;
    private readonly double[,] _encodeInput;
    private readonly double[,] _decodeInput;
    private readonly double[,] _halfTrip;
    private readonly double[,] _perByte;
    private readonly double[] _overhead;
    private readonly Profile _profile;
    private readonly double _local;
    private readonly double _loss;
    private readonly double _maxLoss;
    private bool _withPareto;

    /// <summary>Lays a profile out whose first node is the device and in which every cut has the same codecs.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="loss">What the network itself loses.</param>
    /// <param name="maxLoss">The largest loss that is allowed.</param>
    public PlainEnumeration(Profile profile, double loss = 0, double maxLoss = 1)
    {
        _profile = profile;
        _loss = loss;
        _maxLoss = maxLoss;
        _cuts = profile.Cuts.Length;
        int nodes = profile.Nodes.Length;
        int codecs = profile.Cuts.Length == 0 ? 0 : profile.Cuts[0].Codecs.Length;
        Dictionary<string, int> at = profile.Cuts.Select((c, i) => (c.Id, i)).ToDictionary(c => c.Id, c => c.i);
        _compute = new double[nodes, _cuts + 1, _cuts + 1];
        _encode = new double[nodes, _cuts, codecs];
        _decode = new double[nodes, _cuts, codecs];
        _encodeInput = new double[nodes, profile.Inputs.Length];
        _decodeInput = new double[nodes, profile.Inputs.Length];
        _overhead = [.. profile.Nodes.Select(n => n.Overhead.Value)];
        for (int n = 0; n < nodes; n++)
        {
            foreach (SegmentTiming s in profile.Nodes[n].Segments)
                _compute[n, s.From is null ? 0 : at[s.From] + 1, s.To is null ? _cuts : at[s.To]] = s.Timing.P50.Value;
            foreach (CodecTiming c in profile.Nodes[n].Codecs)
            {
                int k = profile.Cuts[at[c.Cut]].Codecs.Select((x, i) => (x.Codec, i)).First(x => x.Codec == c.Codec).i;
                _encode[n, at[c.Cut], k] = c.Encode.Value;
                _decode[n, at[c.Cut], k] = c.Decode.Value;
            }

            foreach (InputTiming t in profile.Nodes[n].Inputs)
            {
                if (t.Encoding.Kind == InputKind.Local)
                {
                    _local = t.Decode.Value;
                    continue;
                }

                int x = profile.Inputs.Select((p, i) => (p.Encoding, i)).First(p => p.Encoding == t.Encoding).i;
                _encodeInput[n, x] = t.Encode.Value;
                _decodeInput[n, x] = t.Decode.Value;
            }
        }

        _halfTrip = new double[nodes, nodes];
        _perByte = new double[nodes, nodes];
        foreach (LinkProfile l in profile.Links)
        {
            int from = profile.Nodes.Select((n, i) => (n.Name, i)).First(n => n.Name == l.From).i;
            int to = profile.Nodes.Select((n, i) => (n.Name, i)).First(n => n.Name == l.To).i;
            _halfTrip[from, to] = l.RoundTrip.Value / 2;
            _perByte[from, to] = 8e3 / l.Bandwidth.Value;
        }
    }

    /// <summary>The number of plans that <see cref="Run()"/> looked at.</summary>
    public long Plans { get; private set; }

    /// <summary>The fastest plan's milliseconds.</summary>
    public double Best { get; private set; }

    /// <summary>The Pareto set over milliseconds, bytes and loss.</summary>
    public List<(double Ms, long Bytes, double Loss)> Pareto { get; private set; } = [];

    /// <summary>Replaces what a link was.</summary>
    public void Set(LinkProfile link)
    {
        int from = _profile.Nodes.Select((n, i) => (n.Name, i)).First(n => n.Name == link.From).i;
        int to = _profile.Nodes.Select((n, i) => (n.Name, i)).First(n => n.Name == link.To).i;
        _halfTrip[from, to] = link.RoundTrip.Value / 2;
        _perByte[from, to] = 8e3 / link.Bandwidth.Value;
    }

    /// <summary>Looks at every plan, and keeps the Pareto set.</summary>
    public void Run() => Run(withPareto: true);

    /// <summary>Looks at every plan.</summary>
    public void Run(bool withPareto)
    {
        _withPareto = withPareto;
        Plans = 0;
        Best = double.PositiveInfinity;
        Pareto = [];
        Offer(_local + _compute[0, 0, _cuts], 0, 0);
        for (int n = 1; n < _overhead.Length; n++)
        {
            for (int x = 0; x < _profile.Inputs.Length; x++)
            {
                long bytes = _profile.Inputs[x].Bytes.Value;
                double loss = _profile.Inputs[x].AccuracyLoss;
                double ms = _encodeInput[0, x] + Send(0, n, bytes) + _decodeInput[n, x] + _overhead[n] + Return(n, 0);
                Offer(ms + _compute[n, 0, _cuts], bytes, loss);
                for (int j = 0; j < _cuts; j++) Exits(ms + _compute[n, 0, j], bytes, loss, n, j);
            }

            for (int i = 0; i < _cuts; i++)
            {
                for (int k = 0; k < _profile.Cuts[i].Codecs.Length; k++)
                {
                    CodecProfile codec = _profile.Cuts[i].Codecs[k];
                    double ms = _local + _compute[0, 0, i] + _encode[0, i, k] + Send(0, n, codec.Bytes.Value) + _decode[n, i, k] + _overhead[n] + Return(n, 0);
                    Offer(ms + _compute[n, i + 1, _cuts], codec.Bytes.Value, codec.AccuracyLoss);
                    for (int j = i + 1; j < _cuts; j++) Exits(ms + _compute[n, i + 1, j], codec.Bytes.Value, codec.AccuracyLoss, n, j);
                }
            }
        }
    }

    private void Exits(double ms, long bytes, double loss, int node, int cut)
    {
        for (int last = 1; last < _overhead.Length; last++)
        {
            if (_profile.Nodes[last].Tier <= _profile.Nodes[node].Tier) continue;
            for (int k = 0; k < _profile.Cuts[cut].Codecs.Length; k++)
            {
                CodecProfile codec = _profile.Cuts[cut].Codecs[k];
                Offer(
                    ms + _encode[node, cut, k] + Send(node, last, codec.Bytes.Value) + _decode[last, cut, k] + _compute[last, cut + 1, _cuts] + _overhead[last] + Return(last, node),
                    bytes, loss + codec.AccuracyLoss);
            }
        }
    }

    private double Send(int from, int to, long bytes) => _halfTrip[from, to] + (bytes * _perByte[from, to]);

    private double Return(int from, int to) => _halfTrip[to, from] + (_profile.OutputBytes * _perByte[from, to]);

    private void Offer(double ms, long bytes, double loss)
    {
        Plans++;
        loss = Math.Min(1, _loss + loss);
        if (loss > _maxLoss) return;
        Best = Math.Min(Best, ms);
        if (!_withPareto) return;
        foreach ((double m, long b, double l) in Pareto)
        {
            if (m <= ms && b <= bytes && l <= loss) return;
        }

        Pareto.RemoveAll(p => ms <= p.Ms && bytes <= p.Bytes && loss <= p.Loss);
        Pareto.Add((ms, bytes, loss));
    }
}
