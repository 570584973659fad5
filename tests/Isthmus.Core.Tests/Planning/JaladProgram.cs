using System.Numerics;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning;

/// <summary>
/// JALAD's integer program as the paper writes it, solved by trying every 0/1 vector: min Σ x_ic·cost_ic subject to Σ x_ic = 1 and Σ A_i(c)·x_ic ≤ Δα.
/// Shares no code with the planner.
/// </summary>
internal static class JaladProgram
{
    /// <summary>One variable x_ic: to decouple after i with c bits. i = 0 uploads the picture; i = N computes everything where it is.</summary>
    public sealed record Variable(int Cut, int Bits, double Cost, double Loss);

    /// <summary>The optimal value and all variables that reach it alone; null if no vector satisfies both rows.</summary>
    public static (double Value, List<Variable> Chosen)? Solve(IReadOnlyList<Variable> x, double budget)
    {
        double best = double.PositiveInfinity;
        List<Variable> chosen = [];
        for (uint vector = 0; vector < 1u << x.Count; vector++)
        {
            double objective = 0;
            double loss = 0;
            int sum = 0;
            for (int i = 0; i < x.Count; i++)
            {
                uint bit = (vector >> i) & 1;
                objective += bit * x[i].Cost;
                loss += bit * x[i].Loss;
                sum += (int)bit;
            }

            if (sum != 1 || loss > budget + 1e-12) continue;
            if (objective < best - 1e-9)
            {
                best = objective;
                chosen.Clear();
            }

            if (objective <= best + 1e-9) chosen.Add(x[BitOperations.TrailingZeroCount(vector)]);
        }

        return chosen.Count == 0 ? null : (best, chosen);
    }

    /// <summary>The variables of a profile of two nodes, the device and one other.</summary>
    /// <param name="profile">Everything in it is measured that the cost needs.</param>
    /// <param name="everything">Whether encoding, decoding and round-trip times count; else it is the paper's cost.</param>
    public static List<Variable> Variables(Profile profile, bool everything)
    {
        NodeProfile edge = profile.Nodes[0];
        NodeProfile cloud = profile.Nodes[1];
        LinkProfile up = profile.Links.Single(l => l.From == edge.Name);
        LinkProfile? down = profile.Links.SingleOrDefault(l => l.From == cloud.Name);
        // T_E(i) and T_C(i), transfers in milliseconds of 8·S/BW.
        double Segment(NodeProfile node, string? from, string? to) => node.Segments.Single(s => s.From == from && s.To == to).Timing.P50.Value;
        double Transfer(long bytes) => bytes * 8 / up.Bandwidth.Value * 1000;
        double thereAndBack = everything ? up.RoundTrip.Value + cloud.Overhead.Value + (down is null ? 0 : profile.OutputBytes * 8 / down.Bandwidth.Value * 1000) : 0;
        double local = everything ? edge.Inputs.Single(i => i.Encoding == InputEncoding.Local).Decode.Value : 0;

        InputProfile file = profile.Inputs.Single(i => i.Encoding == InputEncoding.File);
        double coded = everything ? edge.Inputs.Single(i => i.Encoding == InputEncoding.File).Encode.Value + cloud.Inputs.Single(i => i.Encoding == InputEncoding.File).Decode.Value : 0;
        List<Variable> x =
        [
            new(0, 0, Transfer(file.Bytes.Value) + Segment(cloud, null, null) + coded + thereAndBack, file.AccuracyLoss),
            new(profile.Cuts.Length + 1, 0, local + Segment(edge, null, null), 0),
        ];
        for (int i = 0; i < profile.Cuts.Length; i++)
        {
            string cut = profile.Cuts[i].Id;
            foreach (CodecProfile s in profile.Cuts[i].Codecs.Where(c => c.Codec.Kind == CodecKind.Huffman))
            {
                double code = everything
                    ? edge.Codecs.Single(c => c.Cut == cut && c.Codec == s.Codec).Encode.Value + cloud.Codecs.Single(c => c.Cut == cut && c.Codec == s.Codec).Decode.Value : 0;
                x.Add(new(i + 1, s.Codec.Parameter, local + Segment(edge, null, cut) + code + Transfer(s.Bytes.Value) + thereAndBack + Segment(cloud, cut, null), s.AccuracyLoss));
            }
        }

        return x;
    }
}
