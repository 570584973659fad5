using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Isthmus.Core.Tensors;

namespace Isthmus.Runtime.Protocol;

/// <summary>
/// Writes the JSON part of requests and responses. The bytes of the tensors that are binary follow it, in their order; see
/// <see cref="BinaryLength"/> and <see cref="InferContent"/>.
/// </summary>
public static class InferWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the JSON part of a request.</summary>
    /// <exception cref="ProtocolException">A tensor that is to be JSON holds values that JSON has no numbers for.</exception>
    public static void WriteJson(InferRequest request, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Utf8JsonWriter json = new(output, Options);
        json.WriteStartObject();
        if (request.Id is not null) json.WriteString("id"u8, request.Id);
        WriteParameters(json, request.Parameters, binarySize: null);
        WriteTensors(json, "inputs"u8, request.Inputs);
        if (!request.Outputs.IsDefaultOrEmpty)
        {
            json.WriteStartArray("outputs"u8);
            foreach (RequestedOutput wanted in request.Outputs)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, wanted.Name);
                if (wanted.IsBinary is { } binary)
                {
                    json.WriteStartObject("parameters"u8);
                    json.WriteBoolean(ProtocolNames.BinaryData, binary);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the JSON part of a response.</summary>
    /// <exception cref="ProtocolException">A tensor that is to be JSON holds values that JSON has no numbers for.</exception>
    public static void WriteJson(InferResponse response, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(response);
        using Utf8JsonWriter json = new(output, Options);
        json.WriteStartObject();
        json.WriteString("model_name"u8, response.ModelName);
        if (response.ModelVersion is not null) json.WriteString("model_version"u8, response.ModelVersion);
        if (response.Id is not null) json.WriteString("id"u8, response.Id);
        WriteParameters(json, response.Parameters, binarySize: null);
        WriteTensors(json, "outputs"u8, response.Outputs);
        json.WriteEndObject();
    }

    /// <summary>Bytes that follow the JSON part.</summary>
    public static long BinaryLength(ImmutableArray<InferTensor> tensors)
    {
        long length = 0;
        foreach (InferTensor tensor in tensors)
        {
            if (tensor.IsBinary) length += tensor.Content.Bytes.Length;
        }

        return length;
    }

    private static void WriteTensors(Utf8JsonWriter json, ReadOnlySpan<byte> member, ImmutableArray<InferTensor> tensors)
    {
        json.WriteStartArray(member);
        foreach (InferTensor tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tensor.Name);
            json.WriteString("datatype"u8, tensor.Datatype);
            json.WriteStartArray("shape"u8);
            foreach (long d in tensor.Shape.Dimensions) json.WriteNumberValue(d);
            json.WriteEndArray();
            WriteParameters(json, tensor.Parameters, tensor.IsBinary ? tensor.Content.Bytes.Length : null);
            if (!tensor.IsBinary)
            {
                json.WriteStartArray("data"u8);
                WriteElements(json, tensor);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteParameters(Utf8JsonWriter json, Parameters parameters, int? binarySize)
    {
        if (parameters.Count == 0 && binarySize is null) return;
        json.WriteStartObject("parameters"u8);
        foreach ((string name, ParameterValue value) in parameters)
        {
            if (value.Text is { } text) json.WriteString(name, text);
            else if (value.Number is { } number) json.WriteNumber(name, number);
            else if (value.Flag is { } flag) json.WriteBoolean(name, flag);
        }

        if (binarySize is { } size) json.WriteNumber(ProtocolNames.BinaryDataSize, size);
        json.WriteEndObject();
    }

    private static void WriteElements(Utf8JsonWriter json, InferTensor tensor)
    {
        ReadOnlySpan<byte> bytes = tensor.Content.Bytes.Span;
        if (tensor.Datatype == ProtocolNames.Bytes)
        {
            while (bytes.Length >= 4)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                json.WriteStringValue(bytes.Slice(4, length));
                bytes = bytes[(4 + length)..];
            }

            return;
        }

        switch (tensor.Content.ElementType)
        {
            case ElementType.Float32:
                foreach (float v in MemoryMarshal.Cast<byte, float>(bytes)) json.WriteNumberValue(Finite(v, tensor));
                break;
            case ElementType.Float64:
                foreach (double v in MemoryMarshal.Cast<byte, double>(bytes)) json.WriteNumberValue(Finite(v, tensor));
                break;
            case ElementType.Float16:
                foreach (Half v in MemoryMarshal.Cast<byte, Half>(bytes)) json.WriteNumberValue(Finite((float)v, tensor));
                break;
            case ElementType.UInt8:
                foreach (byte v in bytes) json.WriteNumberValue(v);
                break;
            case ElementType.Int8:
                foreach (byte v in bytes) json.WriteNumberValue((sbyte)v);
                break;
            case ElementType.UInt16:
                foreach (ushort v in MemoryMarshal.Cast<byte, ushort>(bytes)) json.WriteNumberValue(v);
                break;
            case ElementType.Int16:
                foreach (short v in MemoryMarshal.Cast<byte, short>(bytes)) json.WriteNumberValue(v);
                break;
            case ElementType.UInt32:
                foreach (uint v in MemoryMarshal.Cast<byte, uint>(bytes)) json.WriteNumberValue(v);
                break;
            case ElementType.Int32:
                foreach (int v in MemoryMarshal.Cast<byte, int>(bytes)) json.WriteNumberValue(v);
                break;
            case ElementType.UInt64:
                foreach (ulong v in MemoryMarshal.Cast<byte, ulong>(bytes)) json.WriteNumberValue(v);
                break;
            case ElementType.Int64:
                foreach (long v in MemoryMarshal.Cast<byte, long>(bytes)) json.WriteNumberValue(v);
                break;
            case ElementType.Bool:
                foreach (byte v in bytes) json.WriteBooleanValue(v != 0);
                break;
            default:
                throw new ProtocolException(ProtocolError.UnknownDatatype, $"Tensor '{tensor.Name}' is of datatype '{tensor.Datatype}', which is not supported.");
        }
    }

    private static T Finite<T>(T value, InferTensor tensor)
        where T : struct, System.Numerics.IFloatingPoint<T> => T.IsFinite(value) ? value
        : throw new ProtocolException(ProtocolError.NotJson, $"Tensor '{tensor.Name}' holds values that JSON has no numbers for: ask for it as bytes, with 'binary_data_output'.");
}
