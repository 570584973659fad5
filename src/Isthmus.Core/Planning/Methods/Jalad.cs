using Isthmus.Core.Codec;

namespace Isthmus.Core.Planning.Methods;

/// <summary>
/// JALAD (Li et al., ICPADS 2018): the best single cut i and number of bits c, min Σ x_ic·(T_E(i) + S_i(c)/BW + T_C(i)) under Σ x_ic = 1,
/// Σ A_i(c)·x_ic ≤ Δα and x_ic ∈ {0, 1}; i = 0 uploads the picture, i = N computes all of it where the picture is.
/// </summary>
/// <remarks>
/// The integer program has one choice and one knapsack row, in which a single item counts, so scanning the table of i and c solves it exactly.
/// The paper's edge, where the picture is, is the device here; or an edge node, after the picture's way to it. Its cloud is any node further out.
/// </remarks>
public sealed class Jalad : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "jalad";

    /// <inheritdoc/>
    public string Summary => "At most one cut, Huffman-coded activations of 1 to 8 bits; an input that crosses is the image file.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new() { MaxCuts = 1, Codecs = [.. Enumerable.Range(1, 8).Select(CodecSpec.Huffman)], Inputs = [InputEncoding.File] };
}
