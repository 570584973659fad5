using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Inference.Graphs;

namespace Isthmus.Bench.Compression;

/// <summary>A cut of a network, and the photographs, on which codecs are compared.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Network">The network's file name without extension; see <see cref="BenchNetwork"/>.</param>
/// <param name="Cut">The cut's id or tensors; null if it is looked for by <paramref name="Shape"/>.</param>
/// <param name="Shape">The shape of the one tensor that crosses, such as 1×768×17×17; null if the cut is named.</param>
/// <param name="Ordinal">Which of the cuts of that shape, from 0.</param>
/// <param name="Photographs">How many photographs, at most: the first of the folder in ordinal order of their names.</param>
/// <param name="Published">What was measured there before the project began.</param>
public sealed record CompressionCase(
    string Name, string Network, string? Cut, string? Shape, int Ordinal, int Photographs, ImmutableArray<PublishedFigure> Published)
{
    private const string MobileNet = "mobilenet_v1_0.75_192";
    private const int FewPhotographs = 100, AllPhotographs = 334;

    /// <summary>The cuts of the table of measurements that were made before the project began, in its order.</summary>
    public static ImmutableArray<CompressionCase> All { get; } =
    [
        new("mobilenet-96x24x24", MobileNet, null, "1×96×24×24", 0, AllPhotographs,
            [new(4, 1.44, 0.877, 0.814), new(5, 1.66, 0.889, 0.820), new(8, 2.21, 0.931, 0.820)]),
        new("mobilenet-192x12x12", MobileNet, null, "1×192×12×12", 0, AllPhotographs,
            [new(3, 1.10, 0.790, 0.740), new(5, 1.61, 0.886, 0.799), new(8, 2.09, 0.907, 0.820)]),
        new("mobilenet-384x6x6", MobileNet, null, "1×384×6×6", 0, AllPhotographs,
            [new(3, 0.82, 0.820, 0.757), new(5, 1.29, 0.901, 0.808), new(8, 1.71, 0.937, 0.823)]),
        new("inception-768x17x17-first", BenchNetwork.Inception, null, "1×768×17×17", 0, FewPhotographs,
            [new(3, 0.86, 0.96, 0.91), new(5, 1.23, 0.98, 0.93), new(8, 1.42, 1.00, 0.94)]),
        new("inception-768x17x17-fourth", BenchNetwork.Inception, null, "1×768×17×17", 3, FewPhotographs,
            [new(3, 0.65, 0.97, 0.91), new(4, 0.73, 0.98, 0.92), new(8, 1.05, 0.98, 0.92)]),
        new("inception-1280x8x8", BenchNetwork.Inception, null, "1×1280×8×8", 0, FewPhotographs,
            [new(3, 0.57, 0.95, 0.90), new(5, 0.80, 0.98, 0.92), new(8, 0.99, 0.99, 0.93)]),
    ];

    /// <summary>Levels of the floor codec that are measured here.</summary>
    public ImmutableArray<int> FloorLevels => Published.IsEmpty ? [3, 4, 5, 6, 8, 12] : [.. Published.Select(p => p.Levels)];

    /// <summary>
    /// The cases that a user names, separated by commas: the name of one of <see cref="All"/>, the beginning of several names, or
    /// NETWORK:CUT for any other cut (NETWORK:all for every one), the network by its file's name without extension.
    /// </summary>
    /// <exception cref="IsthmusException">A name fits nothing.</exception>
    public static ImmutableArray<CompressionCase> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<CompressionCase> cases = [];
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = name.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                string network = name[..colon];
                cases.Add(new(name, network, name[(colon + 1)..], null, 0, network == BenchNetwork.Inception ? FewPhotographs : AllPhotographs, []));
                continue;
            }

            CompressionCase[] meant = [.. All.Where(c => c.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
            if (meant.Length == 0)
                throw new IsthmusException(ErrorKind.Usage, $"There is no row '{name}': choose {string.Join(", ", All.Select(c => c.Name))}, or NETWORK:CUT.");
            cases.AddRange(meant);
        }

        return cases.Count > 0 ? [.. cases.DistinctBy(c => c.Name)] : throw new IsthmusException(ErrorKind.Usage, "No row is named.");
    }

    /// <summary>The cuts of the network that this case means: one, or every cut.</summary>
    /// <exception cref="IsthmusException">The network has no such cut.</exception>
    public ImmutableArray<CutAnalysis> Find(ModelAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        if (Cut is not null) return Cut == "all" ? [.. analysis.Cuts.Where(c => c.MacShare < 1)] : [analysis.FindCut(Cut)];
        CutAnalysis[] fit = [.. analysis.Cuts.Where(c => c.Tensors.Length == 1 && c.Tensors[0].Shape.ToString() == Shape)];
        return fit.Length > Ordinal ? [fit[Ordinal]]
            : throw new IsthmusException(ErrorKind.Model, $"{Network} has {fit.Length} cuts where one tensor of shape {Shape} crosses; row {Name} needs number {Ordinal + 1}.");
    }
}
