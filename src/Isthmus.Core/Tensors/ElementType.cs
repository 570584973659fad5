namespace Isthmus.Core.Tensors;

/// <summary>The type of a tensor's elements. The values are those of ONNX's TensorProto.DataType.</summary>
public enum ElementType
{
    /// <summary>Not known.</summary>
    Undefined = 0,

    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 1,

    /// <summary>8 bits, unsigned.</summary>
    UInt8 = 2,

    /// <summary>8 bits, signed.</summary>
    Int8 = 3,

    /// <summary>16 bits, unsigned.</summary>
    UInt16 = 4,

    /// <summary>16 bits, signed.</summary>
    Int16 = 5,

    /// <summary>32 bits, signed.</summary>
    Int32 = 6,

    /// <summary>64 bits, signed.</summary>
    Int64 = 7,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 9,

    /// <summary>IEEE 754 binary16.</summary>
    Float16 = 10,

    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 11,

    /// <summary>32 bits, unsigned.</summary>
    UInt32 = 12,

    /// <summary>64 bits, unsigned.</summary>
    UInt64 = 13,
}
