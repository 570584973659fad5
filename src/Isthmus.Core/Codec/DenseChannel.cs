using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// How the magnitudes of a channel are expected from what was coded before them: a linear prediction. Weights in units of 2⁻¹⁰.
/// </summary>
internal readonly struct DenseChannel
{
    /// <summary>Creates a prediction.</summary>
    public DenseChannel(int mean, int offset, ReferenceList references, WeightList weights)
    {
        Mean = mean;
        Offset = offset;
        References = references;
        Weights = weights;
    }

    /// <summary>The channel's mean magnitude in units of the tensor's scale, in 2⁻¹⁰.</summary>
    public int Mean { get; }

    /// <summary>The prediction's constant in units of the tensor's scale, in 2⁻¹⁰.</summary>
    public int Offset { get; }

    /// <summary>Channels before this one that say most of it together, the best first; behind the last −1.</summary>
    public ReferenceList References { get; }

    /// <summary>The weight of each <see cref="DenseFeature"/>.</summary>
    public WeightList Weights { get; }

    /// <summary>Reference channels.</summary>
    [InlineArray(DenseFeature.References)]
    internal struct ReferenceList
    {
        private int _first;

        /// <summary>These, and −1 behind them.</summary>
        public static ReferenceList Of(ReadOnlySpan<int> references)
        {
            ReferenceList list = default;
            ((Span<int>)list).Fill(-1);
            references.CopyTo(list);
            return list;
        }
    }

    /// <summary>One weight per <see cref="DenseFeature"/>.</summary>
    [InlineArray(DenseFeature.Count)]
    internal struct WeightList
    {
        private short _first;
    }
}
