namespace Isthmus.Inference.Import.Tflite;

/// <summary>A tensor of a TFLite model.</summary>
/// <param name="Index">Its index in the subgraph.</param>
/// <param name="Name">Its name; not necessarily unique, may be empty.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions in TFLite's order, which for pictures is batch, row, column, channel.</param>
/// <param name="Data">The bytes of a constant; empty if the tensor is computed.</param>
/// <param name="Quantization">How its integers map to real numbers; null if they do not.</param>
internal sealed record TfliteTensor(int Index, string Name, TfliteType Type, int[] Shape, ReadOnlyMemory<byte> Data, TfliteQuantization? Quantization)
{
    /// <summary>Number of elements; at most 2³¹ − 1.</summary>
    public int Count => checked((int)Shape.Aggregate(1L, (count, d) => count * d));

    /// <summary>Whether the file holds its values.</summary>
    public bool IsConstant => !Data.IsEmpty;

    /// <summary>The range of its integers.</summary>
    public (int Low, int High) IntegerRange => Type switch
    {
        TfliteType.UInt8 => (0, 255),
        TfliteType.Int8 => (-128, 127),
        TfliteType.Int16 => (short.MinValue, short.MaxValue),
        _ => (int.MinValue, int.MaxValue),
    };
}
