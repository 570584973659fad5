using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Runtime.Protocol;

/// <summary>Parses the JSON part of a message. Members may come in any order; unknown ones are skipped.</summary>
internal static class MessageParser
{
    private const int MaxDepth = 32;

    /// <summary>Fills <paramref name="draft"/>, which owns what was read even when this throws.</summary>
    /// <exception cref="ProtocolException">The message is refused.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Parse(ReadOnlySpan<byte> json, string tensors, InferLimits limits, MessageDraft draft)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        bool found = false;
        Begin(ref reader, JsonTokenType.StartObject, "the message");
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("id"u8)) draft.Id = Text(ref reader, "id", limits);
            else if (reader.ValueTextEquals("model_name"u8)) draft.ModelName = Text(ref reader, "model_name", limits);
            else if (reader.ValueTextEquals("model_version"u8)) draft.ModelVersion = Text(ref reader, "model_version", limits);
            else if (reader.ValueTextEquals("parameters"u8)) draft.Parameters = ReadParameters(ref reader, limits);
            else if (reader.ValueTextEquals(tensors))
            {
                if (found) throw Bad($"'{tensors}' is there twice.");
                found = true;
                ReadTensors(ref reader, json.Length, limits, draft);
            }
            else if (reader.ValueTextEquals("outputs"u8)) ReadRequested(ref reader, limits, draft);
            else Skip(ref reader);
        }

        if (reader.Read()) throw new JsonException("More than one value.");
        if (!found) throw Bad($"'{tensors}' is absent.");
    }

    private static void ReadTensors(ref Utf8JsonReader reader, int jsonLength, InferLimits limits, MessageDraft draft)
    {
        Begin(ref reader, JsonTokenType.StartArray, "the list of tensors");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (draft.Tensors.Count == limits.MaxTensors)
                throw new ProtocolException(ProtocolError.TooLarge, $"A message has at most {limits.MaxTensors} tensors.");
            Expect(ref reader, JsonTokenType.StartObject, "a tensor");
            TensorDraft tensor = new();
            draft.Tensors.Add(tensor);
            ReadTensor(ref reader, jsonLength, limits, tensor);
        }
    }

    private static void ReadTensor(ref Utf8JsonReader reader, int jsonLength, InferLimits limits, TensorDraft tensor)
    {
        string? name = null, datatype = null;
        bool hasShape = false, hasData = false;
        // The data may come before what says how to read it: remember where it is.
        Utf8JsonReader data = default;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("name"u8)) name = Text(ref reader, "name", limits);
            else if (reader.ValueTextEquals("datatype"u8)) datatype = Text(ref reader, "datatype", limits);
            else if (reader.ValueTextEquals("parameters"u8)) tensor.Parameters = ReadParameters(ref reader, limits);
            else if (reader.ValueTextEquals("shape"u8))
            {
                tensor.Shape = ReadShape(ref reader);
                hasShape = true;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                if (!reader.Read()) throw new JsonException("It ends too early.");
                data = reader;
                hasData = true;
                reader.Skip();
            }
            else Skip(ref reader);
        }

        tensor.Name = name ?? throw Bad("A tensor has no 'name'.");
        tensor.Datatype = datatype ?? throw Bad($"Tensor '{name}' has no 'datatype'.");
        if (!hasShape) throw Bad($"Tensor '{name}' has no 'shape'.");
        bool isBytes = datatype == ProtocolNames.Bytes;
        if (!ElementTypes.TryFromProtocolName(datatype, out ElementType type) && !isBytes)
            throw new ProtocolException(ProtocolError.UnknownDatatype, $"Tensor '{name}' is of datatype '{datatype}', which is not supported.");
        tensor.ElementType = type;
        if (tensor.Shape.ElementCount > limits.MaxTensorBytes
            || (!isBytes && tensor.Shape.ElementCount * type.Size() > limits.MaxTensorBytes))
            throw new ProtocolException(ProtocolError.TooLarge, $"Tensor '{name}' of shape {tensor.Shape} is larger than {limits.MaxTensorBytes} bytes.");

        tensor.BinarySize = TakeBinarySize(tensor, limits);
        tensor.Open = TakeOpen(tensor, limits);
        if (tensor.BinarySize is not null == hasData)
            throw Bad(hasData ? $"Tensor '{name}' has both 'data' and 'binary_data_size'." : $"Tensor '{name}' has neither 'data' nor 'binary_data_size'.");
        if (!hasData) return;
        // An element takes two bytes of JSON at least, its comma included: no memory is rented for what cannot be there.
        if (tensor.Shape.ElementCount > jsonLength) throw WrongCount(tensor, "fewer");
        tensor.Content = isBytes ? ReadTexts(ref data, tensor, limits) : Tensor.Rent(type, tensor.Shape);
        if (!isBytes) ReadElements(ref data, tensor);
    }

    private static OpenTensor? TakeOpen(TensorDraft tensor, InferLimits limits)
    {
        if (tensor.Parameters.Find(ProtocolNames.UntilMs) is not { } value) return null;
        if (tensor.BinarySize is not { } size || size == 0 || tensor.Datatype != "UINT8")
            throw Bad($"Only bytes that follow the JSON may end early: tensor '{tensor.Name}' must be UINT8 with a 'binary_data_size' above 0.");
        if (value.Number is not { } until || !(until > 0 && until <= limits.MaxWait.Value))
            throw Bad($"'{ProtocolNames.UntilMs}' of tensor '{tensor.Name}' must be a number of milliseconds above 0 and at most {limits.MaxWait.Value:0}.");
        double least = 1;
        if (tensor.Parameters.Find(ProtocolNames.Least) is { } wanted)
            least = wanted.Number is { } bytes && bytes >= 1 && bytes <= size && bytes == Math.Floor(bytes) ? bytes
                : throw Bad($"'{ProtocolNames.Least}' of tensor '{tensor.Name}' must be a number of bytes, 1 to {size}.");
        return new(new(until), (int)least);
    }

    private static int? TakeBinarySize(TensorDraft tensor, InferLimits limits)
    {
        if (tensor.Parameters.Find(ProtocolNames.BinaryDataSize) is not { } value) return null;
        if (value.Number is not { } number || number < 0 || number != Math.Floor(number))
            throw new ProtocolException(ProtocolError.BadSize, $"'binary_data_size' of tensor '{tensor.Name}' is no number of bytes.");
        if (number > limits.MaxTensorBytes)
            throw new ProtocolException(ProtocolError.TooLarge, $"Tensor '{tensor.Name}' is larger than {limits.MaxTensorBytes} bytes.");
        if (tensor.Datatype != ProtocolNames.Bytes && number != tensor.Shape.ElementCount * tensor.ElementType.Size())
        {
            throw new ProtocolException(
                ProtocolError.BadSize,
                $"Tensor '{tensor.Name}' of {tensor.Datatype} and shape {tensor.Shape} takes {tensor.Shape.ElementCount * tensor.ElementType.Size()} bytes, but 'binary_data_size' says {number}.");
        }

        Parameters others = [];
        foreach ((string key, ParameterValue other) in tensor.Parameters)
        {
            if (key != ProtocolNames.BinaryDataSize) others.Add(key, other);
        }

        tensor.Parameters = others;
        return (int)number;
    }

    private static void ReadElements(ref Utf8JsonReader reader, TensorDraft tensor)
    {
        long count = 0, expected = tensor.Shape.ElementCount;
        Span<byte> bytes = tensor.Content!.Bytes.Span;
        int size = tensor.ElementType.Size();
        int depth = 0;
        Expect(ref reader, JsonTokenType.StartArray, "'data'");
        do
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                depth++;
            }
            else if (reader.TokenType == JsonTokenType.EndArray)
            {
                depth--;
            }
            else
            {
                if (count == expected) throw WrongCount(tensor, "more");
                if (!TryWrite(ref reader, tensor.ElementType, bytes[(int)(count * size)..]))
                    throw new ProtocolException(ProtocolError.BadElement, $"Element {count} of tensor '{tensor.Name}' is not a value of {tensor.Datatype}.");
                count++;
            }
        }
        while (depth > 0 && reader.Read());

        if (count != expected) throw WrongCount(tensor, "fewer");
    }

    private static Tensor ReadTexts(ref Utf8JsonReader reader, TensorDraft tensor, InferLimits limits)
    {
        using PooledBufferWriter bytes = new();
        long count = 0;
        int depth = 0;
        Expect(ref reader, JsonTokenType.StartArray, "'data'");
        do
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                depth++;
            }
            else if (reader.TokenType == JsonTokenType.EndArray)
            {
                depth--;
            }
            else
            {
                if (reader.TokenType != JsonTokenType.String)
                    throw new ProtocolException(ProtocolError.BadElement, $"Element {count} of tensor '{tensor.Name}' is not a text.");
                if (++count > tensor.Shape.ElementCount) throw WrongCount(tensor, "more");
                Span<byte> into = bytes.GetSpan(4 + reader.ValueSpan.Length);
                int length = reader.CopyString(into[4..]);
                BinaryPrimitives.WriteInt32LittleEndian(into, length);
                bytes.Advance(4 + length);
                if (bytes.Length > limits.MaxTensorBytes)
                    throw new ProtocolException(ProtocolError.TooLarge, $"Tensor '{tensor.Name}' is larger than {limits.MaxTensorBytes} bytes.");
            }
        }
        while (depth > 0 && reader.Read());

        if (count != tensor.Shape.ElementCount) throw WrongCount(tensor, "fewer");
        Tensor content = Tensor.Rent(ElementType.UInt8, new(bytes.Length));
        bytes.Written.Span.CopyTo(content.Bytes.Span);
        return content;
    }

    private static ProtocolException WrongCount(TensorDraft tensor, string how) =>
        new(ProtocolError.BadSize, $"Tensor '{tensor.Name}' of shape {tensor.Shape} takes {tensor.Shape.ElementCount} elements, but 'data' has {how}.");

    private static bool TryWrite(ref Utf8JsonReader reader, ElementType type, Span<byte> into)
    {
        if (type == ElementType.Bool)
        {
            if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            {
                into[0] = reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0;
                return true;
            }

            return reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out into[0]) && into[0] <= 1;
        }

        if (reader.TokenType != JsonTokenType.Number) return false;
        switch (type)
        {
            case ElementType.Float32:
                return reader.TryGetSingle(out float single) && Write(into, single);
            case ElementType.Float64:
                return reader.TryGetDouble(out double number) && Write(into, number);
            case ElementType.Float16:
                return reader.TryGetDouble(out double half) && Write(into, (Half)half);
            case ElementType.UInt8:
                return reader.TryGetByte(out byte u8) && Write(into, u8);
            case ElementType.Int8:
                return reader.TryGetSByte(out sbyte i8) && Write(into, i8);
            case ElementType.UInt16:
                return reader.TryGetUInt16(out ushort u16) && Write(into, u16);
            case ElementType.Int16:
                return reader.TryGetInt16(out short i16) && Write(into, i16);
            case ElementType.UInt32:
                return reader.TryGetUInt32(out uint u32) && Write(into, u32);
            case ElementType.Int32:
                return reader.TryGetInt32(out int i32) && Write(into, i32);
            case ElementType.UInt64:
                return reader.TryGetUInt64(out ulong u64) && Write(into, u64);
            case ElementType.Int64:
                return reader.TryGetInt64(out long i64) && Write(into, i64);
            default:
                return false;
        }
    }

    private static bool Write<T>(Span<byte> into, T value)
        where T : struct
    {
        MemoryMarshal.Write(into, value);
        return true;
    }

    private static TensorShape ReadShape(ref Utf8JsonReader reader)
    {
        Begin(ref reader, JsonTokenType.StartArray, "'shape'");
        Span<long> dimensions = stackalloc long[TensorShape.MaxRank];
        int rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (rank == dimensions.Length || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out dimensions[rank]))
                throw new ProtocolException(ProtocolError.BadShape, $"A shape is a list of at most {TensorShape.MaxRank} integers.");
            rank++;
        }

        try
        {
            return new TensorShape(dimensions[..rank]);
        }
        catch (IsthmusException e)
        {
            throw new ProtocolException(ProtocolError.BadShape, e.Message, e);
        }
    }

    private static Parameters ReadParameters(ref Utf8JsonReader reader, InferLimits limits)
    {
        Parameters parameters = [];
        Begin(ref reader, JsonTokenType.StartObject, "'parameters'");
        while (NextMember(ref reader))
        {
            if (parameters.Count == limits.MaxParameters)
                throw new ProtocolException(ProtocolError.TooLarge, $"There are more than {limits.MaxParameters} parameters.");
            string name = reader.GetString()!;
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    parameters.Add(name, reader.GetString()!);
                    break;
                case JsonTokenType.Number:
                    parameters.Add(name, reader.GetDouble());
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    parameters.Add(name, reader.GetBoolean());
                    break;
                case JsonTokenType.Null:
                    break;
                default:
                    throw Bad($"The parameter '{name}' must be a text, a number or a truth value.");
            }
        }

        return parameters;
    }

    private static void ReadRequested(ref Utf8JsonReader reader, InferLimits limits, MessageDraft draft)
    {
        Begin(ref reader, JsonTokenType.StartArray, "'outputs'");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (draft.Requested.Count == limits.MaxTensors)
                throw new ProtocolException(ProtocolError.TooLarge, $"A request asks for at most {limits.MaxTensors} outputs.");
            Expect(ref reader, JsonTokenType.StartObject, "an output");
            string? name = null;
            bool? binary = null;
            while (NextMember(ref reader))
            {
                if (reader.ValueTextEquals("name"u8)) name = Text(ref reader, "name", limits);
                else if (reader.ValueTextEquals("parameters"u8)) binary = ReadParameters(ref reader, limits).Find(ProtocolNames.BinaryData)?.Flag;
                else Skip(ref reader);
            }

            draft.Requested.Add(new(name ?? throw Bad("An output has no 'name'."), binary));
        }
    }

    private static string? Text(ref Utf8JsonReader reader, string member, InferLimits limits)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        Expect(ref reader, JsonTokenType.String, $"'{member}'");
        if (reader.ValueSpan.Length > limits.MaxNameLength)
            throw new ProtocolException(ProtocolError.TooLarge, $"'{member}' is longer than {limits.MaxNameLength} bytes.");
        return reader.GetString();
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static void Begin(ref Utf8JsonReader reader, JsonTokenType token, string what)
    {
        if (!reader.Read()) throw new JsonException("It ends too early.");
        Expect(ref reader, token, what);
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string what)
    {
        if (reader.TokenType == token) return;
        string wanted = token switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            _ => "a text",
        };
        throw Bad($"In the message, {what} must be {wanted}.");
    }

    private static ProtocolException Bad(string message) => new(ProtocolError.BadMember, message);
}
