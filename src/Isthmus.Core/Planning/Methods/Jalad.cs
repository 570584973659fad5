using Isthmus.Core.Codec;

namespace Isthmus.Core.Planning.Methods;

/// <summary>JALAD (Li et al., ICPADS 2018): the best single cut and number of bits. Its integer program has one choice and one knapsack row, so a scan of the table solves it.</summary>
public sealed class Jalad : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "jalad";

    /// <inheritdoc/>
    public string Summary => "At most one cut, Huffman-coded activations of 1 to 8 bits; an input that crosses is the image file.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new() { MaxCuts = 1, Codecs = [.. Enumerable.Range(1, 8).Select(CodecSpec.Huffman)], Inputs = [InputEncoding.File] };
}
