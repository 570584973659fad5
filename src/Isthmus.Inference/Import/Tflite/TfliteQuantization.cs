namespace Isthmus.Inference.Import.Tflite;

/// <summary>Affine quantisation: real = scale × (q − zero point), for the whole tensor, or for each index of one dimension.</summary>
/// <param name="Scales">One, or one per channel; positive and finite.</param>
/// <param name="ZeroPoints">As many, each within the range of the tensor's type.</param>
/// <param name="Dimension">The dimension of the channels; 0 if there is one scale.</param>
internal sealed record TfliteQuantization(float[] Scales, int[] ZeroPoints, int Dimension)
{
    public bool IsPerTensor => Scales.Length == 1;

    public bool SameAs(TfliteQuantization? other) =>
        other is not null && Scales.AsSpan().SequenceEqual(other.Scales) && ZeroPoints.AsSpan().SequenceEqual(other.ZeroPoints);
}
