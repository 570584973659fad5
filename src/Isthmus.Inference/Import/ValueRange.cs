namespace Isthmus.Inference.Import;

/// <summary>The real numbers that a tensor can hold, as far as its producer says.</summary>
internal readonly record struct ValueRange(float Low, float High)
{
    public static ValueRange Unbounded { get; } = new(float.NegativeInfinity, float.PositiveInfinity);

    public bool Contains(ValueRange other) => Low <= other.Low && High >= other.High;

    // Kept non-empty: a lower bound above the upper one would make a Clip whose result the ONNX specification leaves open.
    public ValueRange Intersect(ValueRange other)
    {
        float low = Math.Max(Low, other.Low);
        return new(low, Math.Max(low, Math.Min(High, other.High)));
    }

    public ValueRange Union(ValueRange other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));
}
