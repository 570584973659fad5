using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// How the magnitudes of a channel are expected from what was coded before them: a linear prediction. Weights in units of 2⁻¹⁰.
/// </summary>
internal readonly struct DenseChannel
{
    /// <summary>Creates a prediction.</summary>
    public DenseChannel(int mean, int offset, int reference, int second, WeightList weights)
    {
        Mean = mean;
        Offset = offset;
        Reference = reference;
        Second = second;
        Weights = weights;
    }

    /// <summary>The channel's mean magnitude in units of the tensor's scale, in 2⁻¹⁰.</summary>
    public int Mean { get; }

    /// <summary>The prediction's constant in units of the tensor's scale, in 2⁻¹⁰.</summary>
    public int Offset { get; }

    /// <summary>The channel before this one that resembles it most; −1 for none.</summary>
    public int Reference { get; }

    /// <summary>The channel before this one that says most of what the reference does not; −1 for none.</summary>
    public int Second { get; }

    /// <summary>The weight of each <see cref="DenseFeature"/>.</summary>
    public WeightList Weights { get; }

    /// <summary>One weight per <see cref="DenseFeature"/>.</summary>
    [InlineArray(DenseFeature.Count)]
    internal struct WeightList
    {
        private short _first;
    }
}
