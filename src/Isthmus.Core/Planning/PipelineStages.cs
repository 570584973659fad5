using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning;

/// <summary>
/// A plan as a pipeline: its stages in the order in which a picture passes through them. A node's stage is all that it computes, decoding and encoding included; a link's is the
/// transfer, 8·bytes/bandwidth, without the round trip, which delays pictures and keeps nobody busy. Where stages overlap, an answer comes every longest stage.
/// </summary>
public static class PipelineStages
{
    /// <summary>The stages.</summary>
    /// <param name="costs">Profile, links and what running has taught.</param>
    /// <param name="plan">The plan.</param>
    /// <exception cref="IsthmusException">The plan does not fit the profile, or needs something that was not measured.</exception>
    public static ImmutableArray<PipelineStage> Of(CostModel costs, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentNullException.ThrowIfNull(plan);
        // Names what is missing, if anything is.
        costs.Cost(plan);
        ImmutableArray<PipelineStage>.Builder stages = ImmutableArray.CreateBuilder<PipelineStage>();
        int device = costs.Index.NodeAt(DeviceOf(costs, plan)), node = costs.Index.NodeAt(plan.Segments[0].Node), from = -1;
        double computing;
        if (plan.Input.Kind == InputKind.Local)
        {
            computing = costs.DecodeLocal(device);
        }
        else
        {
            int input = costs.Index.InputAt(plan.Input)!.Value;
            Add(device, costs.EncodeInput(device, input));
            Cross(device, node, costs.Index.Profile.Inputs[input].Bytes.Value);
            computing = costs.DecodeInput(node, input);
        }

        for (int s = 0; s < plan.Segments.Length; s++)
        {
            PlacedSegment segment = plan.Segments[s];
            int to = segment.To is null ? costs.Index.End : costs.Index.CutAt(segment.To);
            computing += costs.Compute(node, from, to);
            if (segment.To is null)
            {
                Add(node, computing);
                break;
            }

            CodecSpec spec = segment.Codec!.Value;
            int next = costs.Index.NodeAt(plan.Segments[s + 1].Node), codec = costs.Index.CodecAt(to, spec)!.Value;
            Add(node, computing + costs.Encode(node, to, codec));
            Cross(node, next, costs.Bytes(to, codec));
            computing = costs.Decode(next, to, codec);
            node = next;
            from = to;
        }

        return stages.ToImmutable();

        void Add(int at, double ms) => stages.Add(new(costs.Index.Profile.Nodes[at].Name, IsLink: false, new(ms)));

        void Cross(int a, int b, long bytes) => stages.Add(new(
            PipelineStage.Link(costs.Index.Profile.Nodes[a].Name, costs.Index.Profile.Nodes[b].Name), IsLink: true, new(costs.Send(a, b, bytes) - costs.Send(a, b, 0))));
    }

    /// <summary>The longest stage; of equal ones the first.</summary>
    public static PipelineStage Longest(ImmutableArray<PipelineStage> stages) => stages.MaxBy(s => s.Time.Value)!;

    private static string DeviceOf(CostModel costs, Plan plan) => plan.Segments[0].Tier == Tier.Device ? plan.Segments[0].Node : plan.Device ?? costs.Index.Profile.Nodes[costs.Index.Device].Name;
}
