using System.Runtime.InteropServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;

namespace Isthmus.Inference.Graphs;

/// <summary>An input for a network where there is no real one: the same noise every time, in [−1, 1] for floats, zeros for integers but bytes.</summary>
public static class SyntheticInput
{
    /// <summary>The types and shapes that a model takes for one input.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dimensions">Sizes of open dimensions by name; an open first dimension is the batch, and 1 unless named here.</param>
    /// <exception cref="IsthmusException">Another dimension is open and not given, or an input is no tensor of numbers.</exception>
    public static IReadOnlyList<TensorDescription> Describe(OnnxModel model, IReadOnlyDictionary<string, long>? dimensions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. model.Graph.Inputs.Select(input => Describe(model, input, dimensions))];
    }

    /// <summary>A tensor for each of the model's inputs, by name.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dimensions">Sizes of open dimensions by name.</param>
    /// <param name="seed">Which noise.</param>
    public static IReadOnlyDictionary<string, Tensor> Create(OnnxModel model, IReadOnlyDictionary<string, long>? dimensions = null, int seed = 1) =>
        Create(Describe(model, dimensions), seed);

    /// <summary>A tensor for each of these inputs, by name.</summary>
    /// <param name="described">Types and shapes.</param>
    /// <param name="seed">Which noise.</param>
    public static IReadOnlyDictionary<string, Tensor> Create(IEnumerable<TensorDescription> described, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(described);
        Random random = new(seed);
        Dictionary<string, Tensor> inputs = new(StringComparer.Ordinal);
        foreach (TensorDescription input in described)
        {
            Tensor tensor = Tensor.Rent(input.ElementType, input.Shape);
            Fill(tensor, random);
            inputs.Add(input.Name, tensor);
        }

        return inputs;
    }

    private static void Fill(Tensor tensor, Random random)
    {
        Span<byte> bytes = tensor.Bytes.Span;
        switch (tensor.ElementType)
        {
            case ElementType.Float32:
                foreach (ref float value in tensor.Floats) value = (float)((random.NextDouble() * 2) - 1);
                break;
            case ElementType.Float64:
                foreach (ref double value in MemoryMarshal.Cast<byte, double>(bytes)) value = (random.NextDouble() * 2) - 1;
                break;
            case ElementType.Float16:
                foreach (ref Half value in MemoryMarshal.Cast<byte, Half>(bytes)) value = (Half)((random.NextDouble() * 2) - 1);
                break;
            case ElementType.UInt8 or ElementType.Int8:
                random.NextBytes(bytes);
                break;
            default:
                // Indices, lengths, flags: zero is the one value that is always legal.
                bytes.Clear();
                break;
        }
    }

    private static TensorDescription Describe(OnnxModel model, ValueInfoProto input, IReadOnlyDictionary<string, long>? given)
    {
        TypeProto.Types.Tensor? type = input.Type?.TensorType;
        if (type is null || !Enum.IsDefined((ElementType)type.ElemType) || type.ElemType == (int)ElementType.Undefined)
            throw new IsthmusException(ErrorKind.Model, $"The input '{input.Name}' of '{model.Name}' is no tensor of numbers: such a model is not supported.");
        if (type.Shape is null)
            throw new IsthmusException(ErrorKind.Model, $"The input '{input.Name}' of '{model.Name}' has no shape: export the model again with the shape of its input.");
        if (type.Shape.Dim.Count > TensorShape.MaxRank)
            throw new IsthmusException(ErrorKind.Model, $"The input '{input.Name}' of '{model.Name}' has {type.Shape.Dim.Count} dimensions: at most {TensorShape.MaxRank} are supported.");

        long[] shape = new long[type.Shape.Dim.Count];
        for (int i = 0; i < shape.Length; i++)
        {
            TensorShapeProto.Types.Dimension dimension = type.Shape.Dim[i];
            string name = dimension.DimParam is { Length: > 0 } symbol ? symbol : $"{input.Name}.{i}";
            shape[i] = dimension.DimValue > 0 ? dimension.DimValue
                : given is not null && given.TryGetValue(name, out long size) ? size
                : i == 0 ? 1
                : throw new IsthmusException(ErrorKind.Model, $"Dimension {i} ('{name}') of the input '{input.Name}' of '{model.Name}' is open: give it a size with --dimension {name}=SIZE, or export the model with a fixed one.");
        }

        try
        {
            TensorDescription described = new(input.Name, (ElementType)type.ElemType, new TensorShape(shape));
            _ = Tensor.ByteLength(described.ElementType, described.Shape);
            return described;
        }
        catch (IsthmusException e)
        {
            throw new IsthmusException(ErrorKind.Model, $"The input '{input.Name}' of '{model.Name}' cannot be made: {e.Message}", e);
        }
    }
}
