using System.Runtime.InteropServices;

namespace Isthmus.Inference.Tests.Import;

/// <summary>A small TFLite model to be written. Numbers are those of tensorflow/lite/schema/schema.fbs.</summary>
internal sealed class TfliteSource
{
    public const byte Float32 = 0, Float16 = 1, Int32 = 2, UInt8 = 3, Int64 = 4, Int16 = 7, Int8 = 9;

    private readonly List<FlatTableSource> _tensors = [];
    private readonly List<FlatTableSource> _buffers = [new()];
    private readonly List<FlatTableSource> _codes = [];
    private readonly List<FlatTableSource> _operators = [];

    public List<int> Inputs { get; } = [];

    public List<int> Outputs { get; } = [];

    /// <summary>A one-operator model.</summary>
    public static byte[] Single(int code, NdArray input, int[] outputShape, FlatTableSource? options, Func<TfliteSource, int[]>? constants = null)
    {
        TfliteSource model = new();
        int x = model.Input(input.Shape);
        int[] inputs = [x, .. constants?.Invoke(model) ?? []];
        int y = model.Tensor("y", outputShape);
        model.Operator(code, inputs, y, options);
        model.Outputs.Add(y);
        return model.ToFile();
    }

    public int Input(int[] shape, byte type = Float32, FlatTableSource? quantization = null)
    {
        int x = Tensor($"x{Inputs.Count}", shape, type, quantization: quantization);
        Inputs.Add(x);
        return x;
    }

    public int Tensor(string name, int[] shape, byte type = Float32, byte[]? data = null, FlatTableSource? quantization = null)
    {
        uint buffer = 0;
        if (data is not null)
        {
            buffer = (uint)_buffers.Count;
            _buffers.Add(new FlatTableSource().With(0, data));
        }

        _tensors.Add(new FlatTableSource().With(0, shape).With(1, type).With(2, buffer).With(3, name).With(4, quantization));
        return _tensors.Count - 1;
    }

    /// <summary>Another tensor over the values of this constant.</summary>
    public int SameBuffer(int tensor, string name)
    {
        _tensors.Add(_tensors[tensor].Copy().With(3, name));
        return _tensors.Count - 1;
    }

    public int Constant(string name, NdArray values) => Tensor(name, values.Shape, Float32, MemoryMarshal.AsBytes(values.Values.AsSpan()).ToArray());

    public int Integers(string name, params int[] values) => Tensor(name, [values.Length], Int32, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static FlatTableSource Quantization(float scale, long zeroPoint) => new FlatTableSource().With(2, new[] { scale }).With(3, new[] { zeroPoint });

    public static FlatTableSource Quantization(float[] scales, long[] zeroPoints, int dimension) =>
        new FlatTableSource().With(2, scales).With(3, zeroPoints).With(6, dimension);

    public void Operator(int code, int[] inputs, int output, FlatTableSource? options = null, string? custom = null)
    {
        // As newer files have it: the small number in the old field, the real one in the new.
        _codes.Add(new FlatTableSource().With(0, (sbyte)Math.Min(code, 127)).With(1, custom).With(3, code));
        _operators.Add(new FlatTableSource().With(0, _codes.Count - 1).With(1, inputs).With(2, new[] { output })
            .With(3, options is null ? null : (object)(byte)1).With(4, options));
    }

    public byte[] ToFile()
    {
        FlatTableSource graph = new FlatTableSource().With(0, _tensors.ToArray()).With(1, Inputs.ToArray()).With(2, Outputs.ToArray()).With(3, _operators.ToArray());
        return new FlatTableSource().With(0, 3).With(1, _codes.ToArray()).With(2, new[] { graph }).With(3, "test").With(4, _buffers.ToArray()).ToFile("TFL3");
    }
}
