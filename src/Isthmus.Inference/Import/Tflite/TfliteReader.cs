using Isthmus.Core.Errors;
using Isthmus.Inference.Import.FlatBuffers;

namespace Isthmus.Inference.Import.Tflite;

/// <summary>
/// Reads a TFLite file (tensorflow/lite/schema/schema.fbs, version 3) and checks that its parts fit together: indices within
/// their lists, constants of the size that their shape says, quantisation parameters that make sense.
/// </summary>
internal static class TfliteReader
{
    private const int MaxTensors = 100_000;
    private const int MaxOperators = 100_000;
    private const int MaxBuffers = 200_000;
    private const int MaxRank = 6;
    private const int MaxOperands = 4096;
    private const int MaxChannels = 1 << 20;
    private const int MaxName = 256;

    public static TfliteModel Read(ReadOnlyMemory<byte> file, string name)
    {
        FlatBuffer buffer = new(file, name);
        if (!buffer.HasIdentifier("TFL3"u8)) throw new IsthmusException(ErrorKind.Model, $"{name} is no TFLite model: it lacks the mark TFL3 that such files begin with.");
        FlatTable model = buffer.Root();
        FlatTable[] subgraphs = model.Tables(2, 1000);
        if (subgraphs.Length != 1)
            throw new IsthmusException(ErrorKind.Model, $"{name} has {subgraphs.Length} subgraphs; only models with one are supported.");
        FlatTable[] codes = model.Tables(1, 10_000);
        FlatTable[] buffers = model.Tables(4, MaxBuffers);

        FlatTable graph = subgraphs[0];
        FlatTable[] tensorTables = graph.Tables(0, MaxTensors);
        TfliteTensor[] tensors = new TfliteTensor[tensorTables.Length];
        for (int i = 0; i < tensors.Length; i++) tensors[i] = Tensor(buffer, tensorTables[i], i, buffers);

        FlatTable[] operatorTables = graph.Tables(3, MaxOperators);
        if (operatorTables.Length == 0) throw buffer.Damaged("it has no operators");
        TfliteOperator[] operators = new TfliteOperator[operatorTables.Length];
        for (int i = 0; i < operators.Length; i++) operators[i] = Operator(buffer, operatorTables[i], i, codes, tensors.Length);

        int[] inputs = Indices(buffer, graph.Int32s(1, MaxOperands), tensors.Length, optional: false);
        int[] outputs = Indices(buffer, graph.Int32s(2, MaxOperands), tensors.Length, optional: false);
        if (inputs.Length == 0) throw buffer.Damaged("it has no inputs");
        if (outputs.Length == 0) throw buffer.Damaged("it has no outputs");
        return new TfliteModel(name, tensors, operators, inputs, outputs);
    }

    private static TfliteTensor Tensor(FlatBuffer file, FlatTable table, int index, FlatTable[] buffers)
    {
        int[] shape = table.Int32s(0, MaxRank);
        long count = 1;
        foreach (int d in shape)
        {
            // 0 and −1 are how some converters write a dimension that they do not know.
            count *= Math.Max(d, 1);
            if (d < -1 || count > int.MaxValue) throw file.Damaged($"tensor {index} has the impossible shape [{string.Join(", ", shape)}]");
        }

        TfliteType type = (TfliteType)table.Byte(1);
        uint bufferIndex = table.UInt32(2);
        if (bufferIndex >= buffers.Length && bufferIndex != 0) throw file.Damaged($"tensor {index} refers to buffer {bufferIndex}, which does not exist");
        ReadOnlyMemory<byte> data = default;
        if (bufferIndex < buffers.Length)
        {
            data = buffers[bufferIndex].Bytes(0);
            ulong offset = buffers[bufferIndex].UInt64(1);
            ulong size = buffers[bufferIndex].UInt64(2);
            // Large models keep their weights behind the FlatBuffer; an offset of 0 or 1 means that this one does not.
            if (offset > 1)
            {
                if (offset > (ulong)file.Length || size > (ulong)file.Length - offset) throw file.Damaged($"the values of tensor {index} lie outside of the file");
                data = file.Slice((int)offset, (int)size);
            }
        }

        if (!data.IsEmpty && Size(type) is { } element && (shape.AsSpan().ContainsAnyInRange(-1, 0) || data.Length != count * element))
            throw file.Damaged($"tensor {index} has {data.Length} bytes of values, where its shape [{string.Join(", ", shape)}] needs {count * element}");
        string name = table.Text(3, MaxName) ?? "";
        return new TfliteTensor(index, name, type, shape, data, Quantization(file, table.Table(4), index, type, shape));
    }

    private static TfliteQuantization? Quantization(FlatBuffer file, FlatTable table, int index, TfliteType type, int[] shape)
    {
        if (table.IsNull || type is not (TfliteType.UInt8 or TfliteType.Int8 or TfliteType.Int16 or TfliteType.Int32 or TfliteType.Int64)) return null;
        float[] scales = table.Singles(2, MaxChannels);
        long[] zeros = table.Int64s(3, MaxChannels);
        if (scales.Length == 0) return null;
        int dimension = table.Int32(6);
        if (scales.Length > 1 && ((uint)dimension >= (uint)shape.Length || shape[dimension] != scales.Length))
            throw file.Damaged($"tensor {index} has {scales.Length} scales, which do not fit its shape [{string.Join(", ", shape)}]");
        if (zeros.Length is not (0 or 1) && zeros.Length != scales.Length)
            throw file.Damaged($"tensor {index} has {scales.Length} scales but {zeros.Length} zero points");
        (long low, long high) = type switch
        {
            TfliteType.UInt8 => (0L, 255L),
            TfliteType.Int8 => (-128, 127),
            TfliteType.Int16 => (short.MinValue, short.MaxValue),
            _ => (int.MinValue, (long)int.MaxValue),
        };
        int[] zeroPoints = new int[scales.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            long zero = zeros.Length == 0 ? 0 : zeros[zeros.Length == 1 ? 0 : i];
            if (zero < low || zero > high) throw file.Damaged($"tensor {index} has the zero point {zero}, which is outside of its type");
            if (!(scales[i] > 0) || !float.IsFinite(scales[i])) throw file.Damaged($"tensor {index} has the scale {scales[i]}, where only positive ones make sense");
            zeroPoints[i] = (int)zero;
        }

        return new TfliteQuantization(scales, zeroPoints, scales.Length == 1 ? 0 : dimension);
    }

    private static TfliteOperator Operator(FlatBuffer file, FlatTable table, int index, FlatTable[] codes, int tensors)
    {
        uint codeIndex = table.UInt32(0);
        if (codeIndex >= codes.Length) throw file.Damaged($"operator {index} is of kind {codeIndex}, which is not in the file's list");
        FlatTable code = codes[codeIndex];
        // Numbers beyond 127 do not fit the old field, which then holds 127; old files have no new field, that is 0.
        int number = Math.Max(code.SignedByte(0), code.Int32(3));
        string name = BuiltinOperatorNames.Of(number, code.Text(1, MaxName));
        int[] inputs = Indices(file, table.Int32s(1, MaxOperands), tensors, optional: true);
        int[] outputs = Indices(file, table.Int32s(2, MaxOperands), tensors, optional: false);
        return new TfliteOperator(index, (BuiltinOperator)number, name, inputs, outputs, table.Table(4));
    }

    private static int[] Indices(FlatBuffer file, int[] indices, int count, bool optional)
    {
        foreach (int i in indices)
        {
            if (i >= count || i < (optional ? -1 : 0)) throw file.Damaged($"it refers to tensor {i}, which does not exist");
        }

        return indices;
    }

    private static int? Size(TfliteType type) => type switch
    {
        TfliteType.Float32 or TfliteType.Int32 => 4,
        TfliteType.Float16 or TfliteType.Int16 => 2,
        TfliteType.Int64 => 8,
        TfliteType.UInt8 or TfliteType.Int8 or TfliteType.Bool => 1,
        _ => null,
    };
}
