using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>Which block of a profile a layer is in.</summary>
internal sealed class LayerBlocks
{
    private readonly int _cuts;
    private readonly int[]? _before;
    private readonly int? _layers;

    public LayerBlocks(Profile profile)
    {
        _cuts = profile.Cuts.Length;
        _layers = profile.Layers;
        if (HasLayers(profile)) _before = [.. profile.Cuts.Select(c => c.Layers!.Value)];
    }

    /// <summary>What a number counts in a profile: "layer", or "block" where it does not say which layers lie between its cuts.</summary>
    public static string Word(Profile profile) => HasLayers(profile) ? "layer" : "block";

    // Null: not known.
    private int? Last => _before is null ? _cuts : _layers - 1;

    /// <summary>Whether the network has a layer of this number, as far as the profile knows.</summary>
    public bool Has(int layer) => layer >= 0 && !(layer > Last);

    /// <summary>The block: k lies between the cuts k−1 and k.</summary>
    /// <exception cref="IsthmusException">The network has no such layer.</exception>
    public int BlockOf(int layer)
    {
        if (!Has(layer))
            throw new IsthmusException(ErrorKind.Usage, $"There is no {(_before is null ? "block" : "layer")} {layer}: they are numbered from 0{(Last is null ? "" : $" to {Last}")}.");
        if (_before is null) return layer;
        // Positions may repeat where a cut has no layer of its own, so count rather than search.
        int block = 0;
        while (block < _cuts && _before[block] <= layer) block++;
        return block;
    }

    private static bool HasLayers(Profile profile) => (profile.Cuts.Length > 0 || profile.Layers is not null) && profile.Cuts.All(c => c.Layers is not null);
}
