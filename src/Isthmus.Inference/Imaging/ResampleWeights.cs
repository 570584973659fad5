using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Imaging;

/// <summary>
/// For one axis, which input pixels make each output pixel, and with what weights (their sum is 1). When the axis shrinks,
/// kernels are widened by the ratio, so that every input pixel counts (anti-aliasing); the area filter then is the exact mean
/// over the input that an output pixel covers. When the axis grows, the area filter is linear interpolation.
/// </summary>
internal sealed class ResampleWeights
{
    // One array for all pixels: hundreds of small ones per picture would be work for the garbage collector.
    private readonly float[] _weights;
    private readonly int[] _first;
    private readonly int[] _start;

    /// <summary>Computes the weights.</summary>
    /// <param name="input">Input pixels, 1 or more.</param>
    /// <param name="start">Where the part that is scaled begins; within the first input pixel, as a rule.</param>
    /// <param name="length">How many input pixels it covers, fractions included; above 0.</param>
    /// <param name="output">Output pixels, 1 or more.</param>
    /// <param name="filter">The kernel.</param>
    public ResampleWeights(int input, double start, double length, int output, ResizeFilter filter)
    {
        double ratio = length / output;
        double radius = Radius(filter) * Math.Max(ratio, 1);
        bool area = filter == ResizeFilter.Area && ratio >= 1;
        _first = new int[output];
        _start = new int[output + 1];
        _weights = new float[output * Math.Min(input, (int)Math.Ceiling(2 * radius) + 2)];
        for (int o = 0; o < output; o++)
        {
            double centre = start + ((o + 0.5) * ratio);
            double from = area ? start + (o * ratio) : centre - radius;
            double to = area ? start + ((o + 1) * ratio) : centre + radius;
            int first = Math.Clamp((int)Math.Floor(from), 0, input - 1);
            int last = Math.Clamp((int)Math.Ceiling(to), first + 1, input);
            Span<float> weights = _weights.AsSpan(_start[o], last - first);
            double sum = 0;
            for (int i = first; i < last; i++)
            {
                double weight = area ? Math.Min(i + 1, to) - Math.Max(i, from)
                    : filter == ResizeFilter.Nearest ? 1
                    : Value(filter, Math.Abs((i + 0.5 - centre) / Math.Max(ratio, 1)));
                weights[i - first] = (float)weight;
                sum += weight;
            }

            // An area or a kernel that ends beyond the picture by rounding alone has no weight there: take the border pixel.
            if (Math.Abs(sum) < 1e-9)
            {
                weights.Clear();
                weights[0] = 1;
                sum = 1;
            }

            for (int i = 0; i < weights.Length; i++) weights[i] = (float)(weights[i] / sum);
            _first[o] = first;
            _start[o + 1] = _start[o] + weights.Length;
        }
    }

    /// <summary>The first input pixel of an output pixel.</summary>
    public int First(int output) => _first[output];

    /// <summary>The weights of it and of those after it.</summary>
    public ReadOnlySpan<float> Of(int output) => _weights.AsSpan(_start[output].._start[output + 1]);

    // Half the width of the kernel before it is widened. Nearest: no width, so the one pixel that the centre falls into.
    private static double Radius(ResizeFilter filter) => filter switch
    {
        ResizeFilter.Nearest => 0,
        ResizeFilter.Cubic or ResizeFilter.Mitchell or ResizeFilter.Lanczos2 => 2,
        ResizeFilter.Lanczos3 => 3,
        _ => 1,
    };

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
