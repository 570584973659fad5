using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Lab.Regret;

/// <summary>What a plan takes beside its use of the device's links: all of the cost model's stages but send and the device's own part of return.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Node">The node that the device sends to; null if it computes alone.</param>
/// <param name="Before">Milliseconds on the device before anything is sent; of a plan without a node, all of it.</param>
/// <param name="Beyond">Milliseconds from arrival at the node to the answer's leaving it.</param>
/// <param name="Alone">Milliseconds that the device takes to finish from what it has after <paramref name="Before"/>.</param>
/// <param name="Bytes">Bytes that leave the device.</param>
public sealed record PlanTimes(Plan Plan, string? Node, double Before, double Beyond, double Alone, long Bytes)
{
    /// <summary>The times of a plan.</summary>
    /// <param name="index">The profile.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="plan">The plan.</param>
    /// <exception cref="Core.Errors.IsthmusException">The plan needs what was not measured.</exception>
    public static PlanTimes Of(ProfileIndex index, string device, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(plan);
        // Links of the device that cost nothing: what is left is what does not depend on them.
        ImmutableArray<LinkProfile> free =
        [
            .. index.Profile.Nodes.Where(n => n.Name != device).SelectMany(n => new LinkProfile[]
            {
                new(device, n.Name, Milliseconds.Zero, BitsPerSecond.Unlimited, true), new(n.Name, device, Milliseconds.Zero, BitsPerSecond.Unlimited, true),
            }),
        ];
        PlanCost cost = new CostModel(index, free).Cost(plan);
        string? node = plan.Segments.FirstOrDefault(s => s.Node != device)?.Node;
        if (node is null) return new(plan, null, cost.Total.Value, 0, 0, 0);
        double before = cost.Decode.Value + cost.Head.Value + cost.Encode.Value;
        // What was computed need not be computed again; a picture that was only encoded must be decoded first.
        double done = plan.Segments[0].Node == device ? cost.Decode.Value + cost.Head.Value : 0;
        return new(plan, node, before, cost.Total.Value - before - cost.Send.Value, Math.Max(0, DeviceOnly(index, device) - done), cost.BytesFromDevice.Value);
    }

    private static double DeviceOnly(ProfileIndex index, string device)
    {
        NodeProfile node = index.Node(device);
        Plan alone = new(index.Profile.Model, InputEncoding.Local, [new(device, node.Tier, null, null, null)]);
        try
        {
            return new CostModel(index).Cost(alone).Total.Value;
        }
        catch (Core.Errors.IsthmusException)
        {
            return double.PositiveInfinity;
        }
    }
}
