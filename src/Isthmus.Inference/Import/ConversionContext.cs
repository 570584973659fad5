using System.Runtime.InteropServices;
using Isthmus.Core.Errors;
using Isthmus.Inference.Import.Tflite;
using DataType = Isthmus.Core.Graphs.Onnx.TensorProto.Types.DataType;

namespace Isthmus.Inference.Import;

/// <summary>
/// The state of one import: which ONNX values the tensors of the TFLite model have become. Tensors of four dimensions are kept
/// as batch, channel, row, column, which is what ONNX's spatial operators take, and brought to TFLite's order (channel last)
/// only when an operator's meaning depends on it.
/// </summary>
internal sealed class ConversionContext
{
    /// <summary>TFLite's dimensions in ONNX's order: batch, channel, row, column.</summary>
    public static readonly int[] ToNchw = [0, 3, 1, 2];

    private static readonly int[] ToNative = [0, 2, 3, 1];

    private readonly TfliteModel _model;
    private readonly Activation?[] _activations;
    private readonly TfliteTensor?[] _constants;
    private readonly Dictionary<(int Tensor, string Form), string> _constantNames = [];

    public ConversionContext(TfliteModel model, OnnxGraphBuilder builder, bool quantized)
    {
        _model = model;
        Builder = builder;
        IsQuantized = quantized;
        _activations = new Activation?[model.Tensors.Length];
        _constants = [.. model.Tensors.Select(t => t.IsConstant ? t : null)];
    }

    public OnnxGraphBuilder Builder { get; }

    /// <summary>Whether 8-bit tensors stay so, by QuantizeLinear and DequantizeLinear.</summary>
    public bool IsQuantized { get; }

    /// <summary>The tensor that is the first result of an operator.</summary>
    public TfliteTensor OutputTensor(TfliteOperator op) =>
        op.Outputs.Length == 1 ? _model.Tensors[op.Outputs[0]] : throw Invalid(op, $"has {op.Outputs.Length} outputs, not one");

    /// <summary>Makes an input of the model.</summary>
    public void AddInput(int tensor, string name, int[] shape)
    {
        TfliteTensor t = _model.Tensors[tensor];
        if (_activations[tensor] is not null || t.IsConstant) throw Damaged($"tensor {tensor} is an input twice, or a constant as well");
        string value = IsQuantized && IsQuantised8(t) ? QuantizeDequantize(name, t, FusedActivation.None) : name;
        bool nchw = shape.Length == 4;
        // What the caller gives is taken to be in the range that the quantisation can express: the manifest makes it so.
        ValueRange range = IsQuantised8(t) ? QuantizedRange(t) : ValueRange.Unbounded;
        _activations[tensor] = new Activation(t, shape) { Nchw = nchw ? value : null, Native = nchw ? null : value, Range = range };
    }

    /// <summary>The computed tensor with this index; an error if nothing has computed it.</summary>
    public Activation Result(int tensor) => _activations[tensor] ?? throw Damaged($"nothing computes tensor {tensor} ('{_model.Tensors[tensor].Name}') before it is used");

    /// <summary>A computed input of an operator.</summary>
    public Activation Input(TfliteOperator op, int input)
    {
        int index = Index(op, input);
        if (_constants[index] is not null) throw Invalid(op, $"has the constant tensor {index} as its input {input}, where a computed one is expected");
        return _activations[index] ?? throw Invalid(op, $"uses tensor {index}, which nothing has computed before");
    }

    /// <summary>A constant input of an operator, or null if that input is computed.</summary>
    public TfliteTensor? ConstantOrNull(TfliteOperator op, int input) => _constants[Index(op, input)];

    /// <summary>A constant input of an operator.</summary>
    public TfliteTensor Constant(TfliteOperator op, int input) =>
        ConstantOrNull(op, input) ?? throw Invalid(op, $"needs a constant as its input {input}");

    /// <summary>The integers of a constant input: axes, sizes, paddings.</summary>
    public int[] Integers(TfliteOperator op, int input) =>
        ConstantValues.Integers(Constant(op, input)) ?? throw Invalid(op, $"needs a short list of integers as its input {input}");

    /// <summary>Says that an operator's result is the same constant as its input, in another type.</summary>
    public void FoldConstant(TfliteOperator op, TfliteTensor constant) => _constants[OutputTensor(op).Index] = constant;

    /// <summary>The value as batch, channel, row, column.</summary>
    public string Nchw(TfliteOperator op, Activation value)
    {
        if (value.Shape.Length != 4) throw Invalid(op, $"needs an input of four dimensions, and gets {value.Shape.Length}");
        return NchwOf(value);
    }

    /// <summary>As <see cref="Nchw"/>, for a value that is known to have four dimensions.</summary>
    public string NchwOf(Activation value) => value.Nchw ??= Reorder(value, value.Native!, ToNchw, "nchw");

    /// <summary>The value in TFLite's order of dimensions.</summary>
    public string Native(Activation value) => value.Native ??= Reorder(value, value.Nchw!, ToNative, "nhwc");

    /// <summary>A value that holds the elements in TFLite's order, in whatever shape: no transposition if both orders are the same.</summary>
    public string InNativeOrder(Activation value) => value.Native ?? (Activation.IsSameInBothOrders(value.Shape) ? value.Nchw! : Native(value));

    /// <summary>
    /// Records what an operator has computed. Adds its fused activation and what the quantisation of its result does: in a float
    /// model the range as a Clip (unless the value cannot leave it anyway), in a quantised one QuantizeLinear and DequantizeLinear.
    /// </summary>
    /// <param name="op">The operator.</param>
    /// <param name="value">Name of the value in the ONNX graph.</param>
    /// <param name="shape">Its shape, in TFLite's order.</param>
    /// <param name="nchw">Whether the value is ordered batch, channel, row, column.</param>
    /// <param name="fused">The fused activation.</param>
    /// <param name="range">What the value can be.</param>
    /// <param name="keepFloat">Whether the value may stay unquantised if it is an output of the model: a probability loses most of its digits in 8 bits.</param>
    public void Produce(TfliteOperator op, string value, int[] shape, bool nchw, FusedActivation fused, ValueRange range, bool keepFloat = false)
    {
        TfliteTensor tensor = OutputTensor(op);
        if (_activations[tensor.Index] is not null || _constants[tensor.Index] is not null || Array.IndexOf(_model.Inputs, tensor.Index) >= 0)
            throw Invalid(op, $"computes tensor {tensor.Index}, which has a value already");
        CheckShape(op, tensor, shape);

        if (fused is FusedActivation.Tanh)
        {
            value = Builder.Node("Tanh", Wish(op, "Tanh"), [value]);
            (range, fused) = (new(-1, 1), FusedActivation.None);
        }

        ValueRange activated = RangeOf(op, fused);
        bool final = keepFloat && Array.IndexOf(_model.Outputs, tensor.Index) >= 0;
        if (IsQuantized && IsQuantised8(tensor) && !final)
        {
            value = QuantizeDequantize(value, tensor, fused);
            range = QuantizedRange(tensor);
        }
        else
        {
            ValueRange limit = tensor.Quantization is { IsPerTensor: true } && tensor.Type is TfliteType.UInt8 or TfliteType.Int8 or TfliteType.Int16 && !keepFloat
                ? QuantizedRange(tensor).Intersect(activated)
                : activated;
            if (!limit.Contains(range))
            {
                value = limit is { Low: 0, High: float.PositiveInfinity }
                    ? Builder.Node("Relu", Wish(op, "Relu"), [value])
                    : Builder.Node("Clip", Wish(op, "Clip"), [value, Builder.Scalar(limit.Low), Builder.Scalar(limit.High)]);
                range = range.Intersect(limit);
            }
        }

        _activations[tensor.Index] = new Activation(tensor, shape) { Nchw = nchw ? value : null, Native = nchw ? null : value, Range = range };
    }

    /// <summary>A constant as float, in TFLite's order or another, with a shape of the caller's choice.</summary>
    public string FloatConstant(TfliteTensor tensor, ReadOnlySpan<int> shape, ReadOnlySpan<int> order)
    {
        string form = $"f{Joined(shape)};{Joined(order)}";
        if (_constantNames.TryGetValue((tensor.Index, form), out string? name)) return name;
        float[] values = ConstantValues.Floats(tensor);
        if (!order.IsEmpty) values = ConstantValues.Permute<float>(values, tensor.Shape, order);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(values.Length * sizeof(float));
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(bytes);
        return _constantNames[(tensor.Index, form)] = Builder.Initializer(tensor.Name, DataType.Float, shape, bytes);
    }

    /// <summary>
    /// A constant as float: in a quantised model as 8-bit values and a DequantizeLinear, else dequantised.
    /// </summary>
    /// <param name="tensor">The constant.</param>
    /// <param name="shape">The shape that it takes in ONNX.</param>
    /// <param name="order">The order that its dimensions take, none to leave them.</param>
    /// <param name="channelAxis">Where the channels of per-channel quantisation are in <paramref name="shape"/>.</param>
    public string Weights(TfliteTensor tensor, ReadOnlySpan<int> shape, ReadOnlySpan<int> order, int channelAxis)
    {
        if (!IsQuantized || tensor.Type is not (TfliteType.UInt8 or TfliteType.Int8) || tensor.Quantization is not { } quantization)
            return FloatConstant(tensor, shape, order);
        string form = $"q{Joined(shape)};{Joined(order)}";
        if (_constantNames.TryGetValue((tensor.Index, form), out string? name)) return name;
        ReadOnlyMemory<byte> bytes = order.IsEmpty ? tensor.Data : ConstantValues.Permute(tensor.Data.Span, tensor.Shape, order);
        int offset = Offset(tensor);
        if (offset != 0)
        {
            // q + 128 as an unsigned byte is q with its highest bit turned.
            byte[] unsigned = bytes.ToArray();
            foreach (ref byte q in unsigned.AsSpan()) q ^= 0x80;
            bytes = unsigned;
        }

        string stored = Builder.Initializer(tensor.Name, DataType.Uint8, shape, bytes);
        string result;
        if (quantization.IsPerTensor)
        {
            result = Builder.Node("DequantizeLinear", $"{tensor.Name}/DequantizeLinear",
                [stored, Builder.Scalar(quantization.Scales[0]), Builder.Byte(quantization.ZeroPoints[0] + offset)]);
        }
        else
        {
            int channels = quantization.Scales.Length;
            string scales = Builder.Floats($"{tensor.Name}/scales", [channels], quantization.Scales);
            string zeros = Builder.Initializer($"{tensor.Name}/zero_points", DataType.Uint8, [channels], quantization.ZeroPoints.Select(z => (byte)(z + offset)).ToArray());
            result = Builder.Node("DequantizeLinear", $"{tensor.Name}/DequantizeLinear", [stored, scales, zeros], OnnxGraphBuilder.Attribute("axis", channelAxis));
        }

        return _constantNames[(tensor.Index, form)] = result;
    }

    /// <summary>
    /// A bias of shape [channels]: 32-bit integers at the scale input × weights in a quantised model, which is what the integer
    /// kernels add up in; else dequantised.
    /// </summary>
    public string Bias(TfliteOperator op, TfliteTensor bias, TfliteTensor input, TfliteTensor weights, int channels)
    {
        if (bias.Count != channels) throw Invalid(op, $"has a bias of {bias.Count} values for {channels} channels");
        if (!IsQuantized || bias.Type != TfliteType.Int32 || !IsQuantised8(input) || weights.Quantization is not { } w || (!w.IsPerTensor && w.Scales.Length != channels))
            return FloatConstant(bias, [channels], []);
        string stored = Builder.Initializer(bias.Name, DataType.Int32, [channels], bias.Data);
        float[] scales = [.. w.Scales.Select(s => s * input.Quantization!.Scales[0])];
        return w.IsPerTensor
            ? Builder.Node("DequantizeLinear", $"{bias.Name}/DequantizeLinear", [stored, Builder.Scalar(scales[0])])
            : Builder.Node("DequantizeLinear", $"{bias.Name}/DequantizeLinear", [stored, Builder.Floats($"{bias.Name}/scales", [channels], scales)], OnnxGraphBuilder.Attribute("axis", 0));
    }

    /// <summary>A name for a node of this operator.</summary>
    public string Wish(TfliteOperator op, string kind) => $"{OutputTensor(op).Name}/{kind}";

    /// <summary>Whether a tensor holds 8-bit integers with one scale.</summary>
    public static bool IsQuantised8(TfliteTensor tensor) =>
        tensor is { Quantization.IsPerTensor: true, Type: TfliteType.UInt8 or TfliteType.Int8 };

    /// <summary>The error for an operator that makes no sense or is of a kind that the importer lacks.</summary>
    public IsthmusException Invalid(TfliteOperator op, string complaint) =>
        new(ErrorKind.Model, $"{_model.Name} cannot be imported: operator {op.Index} ({op.Name}) {complaint}.");

    /// <summary>The error for a model whose parts do not fit together.</summary>
    public IsthmusException Damaged(string complaint) => new(ErrorKind.Model, $"{_model.Name} cannot be imported: {complaint}.");

    private static string Joined(ReadOnlySpan<int> values) => string.Join(',', values.ToArray());

    // Signed bytes become unsigned ones, with their zero point 128 higher, which changes no value: ONNX Runtime's integer kernels
    // for x64 take no signed activations, and with signed weights they saturate on processors without VNNI.
    private static int Offset(TfliteTensor tensor) => tensor.Type == TfliteType.Int8 ? 128 : 0;

    private static ValueRange QuantizedRange(TfliteTensor tensor)
    {
        (int low, int high) = tensor.IntegerRange;
        (double scale, int zero) = (tensor.Quantization!.Scales[0], tensor.Quantization.ZeroPoints[0]);
        return new((float)(scale * ((long)low - zero)), (float)(scale * ((long)high - zero)));
    }

    private ValueRange RangeOf(TfliteOperator op, FusedActivation fused) => fused switch
    {
        FusedActivation.None => ValueRange.Unbounded,
        FusedActivation.Relu => new(0, float.PositiveInfinity),
        FusedActivation.Relu6 => new(0, 6),
        FusedActivation.ReluN1To1 => new(-1, 1),
        _ => throw Invalid(op, $"has the fused activation {fused}, which the importer does not support"),
    };

    private int Index(TfliteOperator op, int input) =>
        op.Has(input) ? op.Inputs[input] : throw Invalid(op, $"lacks its input {input}");

    private void CheckShape(TfliteOperator op, TfliteTensor tensor, int[] shape)
    {
        long count = 1;
        foreach (int d in shape)
        {
            if (d <= 0) throw Invalid(op, $"computes a tensor of the impossible shape [{string.Join(", ", shape)}]");
            count *= d;
            if (count > int.MaxValue) throw Invalid(op, $"computes a tensor that is too large: [{string.Join(", ", shape)}]");
        }

        // Some converters leave the shape of a computed tensor out, wholly or in part.
        bool agrees = tensor.Shape.Length == 0
            || (tensor.Shape.Length == shape.Length && tensor.Shape.Zip(shape).All(p => p.First == p.Second || p.First <= 0));
        if (!agrees)
            throw Invalid(op, $"computes the shape [{string.Join(", ", shape)}], but the file says [{string.Join(", ", tensor.Shape)}]");
    }

    private string Reorder(Activation value, string source, int[] order, string suffix)
    {
        string wish = $"{value.Tensor.Name}/{suffix}";
        string result = Activation.IsSameInBothOrders(value.Shape)
            ? Builder.Node("Reshape", wish, [source, Builder.Integers([.. (order == ToNchw ? ToNchw.Select(d => (long)value.Shape[d]) : value.Shape.Select(d => (long)d))])])
            : Builder.Node("Transpose", wish, [source], OnnxGraphBuilder.ListAttribute("perm", order));
        // Without a pair of its own the runtime could not let the integer kernels on either side meet.
        return IsQuantized && IsQuantised8(value.Tensor) ? QuantizeDequantize(result, value.Tensor, FusedActivation.None) : result;
    }

    private string QuantizeDequantize(string value, TfliteTensor tensor, FusedActivation fused)
    {
        int offset = Offset(tensor);
        float scale = tensor.Quantization!.Scales[0];
        int zero = tensor.Quantization.ZeroPoints[0];
        string scaleName = Builder.Scalar(scale);
        string zeroName = Builder.Byte(zero + offset);
        string quantized = Builder.Node("QuantizeLinear", $"{tensor.Name}/QuantizeLinear", [value, scaleName, zeroName]);

        // The bounds of the fused activation, in integers, as TFLite's CalculateActivationRangeQuantized has them.
        (int low, int high) = tensor.IntegerRange;
        (int first, int last) = fused switch
        {
            FusedActivation.Relu => (Math.Max(low, zero), high),
            FusedActivation.Relu6 => (Math.Max(low, zero), (int)Math.Min(high, zero + Round(6 / scale))),
            FusedActivation.ReluN1To1 => ((int)Math.Max(low, zero + Round(-1 / scale)), (int)Math.Min(high, zero + Round(1 / scale))),
            _ => (low, high),
        };
        if (first > low || last < high)
            quantized = Builder.Node("Clip", $"{tensor.Name}/Clip", [quantized, Builder.Byte(first + offset), Builder.Byte(Math.Max(first, last) + offset)]);
        return Builder.Node("DequantizeLinear", $"{tensor.Name}/DequantizeLinear", [quantized, scaleName, zeroName]);

        static double Round(float v) => Math.Round(v, MidpointRounding.AwayFromZero);
    }
}
