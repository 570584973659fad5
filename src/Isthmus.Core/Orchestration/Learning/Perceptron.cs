using System.Numerics;
using System.Numerics.Tensors;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>
/// A network of two hidden layers of rectified linear units and a linear output layer: h₁ = max(0, W₁x + b₁), h₂ = max(0, W₂h₁ + b₂), q = W₃h₂ + b₃. Outputs are computed one by one, because a
/// learner of 10⁵ joint actions needs few of them at a time. Generic, so that gradients can be checked in double precision.
/// </summary>
/// <typeparam name="T">The precision.</typeparam>
internal sealed class Perceptron<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>No row of the output layer is longer in the beginning.</summary>
    public const double OutputBound = 0.01;


    /// <summary>A network with random weights.</summary>
    /// <param name="inputs">Numbers that go in.</param>
    /// <param name="first">Units of the first hidden layer.</param>
    /// <param name="second">Units of the second hidden layer.</param>
    /// <param name="outputs">Numbers that come out.</param>
    /// <param name="random">For the first weights: uniform, of variance 2/n of a hidden layer's n inputs (He et al. 2015); those of the output layer are nearly 0, so that outputs begin at their bias.</param>
    /// <param name="bias">The output layer's first bias.</param>
    public Perceptron(int inputs, int first, int second, int outputs, SeededRandom random, double bias)
    {
        Weights = [new T[first * inputs], new T[second * first], new T[outputs * second]];
        Biases = [new T[first], new T[second], new T[outputs]];
        Fill(Weights[0], Math.Sqrt(6.0 / inputs), random);
        Fill(Weights[1], Math.Sqrt(6.0 / first), random);
        Fill(Weights[2], OutputBound / Math.Sqrt(second), random);
        Array.Fill(Biases[2], T.CreateTruncating(bias));
        (Inputs, First, Second, Outputs) = (inputs, first, second, outputs);
    }

    public int Inputs { get; }

    public int First { get; }

    public int Second { get; }

    public int Outputs { get; }

    /// <summary>Of each layer, a row for each of its units.</summary>
    public T[][] Weights { get; }

    public T[][] Biases { get; }

    /// <summary>Computes the hidden layers.</summary>
    public void Hidden(ReadOnlySpan<T> input, Span<T> first, Span<T> second)
    {
        Layer(input, 0, first);
        Layer(first, 1, second);
    }

    /// <summary>One output.</summary>
    public T Output(ReadOnlySpan<T> second, int row) => TensorPrimitives.Dot(Row(row), second) + Biases[2][row];

    /// <summary>The weights of one output.</summary>
    public Span<T> Row(int row) => Weights[2].AsSpan(row * Second, Second);

    /// <summary>
    /// Adds to the gradient of a loss by the weights of the hidden layers.
    /// </summary>
    /// <param name="input">What went in.</param>
    /// <param name="first">The first hidden layer.</param>
    /// <param name="second">The second hidden layer.</param>
    /// <param name="slope">The gradient by the second hidden layer; is overwritten.</param>
    /// <param name="scratch">As long as the first hidden layer; is overwritten.</param>
    /// <param name="weights">Added to: of the two hidden layers.</param>
    /// <param name="biases">Added to: of the two hidden layers.</param>
    public void Backward(ReadOnlySpan<T> input, ReadOnlySpan<T> first, ReadOnlySpan<T> second, Span<T> slope, Span<T> scratch, T[][] weights, T[][] biases)
    {
        scratch.Clear();
        for (int j = 0; j < Second; j++)
        {
            // The rectifier lets a gradient through where its unit is on.
            if (second[j] <= T.Zero) slope[j] = T.Zero;
            if (slope[j] == T.Zero) continue;
            Span<T> gradient = weights[1].AsSpan(j * First, First);
            TensorPrimitives.MultiplyAdd(first, slope[j], gradient, gradient);
            TensorPrimitives.MultiplyAdd(Weights[1].AsSpan(j * First, First), slope[j], scratch, scratch);
        }

        TensorPrimitives.Add(biases[1], slope, biases[1]);
        for (int j = 0; j < First; j++)
        {
            if (first[j] <= T.Zero) scratch[j] = T.Zero;
            if (scratch[j] == T.Zero) continue;
            Span<T> gradient = weights[0].AsSpan(j * Inputs, Inputs);
            TensorPrimitives.MultiplyAdd(input, scratch[j], gradient, gradient);
        }

        TensorPrimitives.Add(biases[0], scratch, biases[0]);
    }

    /// <summary>Overwrites the weights with those of another network of the same form.</summary>
    public void CopyFrom(Perceptron<T> other)
    {
        for (int layer = 0; layer < Weights.Length; layer++)
        {
            other.Weights[layer].CopyTo(Weights[layer], 0);
            other.Biases[layer].CopyTo(Biases[layer], 0);
        }
    }

    private static void Fill(T[] weights, double bound, SeededRandom random)
    {
        for (int i = 0; i < weights.Length; i++) weights[i] = T.CreateTruncating(((2 * random.NextDouble()) - 1) * bound);
    }

    private void Layer(ReadOnlySpan<T> input, int layer, Span<T> output)
    {
        T[] weights = Weights[layer], biases = Biases[layer];
        for (int j = 0; j < output.Length; j++) output[j] = T.Max(T.Zero, TensorPrimitives.Dot(weights.AsSpan(j * input.Length, input.Length), input) + biases[j]);
    }
}
