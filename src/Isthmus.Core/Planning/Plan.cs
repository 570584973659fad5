using System.Collections.Immutable;
using Isthmus.Core.Graphs;

namespace Isthmus.Core.Planning;

/// <summary>
/// One decision: which network, how the input crosses, where the network is cut, how each cut's tensors are squeezed, and
/// which node runs each segment. Segments follow each other from the model's input to its output and tier by tier outwards.
/// </summary>
/// <param name="Model">The network.</param>
/// <param name="Input">How the input crosses; <see cref="InputKind.Local"/> exactly when the first segment is on the device.</param>
/// <param name="Segments">One to three segments: the first begins at the input, each begins where the one before it ends, the last ends at the output.</param>
public sealed record Plan(ModelHash Model, InputEncoding Input, ImmutableArray<PlacedSegment> Segments)
{
    /// <summary>The device on which the image is, where the profile has several; null if it has one.</summary>
    public string? Device { get; init; }

    /// <summary>Whether the whole network runs on one node.</summary>
    public bool IsSingleNode => Segments.Length == 1;

    /// <summary>The cuts, in order; none if the network is not split.</summary>
    public IEnumerable<string> Cuts => Segments.Where(s => s.To is not null).Select(s => s.To!);

    /// <summary>The plan in one line, such as "device → c07 huffman:4 → cloud" or "jpeg:75 → edge"; "phone → jpeg:75 → edge" where there are several devices.</summary>
    public string Describe() =>
        (Input.Kind == InputKind.Local ? "" : Device is null ? $"{Input} → " : $"{Device} → {Input} → ")
        + string.Join(" → ", Segments.Select(s => s.To is null ? s.Node : $"{s.Node} → {s.To} {s.Codec}"));

    /// <inheritdoc/>
    public bool Equals(Plan? other) => other is not null && Model == other.Model && Input == other.Input && Device == other.Device && Segments.SequenceEqual(other.Segments);

    /// <inheritdoc/>
    public override int GetHashCode() => Segments.Aggregate(HashCode.Combine(Model, Input), HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
