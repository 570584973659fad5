using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Classification;

/// <summary>Reads a classifying network's output: the best classes, with their names and scores. Thread-safe.</summary>
public sealed class Classifier
{
    private readonly int _offset;
    private readonly bool _softmax;
    private readonly LabelFile _labels;

    /// <summary>Makes a classifier.</summary>
    /// <param name="manifest">Says the label offset, and whether the outputs are logits.</param>
    /// <param name="labels">The classes' names; by default those that the manifest names.</param>
    /// <exception cref="IsthmusException">The labels file cannot be read.</exception>
    public Classifier(ModelManifest manifest, LabelFile? labels = null)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        _offset = manifest.LabelOffset;
        _softmax = manifest.Softmax;
        _labels = labels ?? LabelFile.Of(manifest);
    }

    /// <summary>The best classes of the output for one picture, best first.</summary>
    /// <param name="output">A float32 tensor with one value per output, of any shape such as 1×1001 or 1×1000×1×1.</param>
    /// <param name="count">How many, 1 or more; fewer come if the network has fewer classes.</param>
    /// <exception cref="IsthmusException">The tensor is not float32, or has no class.</exception>
    public ImmutableArray<ClassScore> Top(Tensor output, int count = 5)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output.ElementType != ElementType.Float32)
            throw new IsthmusException(ErrorKind.Data, $"The network's output is of type {output.ElementType}; classes can be read from Float32.");
        return Top(output.Floats, count);
    }

    /// <summary>The best classes of the outputs for one picture, best first; of equal ones the lower index first, NaN last.</summary>
    /// <exception cref="IsthmusException">There is no class.</exception>
    public ImmutableArray<ClassScore> Top(ReadOnlySpan<float> outputs, int count = 5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (outputs.Length <= _offset)
            throw new IsthmusException(ErrorKind.Data, $"The network has {outputs.Length} outputs, of which the first {_offset} are no classes; is the label offset right?");

        count = Math.Min(count, outputs.Length - _offset);
        int[] best = new int[count];
        int found = 0;
        for (int i = _offset; i < outputs.Length; i++)
        {
            int place = found;
            while (place > 0 && Before(outputs[i], outputs[best[place - 1]])) place--;
            if (place >= count) continue;
            found = Math.Min(found + 1, count);
            best.AsSpan(place, found - place - 1).CopyTo(best.AsSpan(place + 1));
            best[place] = i;
        }

        (double peak, double sum) = _softmax ? Softmax(outputs) : default;
        ImmutableArray<ClassScore>.Builder scores = ImmutableArray.CreateBuilder<ClassScore>(count);
        foreach (int i in best)
        {
            double score = _softmax ? Math.Exp(outputs[i] - peak) / sum : outputs[i];
            scores.Add(new(i - _offset, _labels.Name(i - _offset, outputs.Length, _offset), score));
        }

        return scores.MoveToImmutable();
    }

    private static bool Before(float a, float b) => a > b || (float.IsNaN(b) && !float.IsNaN(a));

    // The peak is subtracted before the exponential, so that nothing overflows.
    private static (double Peak, double Sum) Softmax(ReadOnlySpan<float> outputs)
    {
        double peak = double.NegativeInfinity;
        foreach (float v in outputs) peak = v > peak ? v : peak;
        double sum = 0;
        foreach (float v in outputs) sum += Math.Exp(v - peak);
        return (peak, sum);
    }
}
