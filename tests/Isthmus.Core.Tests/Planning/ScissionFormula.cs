using Isthmus.Core.Planning;

namespace Isthmus.Core.Tests.Planning;

/// <summary>
/// Scission's enumeration, as literally as its description allows: for each triple of machines every (x, y, z), its latency as a sum of blocks and hops. Shares no code with the planner,
/// and reads the tables by itself.
/// </summary>
internal sealed class ScissionFormula
{
    private readonly List<(string Name, Tier Tier, double[][] Blocks)> _systems = [];
    private readonly Dictionary<(string, string), (double Ping, double BytesPerSecond)> _links = [];

    public ScissionFormula(string benchmarks, string links, string model)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(benchmarks));
        foreach (System.Text.Json.JsonProperty system in document.RootElement.GetProperty("systems").EnumerateObject())
        {
            Tier tier = Enum.Parse<Tier>(system.Value.GetProperty("tier").GetString()!, ignoreCase: true);
            double[][] blocks = [.. system.Value.GetProperty("models").GetProperty(model).EnumerateArray().Select(b => b.EnumerateArray().Select(n => n.GetDouble()).ToArray())];
            _systems.Add((system.Name[(system.Name.IndexOf('-', StringComparison.Ordinal) + 1)..], tier, blocks));
        }

        foreach (string line in File.ReadAllLines(links).Skip(1))
        {
            string[] c = [.. line.Split(',').Select(x => x.Trim())];
            _links[(c[0], c[1])] = (double.Parse(c[2]) / 1000, Math.Round(double.Parse(c[3]) * 125000));
        }
    }

    public int Blocks => _systems[0].Blocks.Length;

    public int Triples => Of(Tier.Device).Count() * Of(Tier.Edge).Count() * Of(Tier.Cloud).Count();

    /// <summary>A configuration: the last block of the device and of the edge, −1 if unused; whether the cloud is used.</summary>
    public sealed record Row(string? Device, string? Edge, string? Cloud, int X, int Y, double Seconds, long Bytes)
    {
        /// <summary>The layers of a tier; null if it is unused.</summary>
        public (int First, int Last)? Device_ { get; init; }

        public (int First, int Last)? Edge_ { get; init; }

        public (int First, int Last)? Cloud_ { get; init; }
    }

    public List<Row> All(double megabytes)
    {
        List<Row> rows = [];
        int last = Blocks - 1;
        foreach ((string device, _, double[][] d) in Of(Tier.Device))
        {
            foreach ((string edge, _, double[][] e) in Of(Tier.Edge))
            {
                foreach ((string cloud, _, double[][] c) in Of(Tier.Cloud))
                {
                    for (int x = -1; x <= last; x++)
                    {
                        // The edge runs x+1…y, or nothing.
                        List<int> ends = x == last ? [-1] : [-1, .. Enumerable.Range(x + 1, last - x)];
                        foreach (int y in ends)
                        {
                            int z = Math.Max(x, y);
                            bool edgeUsed = y >= 0;
                            bool cloudUsed = z < last;
                            double seconds = 0;
                            for (int b = 0; b <= x; b++) seconds += d[b][2];
                            for (int b = x + 1; b <= y; b++) seconds += e[b][2];
                            for (int b = z + 1; b <= last; b++) seconds += c[b][2];
                            double outOfDevice = edgeUsed || cloudUsed ? x < 0 ? megabytes * 1e6 : d[x][3] : 0;
                            double outOfEdge = edgeUsed && cloudUsed ? e[y][3] : 0;
                            if (edgeUsed) seconds += Hop(device, edge, outOfDevice);
                            if (edgeUsed && cloudUsed) seconds += Hop(edge, cloud, outOfEdge);
                            if (!edgeUsed && cloudUsed) seconds += Hop(device, cloud, outOfDevice);
                            rows.Add(new(x >= 0 ? device : null, edgeUsed ? edge : null, cloudUsed ? cloud : null, x, y, seconds, (long)Math.Round(outOfDevice + outOfEdge))
                            {
                                Device_ = x >= 0 ? (0, (int)d[x][1]) : null,
                                Edge_ = edgeUsed ? ((int)e[x + 1][0], (int)e[y][1]) : null,
                                Cloud_ = cloudUsed ? ((int)c[z + 1][0], (int)c[last][1]) : null,
                            });
                        }
                    }
                }
            }
        }

        return rows;
    }

    private double Hop(string from, string to, double bytes) => _links[(from, to)].Ping + (bytes / _links[(from, to)].BytesPerSecond);

    private IEnumerable<(string Name, Tier Tier, double[][] Blocks)> Of(Tier tier) => _systems.Where(s => s.Tier == tier);
}
