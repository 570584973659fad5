using Isthmus.Core.Codec;

namespace Isthmus.Core.Planning.Methods;

/// <summary>Neurosurgeon (Kang et al., ASPLOS 2017): the best single cut, nothing compressed.</summary>
public sealed class Neurosurgeon : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "neurosurgeon";

    /// <inheritdoc/>
    public string Summary => "At most one cut, raw float activations; an input that crosses is the image file.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new() { MaxCuts = 1, Codecs = [CodecSpec.Raw], Inputs = [InputEncoding.File] };
}
