using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>A plan as Scission prints it: seconds, megabytes that leave device and edge, and the layers of each tier.</summary>
public static class ScissionRow
{
    /// <summary>The line, such as "9.0106s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(vm2Core) = 7 - 11, Cloud(6700k(GPU)) = 12 - 25".</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="profile">Its profile; where that does not say which layers lie between its cuts, blocks are counted.</param>
    public static string Of(RankedPlan plan, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(profile);
        List<string> tiers = [];
        int first = 0;
        foreach (PlacedSegment segment in plan.Plan.Segments)
        {
            int next = profile.Layers ?? (profile.Cuts.Length + 1);
            if (segment.To is not null)
            {
                int cut = Enumerable.Range(0, profile.Cuts.Length).First(i => profile.Cuts[i].Id == segment.To);
                next = LayerBlocks.Word(profile) == "layer" ? profile.Cuts[cut].Layers!.Value : cut + 1;
            }

            tiers.Add($"{segment.Tier}({segment.Node}) = {first} - {next - 1}");
            first = next;
        }

        return $"{plan.Latency.Value / 1000:0.0000}s - {plan.Cost.BytesTotal.Value / 1e6:0.0000}MB - {string.Join(", ", tiers)}";
    }
}
