using System.Numerics;
using System.Runtime.InteropServices;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>Adam (Kingma and Ba 2015) over some arrays of weights: a step along the gradient, each weight by the size that its gradients have had.</summary>
internal sealed class AdamOptimizer
{
    private const float KeepMean = 0.9f;
    private const float KeepSquare = 0.999f;
    private const float Tiny = 1e-8f;

    private readonly float[][] _weights;

    public AdamOptimizer(params float[][] weights)
    {
        _weights = weights;
        Means = [.. weights.Select(w => new float[w.Length])];
        Squares = [.. weights.Select(w => new float[w.Length])];
    }

    public float[][] Means { get; }

    public float[][] Squares { get; }

    public long Steps { get; set; }

    /// <summary>Takes a step, and clears the gradients.</summary>
    /// <param name="gradients">Of the same arrays in the same order.</param>
    /// <param name="rate">The length of a step.</param>
    public void Step(float[][] gradients, double rate)
    {
        Steps++;
        double size = rate * Math.Sqrt(1 - Math.Pow(KeepSquare, Steps)) / (1 - Math.Pow(KeepMean, Steps));
        for (int a = 0; a < _weights.Length; a++) Step(_weights[a], gradients[a], Means[a], Squares[a], (float)size);
    }

    private static void Step(float[] weights, float[] gradient, float[] means, float[] squares, float size)
    {
        int whole = weights.Length - (weights.Length % Vector<float>.Count);
        Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(weights.AsSpan(0, whole)), g = MemoryMarshal.Cast<float, Vector<float>>(gradient.AsSpan(0, whole)),
            m = MemoryMarshal.Cast<float, Vector<float>>(means.AsSpan(0, whole)), s = MemoryMarshal.Cast<float, Vector<float>>(squares.AsSpan(0, whole));
        Vector<float> tiny = new(Tiny);
        for (int i = 0; i < w.Length; i++)
        {
            m[i] = (m[i] * KeepMean) + (g[i] * (1 - KeepMean));
            s[i] = (s[i] * KeepSquare) + (g[i] * g[i] * (1 - KeepSquare));
            w[i] -= m[i] * size / (Vector.SquareRoot(s[i]) + tiny);
        }

        for (int i = whole; i < weights.Length; i++)
        {
            means[i] = (means[i] * KeepMean) + (gradient[i] * (1 - KeepMean));
            squares[i] = (squares[i] * KeepSquare) + (gradient[i] * gradient[i] * (1 - KeepSquare));
            weights[i] -= means[i] * size / (MathF.Sqrt(squares[i]) + Tiny);
        }

        gradient.AsSpan().Clear();
    }
}
