using Isthmus.Core.Profiling;

namespace Isthmus.Bench.Zoo;

/// <summary>What was measured of one network on this machine, in a few numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Macs">Multiply-accumulates for one picture.</param>
/// <param name="Cuts">Cuts that were measured.</param>
/// <param name="WholeMs">Median time of the whole network.</param>
/// <param name="BlocksMs">Sum of the medians of its blocks.</param>
/// <param name="SmallestShare">The smallest cut, as a share of the bytes of the picture's file, in raw activations, among the cuts in the first half of the work.</param>
/// <param name="FileBytes">Mean bytes of the photographs' files.</param>
public sealed record ZooNetwork(string Name, long Macs, int Cuts, double WholeMs, double BlocksMs, double SmallestShare, long FileBytes)
{
    /// <summary>How far the sum of the blocks is from the whole, as a share of the whole; positive if the sum is longer.</summary>
    public double AdditivityError => (BlocksMs / WholeMs) - 1;

    /// <summary>Sums a profile with measured blocks up.</summary>
    public static ZooNetwork Of(string name, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ProfileIndex index = ProfileIndex.Of(profile);
        string node = profile.Nodes[0].Name;
        string?[] places = [null, .. profile.Cuts.Select(c => c.Id), null];
        double blocks = Enumerable.Range(0, places.Length - 1).Sum(i => index.Compute(node, places[i], places[i + 1])!.Value.Value);
        long file = profile.Inputs.First(i => i.Encoding.Kind == Core.Planning.InputKind.File).Bytes.Value;
        double smallest = profile.Cuts.Where(c => c.MacShare <= 0.5).Select(c => (double)c.Bytes.Value).DefaultIfEmpty(double.NaN).Min();
        return new(name, profile.Macs ?? 0, profile.Cuts.Length, index.Compute(node, null, null)!.Value.Value, blocks, smallest / file, file);
    }
}
