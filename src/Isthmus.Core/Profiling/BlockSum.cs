using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>
/// How far the sum of a network's blocks is from the whole network on one node: what a planner that adds up would be wrong by, for a runtime fuses and schedules
/// what it sees as a whole.
/// </summary>
/// <param name="Node">The node.</param>
/// <param name="Blocks">How many blocks.</param>
/// <param name="Sum">The sum of their medians.</param>
/// <param name="Whole">The median of the whole network.</param>
public sealed record BlockSum(string Node, int Blocks, Milliseconds Sum, Milliseconds Whole)
{
    /// <summary>Sum ÷ whole; above 1 if adding up says too much.</summary>
    public double Ratio => Sum / Whole;

    /// <summary>The nodes on which all blocks and the whole network were measured.</summary>
    public static ImmutableArray<BlockSum> Of(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ImmutableArray<BlockSum>.Builder sums = ImmutableArray.CreateBuilder<BlockSum>();
        string?[] places = [null, .. profile.Cuts.Select(c => c.Id), null];
        if (places.Length == 2) return [];
        foreach (NodeProfile node in profile.Nodes)
        {
            Dictionary<(string?, string?), double> times = node.Segments.ToDictionary(s => (s.From, s.To), s => s.Timing.P50.Value);
            if (!times.TryGetValue((null, null), out double whole) || whole <= 0) continue;
            double sum = 0;
            for (int i = 0; i + 1 < places.Length; i++) sum += times.TryGetValue((places[i], places[i + 1]), out double ms) ? ms : double.NaN;
            if (!double.IsNaN(sum)) sums.Add(new(node.Name, places.Length - 1, new(sum), new(whole)));
        }

        return sums.ToImmutable();
    }
}
