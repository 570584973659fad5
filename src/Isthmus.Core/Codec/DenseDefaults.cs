using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// What the dense codec starts with. The probabilities are those of six activations of MobileNetV1 and Inception v3 on photographs
/// (docs/codec.md), smoothed; they depend on little but the context, so they serve for any network, and adapt.
/// </summary>
internal static class DenseDefaults
{
    /// <summary>How many bits the starting probabilities count for.</summary>
    public const int Seen = 8;

    private const string Resource = "Isthmus.Core.Codec.dense-probabilities.bin";

    /// <summary>The prediction for a channel of which nothing is known.</summary>
    public static DenseChannel Channel { get; } = Untrained();

    /// <summary>The first probability, in units of 2⁻¹⁶, of every decision in every context: decision by decision.</summary>
    public static ImmutableArray<ushort> Probabilities { get; } = Read();

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
        ushort[] probabilities = new ushort[DenseContexts.Decisions * DenseContexts.Count];
        stream.ReadExactly(MemoryMarshal.AsBytes(probabilities.AsSpan()));
        return ImmutableCollectionsMarshal.AsImmutableArray(probabilities);
    }
}
