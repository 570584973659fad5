using Isthmus.Core.Errors;

namespace Isthmus.Core.Tensors;

/// <summary>Sizes and the Open Inference Protocol's names of element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes that one element takes.</summary>
    /// <exception cref="IsthmusException">The type has no fixed size.</exception>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.UInt8 or ElementType.Int8 or ElementType.Bool => 1,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 => 2,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 4,
        ElementType.Float64 or ElementType.Int64 or ElementType.UInt64 => 8,
        _ => throw new IsthmusException(ErrorKind.Data, $"Tensors of type {type} are not supported: only numbers and booleans are."),
    };

    /// <summary>The name of the type in the Open Inference Protocol v2, such as FP32.</summary>
    /// <exception cref="IsthmusException">The protocol has no name for it.</exception>
    public static string ProtocolName(this ElementType type) => type switch
    {
        ElementType.Float32 => "FP32",
        ElementType.UInt8 => "UINT8",
        ElementType.Int8 => "INT8",
        ElementType.UInt16 => "UINT16",
        ElementType.Int16 => "INT16",
        ElementType.Int32 => "INT32",
        ElementType.Int64 => "INT64",
        ElementType.Bool => "BOOL",
        ElementType.Float16 => "FP16",
        ElementType.Float64 => "FP64",
        ElementType.UInt32 => "UINT32",
        ElementType.UInt64 => "UINT64",
        _ => throw new IsthmusException(ErrorKind.Data, $"Tensors of type {type} are not supported: only numbers and booleans are."),
    };

    /// <summary>The type that the Open Inference Protocol v2 calls <paramref name="name"/>; false if it is none of ours.</summary>
    public static bool TryFromProtocolName(string? name, out ElementType type)
    {
        type = name switch
        {
            "FP32" => ElementType.Float32,
            "UINT8" => ElementType.UInt8,
            "INT8" => ElementType.Int8,
            "UINT16" => ElementType.UInt16,
            "INT16" => ElementType.Int16,
            "INT32" => ElementType.Int32,
            "INT64" => ElementType.Int64,
            "BOOL" => ElementType.Bool,
            "FP16" => ElementType.Float16,
            "FP64" => ElementType.Float64,
            "UINT32" => ElementType.UInt32,
            "UINT64" => ElementType.UInt64,
            _ => ElementType.Undefined,
        };
        return type != ElementType.Undefined;
    }
}
