using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Imaging;

/// <summary>
/// For one axis, which input pixels make each output pixel, and with what weights (their sum is 1). When the axis shrinks,
/// kernels are widened by the ratio, so that every input pixel counts (anti-aliasing); the area filter then is the exact mean
/// over the input that an output pixel covers. When the axis grows, the area filter is linear interpolation.
/// </summary>
internal sealed class ResampleWeights
{
    private readonly int[] _first;
    private readonly float[][] _weights;

    /// <summary>Computes the weights.</summary>
    /// <param name="input">Input pixels, 1 or more.</param>
    /// <param name="output">Output pixels, 1 or more.</param>
    /// <param name="filter">The kernel.</param>
    public ResampleWeights(int input, int output, ResizeFilter filter)
    {
        _first = new int[output];
        _weights = new float[output][];
        double ratio = (double)input / output;
        for (int o = 0; o < output; o++)
        {
            (int first, double[] weights) = filter == ResizeFilter.Nearest ? (Math.Min((int)((o + 0.5) * ratio), input - 1), [1.0])
                : filter == ResizeFilter.Area && ratio >= 1 ? Area(o, ratio, input)
                : Kernel(o, ratio, input, filter);
            double sum = weights.Sum();
            _first[o] = first;
            _weights[o] = [.. weights.Select(w => (float)(w / sum))];
        }
    }

    /// <summary>The first input pixel of an output pixel.</summary>
    public int First(int output) => _first[output];

    /// <summary>The weights of it and of those after it.</summary>
    public ReadOnlySpan<float> Of(int output) => _weights[output];

    private static (int First, double[] Weights) Area(int o, double ratio, int input)
    {
        double from = o * ratio;
        double to = Math.Min((o + 1) * ratio, input);
        int first = (int)from;
        int last = Math.Min((int)Math.Ceiling(to), input);
        double[] weights = new double[last - first];
        for (int i = first; i < last; i++) weights[i - first] = Math.Min(i + 1, to) - Math.Max(i, from);
        return (first, weights);
    }

    private static (int First, double[] Weights) Kernel(int o, double ratio, int input, ResizeFilter filter)
    {
        double widening = Math.Max(ratio, 1);
        double radius = filter switch
        {
            ResizeFilter.Cubic or ResizeFilter.Mitchell or ResizeFilter.Lanczos2 => 2,
            ResizeFilter.Lanczos3 => 3,
            _ => 1,
        };
        double centre = (o + 0.5) * ratio;
        int first = Math.Max((int)Math.Floor(centre - (radius * widening)), 0);
        int last = Math.Min((int)Math.Ceiling(centre + (radius * widening)), input);
        double[] weights = new double[last - first];
        for (int i = first; i < last; i++) weights[i - first] = Value(filter, Math.Abs((i + 0.5 - centre) / widening));
        return (first, weights);
    }

    private static double Value(ResizeFilter filter, double x) => filter switch
    {
        ResizeFilter.Cubic => Cubic(x, 0, 0.5),
        ResizeFilter.Mitchell => Cubic(x, 1.0 / 3, 1.0 / 3),
        ResizeFilter.Lanczos2 => Lanczos(x, 2),
        ResizeFilter.Lanczos3 => Lanczos(x, 3),
        _ => Math.Max(1 - x, 0),
    };

    // Mitchell and Netravali, "Reconstruction Filters in Computer Graphics", equation 8.
    private static double Cubic(double x, double b, double c) => x switch
    {
        < 1 => ((((12 - (9 * b) - (6 * c)) * x * x * x) + ((-18 + (12 * b) + (6 * c)) * x * x)) + (6 - (2 * b))) / 6,
        < 2 => (((-b - (6 * c)) * x * x * x) + (((6 * b) + (30 * c)) * x * x) + (((-12 * b) - (48 * c)) * x) + ((8 * b) + (24 * c))) / 6,
        _ => 0,
    };

    private static double Lanczos(double x, double lobes) => x >= lobes ? 0 : x < 1e-9 ? 1
        : lobes * Math.Sin(Math.PI * x) * Math.Sin(Math.PI * x / lobes) / (Math.PI * Math.PI * x * x);
}
