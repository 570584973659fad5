using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>A set of float32 activations that separates a network: everything after them can be computed from them and the weights alone.</summary>
/// <param name="Id">c00, c01, … in order of depth.</param>
/// <param name="Tensors">What crosses, in canonical order: that of the nodes that make the tensors, then of their outputs.</param>
/// <param name="Bytes">Bytes of the tensors for one input, uncompressed.</param>
/// <param name="HeadMacs">Multiply-accumulates before the cut.</param>
/// <param name="HeadNodes">Nodes before the cut, those that compute weights not counted.</param>
/// <param name="Equivalents">
/// Other sets of tensors that would cut at the same place for the same bytes and the same multiply-accumulates, earlier ones
/// first: what lies between them and this cut reshapes, quantises, or works element by element.
/// </param>
public sealed record Cut(
    string Id, ImmutableArray<string> Tensors, long Bytes, long HeadMacs, int HeadNodes, ImmutableArray<ImmutableArray<string>> Equivalents)
{
    /// <inheritdoc/>
    public bool Equals(Cut? other) => other is not null && Id == other.Id && Bytes == other.Bytes && HeadMacs == other.HeadMacs && Tensors.SequenceEqual(other.Tensors);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Bytes, HeadMacs);

    /// <inheritdoc/>
    public override string ToString() => $"{Id} {{{string.Join(", ", Tensors)}}}";
}
