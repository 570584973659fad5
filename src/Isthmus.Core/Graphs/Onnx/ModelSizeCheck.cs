using Google.Protobuf.Reflection;

namespace Isthmus.Core.Graphs.Onnx;

/// <summary>
/// Counts what a model's bytes would become as objects, before they do: a few megabytes of empty messages would otherwise turn
/// into gigabytes. The walk follows the schema, takes time in proportion to the structure (weights are skipped), and allocates nothing.
/// </summary>
internal struct ModelSizeCheck
{
    /// <summary>Nesting of messages; Google.Protobuf's own limit.</summary>
    private const int MaxDepth = 100;

    private int _objects;
    private long _numbers;
    private int _graphs;

    /// <summary>Checks a ModelProto.</summary>
    /// <exception cref="InvalidDataException">It is malformed, or beyond the limits; the message says which, as a clause.</exception>
    public static void Check(ReadOnlySpan<byte> model)
    {
        ModelSizeCheck check = default;
        check.Walk(model, ModelProto.Descriptor, 0);
        if (check._graphs == 0) throw new InvalidDataException("it contains no graph");
        if (check._graphs > 1) throw new InvalidDataException("it contains more than one graph");
    }

    private void Walk(ReadOnlySpan<byte> message, MessageDescriptor type, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException($"its messages are nested more than {MaxDepth} deep");
        bool isGraph = type == GraphProto.Descriptor;
        int nodes = 0, initializers = 0;
        WireReader reader = new(message);
        while (reader.Next())
        {
            FieldDescriptor? field = type.FindFieldByNumber(reader.Field);
            bool nested = field?.FieldType == FieldType.Message;
            // A field that the schema does not know becomes an object too: it is kept for writing.
            if (nested || field is null || field is { IsRepeated: true, FieldType: FieldType.String or FieldType.Bytes })
            {
                if (++_objects > OnnxModel.MaxMessages) throw new InvalidDataException($"it consists of more than {OnnxModel.MaxMessages} parts");
            }
            else if (field.IsRepeated && field.FieldType is FieldType.Int64 or FieldType.Int32 or FieldType.UInt64)
            {
                _numbers += reader.Value.Length;
                if (_numbers > OnnxModel.MaxVarintBytes) throw new InvalidDataException($"it holds more than {OnnxModel.MaxVarintBytes} bytes of integers outside raw data");
            }

            if (!nested || reader.Kind != WireKind.LengthDelimited) continue;
            if (isGraph && reader.Field == ModelFields.GraphNode && ++nodes > OnnxModel.MaxNodes)
                throw new InvalidDataException($"its graph has more than {OnnxModel.MaxNodes} nodes");
            if (isGraph && reader.Field == ModelFields.GraphInitializer && ++initializers > OnnxModel.MaxInitializers)
                throw new InvalidDataException($"its graph has more than {OnnxModel.MaxInitializers} initializers");
            if (depth == 0 && reader.Field == ModelFields.Graph) _graphs++;
            Walk(reader.Value, field!.MessageType, depth + 1);
        }
    }
}
