using System.Numerics.Tensors;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;
using Tensor = Isthmus.Core.Tensors.Tensor;

namespace Isthmus.Inference.Graphs;

/// <summary>Runs a whole network and the chain of its segments on the same inputs and compares what comes out.</summary>
public sealed class SegmentVerifier : IDisposable
{
    private readonly GraphSession _whole;
    private readonly List<GraphSession> _segments = [];
    private readonly IReadOnlyList<string>[] _boundaries;
    private readonly string[] _outputs;
    private int _samples;
    private double _absolute;
    private double _relative;
    private bool _sameTop1 = true;

    /// <summary>Loads the network and its segments.</summary>
    /// <param name="model">The whole.</param>
    /// <param name="segments">The segments' files, from input to output.</param>
    /// <param name="cuts">The tensors of each cut between them: one fewer than segments.</param>
    /// <param name="optimised">
    /// Whether ONNX Runtime may rewrite the graphs as in production. What it makes of quantised operators depends on what it sees
    /// around them, so a quantised network equals its segments to the last bit only without.
    /// </param>
    /// <exception cref="IsthmusException">One of them cannot be loaded.</exception>
    public SegmentVerifier(OnnxModel model, IReadOnlyList<byte[]> segments, IReadOnlyList<IReadOnlyList<string>> cuts, bool optimised = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentNullException.ThrowIfNull(cuts);
        if (segments.Count != cuts.Count + 1) throw new ArgumentException("There must be one segment more than cuts.", nameof(cuts));
        _outputs = [.. model.Graph.Outputs.Select(o => o.Name)];
        _boundaries = [.. cuts.Append(_outputs)];
        _whole = new GraphSession(model.File.ToArray(), model.Name, optimised);
        try
        {
            for (int i = 0; i < segments.Count; i++) _segments.Add(new GraphSession(segments[i], $"segment {i + 1} of {model.Name}", optimised));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the comparisons so far say.</summary>
    public SegmentVerification Result => new(_samples, _absolute, _relative, _sameTop1);

    /// <summary>Compares on one input.</summary>
    /// <param name="inputs">A tensor for each input of the model, by name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What all comparisons so far say.</returns>
    public SegmentVerification Compare(IReadOnlyDictionary<string, Tensor> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Dictionary<string, Tensor> expected = Run(_whole, inputs, _outputs, cancellationToken);
        Dictionary<string, Tensor>? given = null;
        try
        {
            for (int i = 0; i < _segments.Count; i++)
            {
                Dictionary<string, Tensor> made = Run(_segments[i], given ?? inputs, _boundaries[i], cancellationToken);
                Release(given);
                given = made;
            }

            for (int i = 0; i < _outputs.Length; i++) Compare(expected[_outputs[i]], given![_outputs[i]], first: i == 0);
            _samples++;
            return Result;
        }
        finally
        {
            Release(expected);
            Release(given);
        }
    }

    /// <summary>Unloads them.</summary>
    public void Dispose()
    {
        _whole.Dispose();
        _segments.ForEach(s => s.Dispose());
    }

    private void Compare(Tensor expected, Tensor actual, bool first)
    {
        if (expected.ElementType != actual.ElementType || expected.Shape != actual.Shape)
        {
            Record(double.PositiveInfinity, double.PositiveInfinity, sameTop1: false);
            return;
        }

        if (expected.ElementType != ElementType.Float32)
        {
            bool equal = expected.Bytes.Span.SequenceEqual(actual.Bytes.Span);
            Record(equal ? 0 : double.PositiveInfinity, equal ? 0 : double.PositiveInfinity, equal || !first);
            return;
        }

        if (expected.Floats.IsEmpty) return;
        // NaN must meet NaN; comparisons with it are false, so it is counted by itself.
        double difference = 0, largest = 0;
        for (int i = 0; i < expected.Floats.Length; i++)
        {
            float a = expected.Floats[i], b = actual.Floats[i];
            if (a == b || (float.IsNaN(a) && float.IsNaN(b))) largest = float.IsFinite(a) ? Math.Max(largest, Math.Abs(a)) : largest;
            else if (!float.IsFinite(a) || !float.IsFinite(b)) difference = double.PositiveInfinity;
            else (difference, largest) = (Math.Max(difference, Math.Abs((double)a - b)), Math.Max(largest, Math.Abs(a)));
        }

        bool same = !first || TensorPrimitives.IndexOfMax<float>(expected.Floats) == TensorPrimitives.IndexOfMax<float>(actual.Floats);
        Record(difference, difference / Math.Max(1e-6, largest), same);
    }

    private void Record(double absolute, double relative, bool sameTop1)
    {
        _absolute = Math.Max(_absolute, absolute);
        _relative = Math.Max(_relative, relative);
        _sameTop1 &= sameTop1;
    }

    private static Dictionary<string, Tensor> Run(GraphSession session, IReadOnlyDictionary<string, Tensor> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        Dictionary<string, Tensor> made = new(StringComparer.Ordinal);
        try
        {
            session.Run(inputs, outputs, (name, value) => made.Add(name, GraphSession.Copy(value)), cancellationToken);
            return made;
        }
        catch
        {
            Release(made);
            throw;
        }
    }

    private static void Release(Dictionary<string, Tensor>? tensors)
    {
        if (tensors is null) return;
        foreach (Tensor tensor in tensors.Values) tensor.Dispose();
    }
}
