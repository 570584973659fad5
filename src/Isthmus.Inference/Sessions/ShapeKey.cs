using Isthmus.Core.Tensors;

namespace Isthmus.Inference.Sessions;

/// <summary>The shapes of all inputs of a run, as a key: networks of one input, which nearly all are, need no array.</summary>
internal readonly struct ShapeKey : IEquatable<ShapeKey>
{
    private readonly TensorShape _first;
    private readonly TensorShape[] _others;

    private ShapeKey(TensorShape first, TensorShape[] others)
    {
        _first = first;
        _others = others;
    }

    /// <summary>The key of these inputs.</summary>
    public static ShapeKey Of(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.IsEmpty) return new(default, []);
        TensorShape[] others = inputs.Length == 1 ? [] : new TensorShape[inputs.Length - 1];
        for (int i = 1; i < inputs.Length; i++) others[i - 1] = inputs[i].Shape;
        return new(inputs[0].Shape, others);
    }

    /// <inheritdoc/>
    public bool Equals(ShapeKey other) => _first == other._first && _others.AsSpan().SequenceEqual(other._others);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ShapeKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(_first);
        foreach (TensorShape shape in _others) hash.Add(shape);
        return hash.ToHashCode();
    }
}
