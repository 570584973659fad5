using System.Collections.Immutable;
using Isthmus.Core.Codec;

namespace Isthmus.Core.Planning.Dag;

/// <summary>A partition that a plan could carry out, as it was found from operators' times.</summary>
/// <param name="Route">The nodes that it was sought for.</param>
/// <param name="Codec">The codec of all its tensors.</param>
/// <param name="Objective">"latency" or "throughput".</param>
/// <param name="Answer">What was found.</param>
/// <param name="Input">How the picture crosses; local if it does not.</param>
/// <param name="Segments">The nodes that compute, each with the tensors that cross behind it, in canonical order; none behind the last.</param>
public sealed record DagProposal(
    DagRoute Route, CodecSpec Codec, string Objective, DagAnswer Answer, InputEncoding Input, ImmutableArray<(string Node, ImmutableArray<string> Crossing)> Segments)
{
    /// <summary>The cuts: sets of tensors.</summary>
    public IEnumerable<ImmutableArray<string>> Cuts => Segments.SkipLast(1).Select(s => s.Crossing);
}
