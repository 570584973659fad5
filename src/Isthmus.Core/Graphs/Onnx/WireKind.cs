namespace Isthmus.Core.Graphs.Onnx;

/// <summary>How protobuf writes a field's value.</summary>
internal enum WireKind
{
    /// <summary>7 bits per byte.</summary>
    Varint = 0,

    /// <summary>8 bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length, and as many bytes.</summary>
    LengthDelimited = 2,

    /// <summary>4 bytes.</summary>
    Fixed32 = 5,
}
