using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Quantities;

namespace Isthmus.Inference.Graphs;

/// <summary>A cut of an analysed model.</summary>
/// <param name="Cut">The cut.</param>
/// <param name="Tensors">What crosses, in canonical order.</param>
/// <param name="Bytes">Bytes of the tensors for one input, uncompressed.</param>
/// <param name="MacShare">Share of the model's multiply-accumulates before the cut, 0…1.</param>
public sealed record CutAnalysis(Cut Cut, ImmutableArray<TensorDescription> Tensors, ByteCount Bytes, double MacShare)
{
    /// <summary>The cut's id; for a cut that was named by tensors and is not in the list, their names joined by commas.</summary>
    public string Id => Cut.Id;

    /// <summary>Names of the tensors, in canonical order.</summary>
    public ImmutableArray<string> TensorNames => Cut.Tensors;
}
