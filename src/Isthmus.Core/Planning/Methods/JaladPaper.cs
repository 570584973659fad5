namespace Isthmus.Core.Planning.Methods;

/// <summary>
/// JALAD with the cost of its paper, T_E(i) + S_i(c)/BW + T_C(i): what it costs to encode and decode, and the round-trip time, do not count.
/// <see cref="Jalad"/> may choose the same and counts everything.
/// </summary>
public sealed class JaladPaper : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "jalad-paper";

    /// <inheritdoc/>
    public string Summary => "As jalad, but by the paper's own cost: computing and transfer only, without encoding, decoding and round-trip times.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new Jalad().Space;

    /// <inheritdoc/>
    public CostTerms Terms => CostTerms.ComputingAndTransfer;
}
