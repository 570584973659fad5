using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Bench;

/// <summary>
/// JALAD's integer program between the device and one other node by the paper's cost, laid out as a table of costs and losses, and solved in two ways
/// that know nothing of the planner.
/// </summary>
internal sealed class JaladTable
{
    private readonly double[] _cost;
    private readonly double[] _loss;

    /// <summary>Lays out the variables x_ic, the upload and the whole network on the device.</summary>
    public JaladTable(Profile profile, string cloud, double bitsPerSecond)
    {
        NodeProfile edge = profile.Nodes.Single(n => n.Tier == Tier.Device);
        NodeProfile other = profile.Nodes.Single(n => n.Name == cloud);
        Dictionary<(string?, string?), double> heads = edge.Segments.ToDictionary(s => (s.From, s.To), s => s.Timing.P50.Value);
        Dictionary<(string?, string?), double> tails = other.Segments.ToDictionary(s => (s.From, s.To), s => s.Timing.P50.Value);
        InputProfile file = profile.Inputs.Single(i => i.Encoding == InputEncoding.File);
        List<(double Cost, double Loss)> x = [(heads[(null, null)], 0), ((file.Bytes.Value * 8e3 / bitsPerSecond) + tails[(null, null)], file.AccuracyLoss)];
        foreach (CutProfile cut in profile.Cuts)
        {
            foreach (CodecProfile c in cut.Codecs.Where(c => c.Codec is { Kind: CodecKind.Huffman, Parameter: <= 8 }))
                x.Add((heads[(null, cut.Id)] + (c.Bytes.Value * 8e3 / bitsPerSecond) + tails[(cut.Id, null)], c.AccuracyLoss));
        }

        _cost = [.. x.Select(v => v.Cost)];
        _loss = [.. x.Select(v => v.Loss)];
    }

    /// <summary>The number of variables.</summary>
    public int Variables => _cost.Length;

    /// <summary>The optimum by looking at each variable once.</summary>
    public double Scan(double budget)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < _cost.Length; i++)
        {
            if (_loss[i] <= budget && _cost[i] < best) best = _cost[i];
        }

        return best;
    }

    /// <summary>The optimum by trying every 0/1 vector, with both rows and the objective as the paper writes them.</summary>
    public double EveryVector(double budget)
    {
        double best = double.PositiveInfinity;
        for (uint vector = 0; vector < 1u << _cost.Length; vector++)
        {
            int sum = 0;
            double loss = 0;
            double cost = 0;
            for (int i = 0; i < _cost.Length; i++)
            {
                uint bit = (vector >> i) & 1;
                sum += (int)bit;
                loss += bit * _loss[i];
                cost += bit * _cost[i];
            }

            if (sum == 1 && loss <= budget && cost < best) best = cost;
        }

        return best;
    }
}
