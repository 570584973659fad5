using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Assignment;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Quantities;

namespace Isthmus.Bench;

/// <summary>Requests that share invented links and nodes, from a seed: some problems have room for all, in others links or nodes are far too slow.</summary>
internal static class InventedAssignment
{
    /// <summary>A problem.</summary>
    /// <param name="seed">Another seed, another problem.</param>
    /// <param name="requests">How many requests.</param>
    /// <param name="servers">How many nodes beside the devices: edges and clouds in turn.</param>
    /// <param name="variants">How many networks, each better and slower than the one before.</param>
    /// <param name="objective">What is wanted.</param>
    public static AssignmentProblem Create(int seed, int requests, int servers, int variants, AssignmentObjective objective)
    {
        Random random = new(seed);
        double crowd = Between(0.4, 3);
        double[] speeds = [Between(150, 1500), .. Enumerable.Range(0, servers).Select(i => i % 2 == 0 ? Between(15, 80) : Between(4, 25))];
        (double Rate, double RoundTrip)[] links = [.. Enumerable.Range(0, servers).Select(i => (Math.Exp(Between(11.5, 15)) * Math.Max(1, requests / 4.0 / servers), i % 2 == 0 ? Between(2, 15) : Between(20, 60)))];
        List<PlanVariant> networks = [];
        for (int v = 0; v < variants; v++)
        {
            double slower = Math.Pow(2, v) * Between(0.8, 1.2);
            GompertzCurve curve = new(Between(0.9, 1), Between(1.5, 8), Between(3, 12));
            double whole = Math.Min(1, curve.At(1) + 0.01);
            double[] fractions = [0.05, 0.2, 0.5, 1];
            long bytes = random.Next(8_000, 60_000);
            InputCurve input = new(
                "embedded", InputEncoding.Embedded, new(bytes), 500, whole,
                [.. fractions.Select(x => new CurvePoint(InputEncoding.Embedded.First(x), x, new((long)(bytes * x)), curve.At(x), curve.At(x), curve.At(x), curve.At(x), 500))],
                [new(curve.Kind, AccuracyCurves.Parameters(curve), 0.01, null, [])], curve.Kind);
            double encode = Between(1, 8), decode = Between(0.5, 3);
            Profile profile = new(
                Profile.CurrentVersion, ModelHash.Of([(byte)v, (byte)seed]), $"network{v + 1}.onnx", DateTimeOffset.UnixEpoch, "0", 500, 4000, [], [new(InputEncoding.Embedded, new(bytes), 0, 500)],
                [.. speeds.Select((ms, n) => Node(n, ms * slower, encode, decode))],
                [.. links.Select((l, i) => new LinkProfile("device", Name(i + 1), new(l.RoundTrip), new(l.Rate), true))])
            { InputCurves = [input] };
            networks.Add(new(ProfileIndex.Of(profile), (variants - 1 - v) * 0.1));
        }

        ImmutableArray<AssignmentRequest> all = [.. Enumerable.Range(0, requests).Select(r => new AssignmentRequest($"user{r + 1}")
        {
            PerSecond = Between(0.2, 1.5) * crowd,
            Weight = random.Next(3) == 0 ? random.Next(1, 4) : 1,
            MinAccuracy = random.Next(3) switch { 0 => 0, 1 => 0.5, _ => Between(0.5, 0.8) },
            MaxMs = objective == AssignmentObjective.Latency && random.Next(2) == 0 ? null : Between(60, 700),
            Bytes = random.Next(3) == 0 ? random.Next(4_000, 90_000) : null,
            AccuracyWeight = Between(0.5, 2),
            TimeWeight = Between(0, 1),
        })];
        return AssignmentProblem.Of(new(networks[0].Index) { Variants = [.. networks] }, all, objective);

        double Between(double low, double high) => low + (random.NextDouble() * (high - low));
    }

    private static string Name(int node) => node == 0 ? "device" : node % 2 == 1 ? $"edge{(node + 1) / 2}" : $"cloud{node / 2}";

    private static NodeProfile Node(int node, double ms, double encode, double decode)
    {
        Tier tier = node == 0 ? Tier.Device : node % 2 == 1 ? Tier.Edge : Tier.Cloud;
        Timing whole = new(new(ms), new(ms), 5);
        InputTiming embedded = new(InputEncoding.Embedded, new(encode), new(decode));
        return new(
            Name(node), tier, tier == Tier.Device ? null : $"http://{Name(node)}", 1, "invented", "invented", 1, tier == Tier.Device ? Milliseconds.Zero : new(1), [new(null, null, whole)], [],
            tier == Tier.Device ? [embedded, new(InputEncoding.Local, Milliseconds.Zero, new(2))] : [embedded]);
    }
}
