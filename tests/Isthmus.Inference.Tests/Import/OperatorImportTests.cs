using System.Runtime.InteropServices;
using Isthmus.Inference.Import;

namespace Isthmus.Inference.Tests.Import;

/// <summary>Every operator, on random shapes and options, against the plain meaning of TFLite's reference kernels.</summary>
public sealed class OperatorImportTests
{
    private const int Cases = 25;
    private const double Tolerance = 2e-5;

    private const int Add = 0, AveragePool = 1, Concatenation = 2, Conv = 3, DepthwiseConv = 4, Dequantize = 6, FullyConnected = 9, Logistic = 14, MaxPool = 17,
        Mul = 18, Relu = 19, ReluN1To1 = 20, Relu6 = 21, Reshape = 22, ResizeBilinear = 23, Softmax = 25, Tanh = 28, Pad = 34, Transpose = 39, Mean = 40, Sub = 41,
        Squeeze = 43, ExpandDims = 70, ResizeNearest = 97, HardSwish = 117;

    [Fact]
    public void Conv2D_AnyWindow_IsTfLites() => Each(random =>
    {
        int groups = random.Next(4) == 0 ? 2 : 1;
        int channels = groups * random.Next(1, 4);
        NdArray x = NdArray.Random(random, random.Next(1, 3), random.Next(5, 12), random.Next(5, 12), channels);
        NdArray filter = NdArray.Random(random, groups * random.Next(1, 4), random.Next(1, 4), random.Next(1, 4), channels / groups);
        NdArray bias = NdArray.Random(random, filter.Shape[0]);
        (bool same, (int, int) stride, (int, int) dilation, int fused) = Window(random);
        NdArray expected = TfliteReference.Activate(TfliteReference.Conv(x, filter, bias, same, stride, dilation), fused);
        FlatTableSource options = new FlatTableSource().With(0, (byte)(same ? 0 : 1)).With(1, stride.Item2).With(2, stride.Item1).With(3, (byte)fused)
            .With(4, dilation.Item2).With(5, dilation.Item1);
        byte[] model = TfliteSource.Single(Conv, x, expected.Shape, options, m => [m.Constant("w", filter), m.Constant("b", bias)]);
        return (model, [x], expected);
    });

    [Fact]
    public void DepthwiseConv2D_AnyWindow_IsTfLites() => Each(random =>
    {
        NdArray x = NdArray.Random(random, 1, random.Next(5, 12), random.Next(5, 12), random.Next(1, 5));
        NdArray filter = NdArray.Random(random, 1, random.Next(1, 4), random.Next(1, 4), x.Shape[3] * random.Next(1, 4));
        NdArray bias = NdArray.Random(random, filter.Shape[3]);
        (bool same, (int, int) stride, (int, int) dilation, int fused) = Window(random);
        NdArray expected = TfliteReference.Activate(TfliteReference.DepthwiseConv(x, filter, bias, same, stride, dilation), fused);
        FlatTableSource options = new FlatTableSource().With(0, (byte)(same ? 0 : 1)).With(1, stride.Item2).With(2, stride.Item1)
            .With(3, filter.Shape[3] / x.Shape[3]).With(4, (byte)fused).With(5, dilation.Item2).With(6, dilation.Item1);
        byte[] model = TfliteSource.Single(DepthwiseConv, x, expected.Shape, options, m => [m.Constant("w", filter), m.Constant("b", bias)]);
        return (model, [x], expected);
    });

    [Theory]
    [InlineData(AveragePool)]
    [InlineData(MaxPool)]
    public void Pool2D_AnyWindow_IsTfLites(int code) => Each(random =>
    {
        NdArray x = NdArray.Random(random, random.Next(1, 3), random.Next(4, 10), random.Next(4, 10), random.Next(1, 4));
        (int H, int W) kernel = (random.Next(1, 5), random.Next(1, 5));
        (bool same, (int, int) stride, _, int fused) = Window(random);
        NdArray expected = TfliteReference.Activate(TfliteReference.Pool(x, code == AveragePool, same, kernel, stride), fused);
        FlatTableSource options = new FlatTableSource().With(0, (byte)(same ? 0 : 1)).With(1, stride.Item2).With(2, stride.Item1)
            .With(3, kernel.W).With(4, kernel.H).With(5, (byte)fused);
        return (TfliteSource.Single(code, x, expected.Shape, options), [x], expected);
    });

    [Theory]
    [InlineData(Add)]
    [InlineData(Mul)]
    [InlineData(Sub)]
    public void Arithmetic_AnyBroadcast_IsTfLites(int code) => Each(random =>
    {
        int[] full = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 4))];
        int[] left = Thinned(random, full);
        int[] right = Thinned(random, full);
        int[] shape = new int[Math.Max(left.Length, right.Length)];
        for (int i = 1; i <= shape.Length; i++) shape[^i] = Math.Max(i <= left.Length ? left[^i] : 1, i <= right.Length ? right[^i] : 1);
        NdArray a = NdArray.Random(random, left);
        NdArray b = NdArray.Random(random, right);
        int fused = random.Next(0, 5);
        NdArray expected = TfliteReference.Activate(
            TfliteReference.Broadcast(a, b, shape, (p, q) => code == Add ? p + q : code == Sub ? p - q : p * q), fused);

        TfliteSource model = new();
        bool constantFirst = random.Next(4) == 0;
        bool constantSecond = !constantFirst && random.Next(2) == 0;
        int x = constantFirst ? model.Constant("a", a) : model.Input(left);
        int y = constantSecond ? model.Constant("b", b) : model.Input(right);
        int z = model.Tensor("z", expected.Shape);
        model.Operator(code, [x, y], z, new FlatTableSource().With(0, (byte)fused));
        model.Outputs.Add(z);
        NdArray[] inputs = constantFirst ? [b] : constantSecond ? [a] : [a, b];
        return (model.ToFile(), inputs, expected);
    });

    [Fact]
    public void Concatenation_AnyAxis_IsTfLites() => Each(random =>
    {
        int[] shape = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 4))];
        int axis = random.Next(shape.Length);
        TfliteSource model = new();
        List<NdArray> inputs = [], parts = [];
        List<int> operands = [];
        for (int i = 0; i < 3; i++)
        {
            int[] part = [.. shape];
            part[axis] = random.Next(1, 4);
            parts.Add(NdArray.Random(random, part));
            bool constant = i > 0 && random.Next(3) == 0;
            operands.Add(constant ? model.Constant($"c{i}", parts[i]) : model.Input(part));
            if (!constant) inputs.Add(parts[i]);
        }

        int[] joined = [.. shape];
        joined[axis] = parts.Sum(p => p.Shape[axis]);
        NdArray expected = NdArray.From(joined, index =>
        {
            int[] at = [.. index];
            int part = 0;
            for (; at[axis] >= parts[part].Shape[axis]; part++) at[axis] -= parts[part].Shape[axis];
            return parts[part][at];
        });
        int y = model.Tensor("y", joined);
        model.Operator(Concatenation, [.. operands], y, new FlatTableSource().With(0, random.Next(2) == 0 ? axis : axis - shape.Length));
        model.Outputs.Add(y);
        return (model.ToFile(), [.. inputs], expected);
    });

    [Fact]
    public void FullyConnected_AnyInput_IsTfLites() => Each(random =>
    {
        int[] shape = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 5))];
        bool keep = random.Next(2) == 0;
        int depth = keep || random.Next(2) == 0 ? shape[^1] : NdArray.Count(shape);
        NdArray x = NdArray.Random(random, shape);
        NdArray w = NdArray.Random(random, random.Next(1, 5), depth);
        NdArray bias = random.Next(3) == 0 ? new(new float[w.Shape[0]], [w.Shape[0]]) : NdArray.Random(random, w.Shape[0]);
        int batch = x.Values.Length / depth;
        int fused = random.Next(0, 4);
        NdArray flat = NdArray.From([batch, w.Shape[0]], o => bias.Values[o[1]] + Enumerable.Range(0, depth).Sum(k => x.Values[(o[0] * depth) + k] * (double)w[o[1], k]));
        NdArray expected = TfliteReference.Activate(keep ? flat with { Shape = [.. shape[..^1], w.Shape[0]] } : flat, fused);
        bool left = bias.Values.All(v => v == 0);
        byte[] model = TfliteSource.Single(FullyConnected, x, expected.Shape, new FlatTableSource().With(0, (byte)fused).With(2, keep),
            m => [m.Constant("w", w), left ? -1 : m.Constant("b", bias)]);
        return (model, [x], expected);
    });

    [Fact]
    public void Reshape_OfAPicture_KeepsTfLitesOrder() => Each(random =>
    {
        // Behind a convolution, where the picture is in ONNX's order; and before one, where it must be again.
        NdArray x = NdArray.Random(random, 1, random.Next(1, 4), random.Next(1, 4), random.Next(1, 4));
        int[] target = Shuffled(random, x.Shape);
        NdArray identity = NdArray.From([x.Shape[3], 1, 1, x.Shape[3]], i => i[0] == i[3] ? 1 : 0);
        NdArray second = NdArray.Random(random, 2, 1, 1, target[3]);
        TfliteSource model = new();
        FlatTableSource valid = new FlatTableSource().With(0, (byte)1).With(1, 1).With(2, 1);
        int a = model.Tensor("a", x.Shape);
        int b = model.Tensor("b", target);
        NdArray expected = TfliteReference.Conv(x with { Shape = target }, second, new(new float[2], [2]), false, (1, 1), (1, 1));
        int c = model.Tensor("c", expected.Shape);
        model.Operator(Conv, [model.Input(x.Shape), model.Constant("w", identity)], a, valid);
        int[] written = [.. target];
        if (random.Next(2) == 0) written[random.Next(4)] = -1;
        if (random.Next(2) == 0) model.Operator(Reshape, [a, model.Integers("shape", written)], b);
        else model.Operator(Reshape, [a], b, new FlatTableSource().With(0, written));
        model.Operator(Conv, [b, model.Constant("v", second)], c, valid);
        model.Outputs.Add(c);
        return (model.ToFile(), [x], expected);
    });

    [Fact]
    public void Reshape_OfAPictureToAVector_KeepsTfLitesOrder() => Each(random =>
    {
        NdArray x = NdArray.Random(random, 1, random.Next(1, 4), random.Next(1, 4), random.Next(1, 4));
        NdArray expected = x with { Shape = [1, x.Values.Length] };
        return (TfliteSource.Single(Reshape, x, expected.Shape, null, m => [m.Integers("shape", 1, -1)]), [x], expected);
    });

    [Fact]
    public void Transpose_AnyOrder_IsTfLites() => Each(random =>
    {
        NdArray x = NdArray.Random(random, [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 4))]);
        int[] order = Shuffled(random, [.. Enumerable.Range(0, x.Shape.Length)]);
        NdArray expected = x.Transpose(order);
        return (TfliteSource.Single(Transpose, x, expected.Shape, null, m => [m.Integers("perm", order)]), [x], expected);
    });

    [Fact]
    public void Squeeze_AnyDimensions_IsTfLites() => Each(random =>
    {
        int[] shape = [random.Next(2, 4), random.Next(1, 3), random.Next(1, 3), random.Next(1, 4)];
        NdArray x = NdArray.Random(random, shape);
        int[] ones = [.. Enumerable.Range(0, 4).Where(d => shape[d] == 1)];
        int[] dropped = ones.Length > 0 && random.Next(2) == 0 ? [ones[0] - (random.Next(2) * 4)] : [];
        NdArray expected = x with { Shape = [.. shape.Where((d, i) => d != 1 || (dropped.Length > 0 && (dropped[0] + 4) % 4 != i))] };
        return (TfliteSource.Single(Squeeze, x, expected.Shape, new FlatTableSource().With(0, dropped)), [x], expected);
    });

    [Fact]
    public void ExpandDims_AnyAxis_IsTfLites() => Each(random =>
    {
        NdArray x = NdArray.Random(random, [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 4))]);
        int axis = random.Next(x.Shape.Length + 1);
        List<int> shape = [.. x.Shape];
        shape.Insert(axis, 1);
        int written = random.Next(2) == 0 ? axis : axis - x.Shape.Length - 1;
        return (TfliteSource.Single(ExpandDims, x, [.. shape], null, m => [m.Integers("axis", written)]), [x], x with { Shape = [.. shape] });
    });

    [Fact]
    public void Pad_AnyRank_IsTfLites() => Each(random =>
    {
        NdArray x = NdArray.Random(random, [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 4))]);
        int[] pads = [.. Enumerable.Range(0, 2 * x.Shape.Length).Select(_ => random.Next(0, 3))];
        NdArray expected = NdArray.From([.. x.Shape.Select((d, i) => d + pads[2 * i] + pads[(2 * i) + 1])], index =>
        {
            int[] at = [.. index.Select((v, i) => v - pads[2 * i])];
            return at.Where((v, i) => v < 0 || v >= x.Shape[i]).Any() ? 0 : x[at];
        });
        return (TfliteSource.Single(Pad, x, expected.Shape, null, m =>
            [m.Tensor("paddings", [x.Shape.Length, 2], TfliteSource.Int32, MemoryMarshal.AsBytes(pads.AsSpan()).ToArray())]), [x], expected);
    });

    [Fact]
    public void Mean_AnyAxes_IsTfLites() => Each(random =>
    {
        NdArray x = NdArray.Random(random, [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 4))]);
        int[] axes = [.. Enumerable.Range(0, x.Shape.Length).Where(_ => random.Next(2) == 0)];
        if (axes.Length is 0 || axes.Length == x.Shape.Length) axes = [0];
        bool keep = random.Next(2) == 0;
        NdArray expected = TfliteReference.Mean(x, axes, keep);
        int[] written = [.. axes.Select(a => random.Next(2) == 0 ? a : a - x.Shape.Length)];
        return (TfliteSource.Single(Mean, x, expected.Shape, new FlatTableSource().With(0, keep), m => [m.Integers("axes", written)]), [x], expected);
    });

    [Fact]
    public void Softmax_AnyRank_IsTfLites() => Each(random =>
    {
        NdArray x = NdArray.Random(random, [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 4))]);
        float beta = random.Next(2) == 0 ? 1 : (float)(random.NextDouble() * 3) + 0.1f;
        return (TfliteSource.Single(Softmax, x, x.Shape, new FlatTableSource().With(0, beta)), [x], TfliteReference.Softmax(x, beta));
    });

    [Theory]
    [InlineData(Relu)]
    [InlineData(ReluN1To1)]
    [InlineData(Relu6)]
    [InlineData(Tanh)]
    [InlineData(Logistic)]
    [InlineData(HardSwish)]
    public void Unary_AnyShape_IsTfLites(int code) => Each(random =>
    {
        NdArray x = NdArray.Random(random, [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 4))]).Select(v => v * 4);
        NdArray expected = x.Select(v => code switch
        {
            Relu => Math.Max(v, 0),
            ReluN1To1 => Math.Clamp(v, -1, 1),
            Relu6 => Math.Clamp(v, 0, 6),
            Tanh => Math.Tanh(v),
            Logistic => 1 / (1 + Math.Exp(-v)),
            _ => v * Math.Clamp(v + 3, 0, 6) / 6,
        });
        return (TfliteSource.Single(code, x, x.Shape, null), [x], expected);
    });

    [Fact]
    public void ResizeBilinear_AnySize_IsTfLites() => Each(random =>
    {
        NdArray x = NdArray.Random(random, 1, random.Next(2, 6), random.Next(2, 6), random.Next(1, 3));
        (bool align, bool half) = random.Next(3) switch { 0 => (true, false), 1 => (false, true), _ => (false, false) };
        (int height, int width) = (random.Next(2, 9), random.Next(2, 9));
        NdArray expected = TfliteReference.Bilinear(x, height, width, align, half);
        return (TfliteSource.Single(ResizeBilinear, x, expected.Shape, new FlatTableSource().With(2, align).With(3, half), m => [m.Integers("size", height, width)]), [x], expected);
    });

    [Fact]
    public void ResizeNearestNeighbor_AnyWholeFactor_IsTfLites() => Each(random =>
    {
        NdArray x = NdArray.Random(random, 1, random.Next(2, 6), random.Next(2, 6), random.Next(1, 3));
        bool half = random.Next(2) == 0;
        (int height, int width) = (x.Shape[1] * random.Next(1, 4), x.Shape[2] * random.Next(1, 4));
        NdArray expected = TfliteReference.Nearest(x, height, width, align: false, half);
        return (TfliteSource.Single(ResizeNearest, x, expected.Shape, new FlatTableSource().With(0, false).With(1, half), m => [m.Integers("size", height, width)]), [x], expected);
    });

    [Fact]
    public void Conv2D_HalfFloatWeights_AreDequantised() => Each(random =>
    {
        NdArray x = NdArray.Random(random, 1, 4, 4, 2);
        Half[] halves = [.. NdArray.Random(random, 3, 2, 2, 2).Values.Select(v => (Half)v)];
        NdArray filter = new([.. halves.Select(h => (float)h)], [3, 2, 2, 2]);
        NdArray expected = TfliteReference.Conv(x, filter, new(new float[3], [3]), true, (1, 1), (1, 1));
        TfliteSource model = new();
        int input = model.Input(x.Shape);
        int stored = model.Tensor("w16", filter.Shape, TfliteSource.Float16, MemoryMarshal.AsBytes(halves.AsSpan()).ToArray());
        int weights = model.Tensor("w", filter.Shape);
        int y = model.Tensor("y", expected.Shape);
        model.Operator(Dequantize, [stored], weights);
        model.Operator(Conv, [input, weights], y, new FlatTableSource().With(0, (byte)0).With(1, 1).With(2, 1));
        model.Outputs.Add(y);
        return (model.ToFile(), [x], expected);
    });

    [Fact]
    public void Import_OutputThatIsAnInput_HasANameOfItsOwn()
    {
        NdArray x = NdArray.Random(new Random(1), 1, 2, 3, 2);
        TfliteSource model = new();
        int input = model.Input(x.Shape);
        int y = model.Tensor("y", x.Shape);
        model.Operator(Relu, [input], y);
        model.Outputs.AddRange([input, y]);
        ImportedNetwork.AssertEqual(x, ImportedNetwork.Run(model.ToFile(), quantized: false, x), 0, "first output");
    }

    [Fact]
    public void Transpose_BetweenTfLitesOrderAndOnnxs_NeedsNoNode()
    {
        NdArray x = NdArray.Random(new Random(1), 1, 2, 3, 4);
        TfliteSource model = new();
        int a = model.Tensor("a", [1, 4, 2, 3]);
        int b = model.Tensor("b", [1, 2, 12]);
        model.Operator(Transpose, [model.Input(x.Shape), model.Integers("perm", 0, 3, 1, 2)], a);
        model.Operator(Reshape, [a, model.Integers("shape", 1, 2, 12)], b);
        model.Outputs.Add(b);
        Assert.Equal(1, TfliteImporter.Import(model.ToFile()).Nodes);
    }

    private static void Each(Func<Random, (byte[] Model, NdArray[] Inputs, NdArray Expected)> create)
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            (byte[] model, NdArray[] inputs, NdArray expected) = create(new Random(seed));
            NdArray actual = ImportedNetwork.Run(model, quantized: false, inputs);
            ImportedNetwork.AssertEqual(expected, actual, Tolerance, $"seed {seed}");
        }
    }

    private static (bool Same, (int H, int W) Stride, (int H, int W) Dilation, int Fused) Window(Random random)
    {
        (int, int) stride = (random.Next(1, 4), random.Next(1, 4));
        (int, int) dilation = random.Next(2) == 0 ? (1, 1) : (random.Next(1, 3), random.Next(1, 3));
        return (random.Next(2) == 0, stride, dilation, random.Next(0, 5));
    }

    // A shape that broadcasts to the full one: some dimensions 1, some leading ones left out.
    private static int[] Thinned(Random random, int[] full) =>
        [.. full.Select(d => random.Next(3) == 0 ? 1 : d).Skip(random.Next(3) == 0 ? random.Next(full.Length) : 0)];

    private static int[] Shuffled(Random random, int[] values)
    {
        int[] copy = [.. values];
        random.Shuffle(copy);
        return copy;
    }
}
