using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Bench;

/// <summary>Scission's way to an answer, in plain loops: every configuration of every triple of machines with its sums, then sorted.</summary>
internal sealed class ScissionLoops
{
    private readonly Profile _profile;
    private readonly Dictionary<string, double[]> _ms = [];
    private readonly Dictionary<(string, string), LinkProfile> _links;
    private readonly double[] _out;

    public ScissionLoops(Profile profile)
    {
        _profile = profile;
        foreach (NodeProfile node in profile.Nodes) _ms[node.Name] = [.. node.Segments.Select(s => s.Timing.P50.Value)];
        _links = profile.Links.ToDictionary(l => (l.From, l.To));
        _out = [.. profile.Cuts.Select(c => (double)c.Bytes.Value)];
    }

    /// <summary>Milliseconds of all configurations in which the device is used, a block is on the edge and another on the cloud, fastest first.</summary>
    public List<double> Run(int onEdge, int onCloud)
    {
        int last = _out.Length;
        List<double> all = [];
        foreach (string device in Of(Tier.Device))
        {
            foreach (string edge in Of(Tier.Edge))
            {
                foreach (string cloud in Of(Tier.Cloud))
                {
                    for (int x = 0; x < last; x++)
                    {
                        for (int y = x + 1; y < last; y++)
                        {
                            if (x >= onEdge || y < onEdge || y >= onCloud) continue;
                            double ms = Hop(device, edge, _out[x]) + Hop(edge, cloud, _out[y]);
                            for (int b = 0; b <= last; b++) ms += _ms[b <= x ? device : b <= y ? edge : cloud][b];
                            all.Add(ms);
                        }
                    }
                }
            }
        }

        all.Sort();
        return all;
    }

    private IEnumerable<string> Of(Tier tier) => _profile.Nodes.Where(n => n.Tier == tier).Select(n => n.Name);

    private double Hop(string from, string to, double bytes) => _links[(from, to)].RoundTrip.Value + (bytes * 8e3 / _links[(from, to)].Bandwidth.Value);
}
