using Isthmus.Core.Codec;

namespace Isthmus.Core.Planning.Methods;

/// <summary>Scission (Lockhart et al., UCC 2020): the best one or two cuts over device, edge and cloud from benchmarks, nothing compressed.</summary>
public sealed class Scission : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "scission";

    /// <inheritdoc/>
    public string Summary => "Up to two cuts over three tiers, raw float activations; an input that crosses is the image file.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new() { MaxCuts = 2, Codecs = [CodecSpec.Raw], Inputs = [InputEncoding.File] };

    /// <inheritdoc/>
    public SegmentTimes Segments => SegmentTimes.Blocks;
}
