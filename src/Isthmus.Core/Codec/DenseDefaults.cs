using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// What the dense codec starts with. The probabilities were counted by `isthmus bench dense-probabilities` (docs/dense.md); they depend on little but the context and how
/// fine the steps are, so they serve for any network, and adapt.
/// </summary>
internal static class DenseDefaults
{
    /// <summary>How many bits the starting probabilities count for.</summary>
    public const int Seen = 16;

    private const string Resource = "Isthmus.Core.Codec.dense-probabilities.bin";

    /// <summary>The prediction for a channel of which nothing is known.</summary>
    public static DenseChannel Channel { get; } = Untrained();

    private const int PerQuality = DenseContexts.Decisions * DenseContexts.Count;

    /// <summary>The settings at which probabilities were counted.</summary>
    public static ImmutableArray<int> Qualities { get; } = [2, 3, 4, 5, 6, 8, 11, 16, 24, 40];

    private static readonly ImmutableArray<ushort> All = Read();

    /// <summary>
    /// The first probability, in units of 2⁻¹⁶, of every decision in every context, decision by decision: those counted at the setting that this one is nearest to, by ratio.
    /// </summary>
    public static ReadOnlySpan<ushort> Probabilities(int quality)
    {
        int i = 0;
        while (i + 1 < Qualities.Length && quality * quality >= Qualities[i] * Qualities[i + 1]) i++;
        return All.AsSpan(i * PerQuality, PerQuality);
    }

    private static DenseChannel Untrained()
    {
        DenseChannel.WeightList weights = default;
        weights[DenseFeature.West] = 350;
        weights[DenseFeature.WestWest] = 30;
        weights[DenseFeature.RunningMean] = 220;
        weights[DenseFeature.North] = 240;
        weights[DenseFeature.NorthWest] = -5;
        weights[DenseFeature.NorthEast] = 62;
        weights[DenseFeature.NorthNorth] = 10;
        weights[DenseFeature.Position] = 110;
        return new(400, -20, DenseChannel.ReferenceList.Of([]), weights);
    }

    private static ImmutableArray<ushort> Read()
    {
        using Stream stream = typeof(DenseDefaults).Assembly.GetManifestResourceStream(Resource)!;
        ushort[] probabilities = new ushort[Qualities.Length * PerQuality];
        stream.ReadExactly(MemoryMarshal.AsBytes(probabilities.AsSpan()));
        return ImmutableCollectionsMarshal.AsImmutableArray(probabilities);
    }
}
