namespace Isthmus.Core.Planning.Methods;

/// <summary>
/// Zhao et al. with the cost that such papers have, T = x·D/B + RTT + C/F: transfer, a round trip and computing; decoding the picture and encoding it count nothing.
/// <see cref="Zhao"/> may choose the same and counts everything.
/// </summary>
public sealed class ZhaoPaper : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "zhao-paper";

    /// <inheritdoc/>
    public string Summary => "As zhao, but by the paper's cost as far as it is known: transfer, one round trip and computing; pictures are encoded and decoded for nothing.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new Zhao().Space;

    /// <inheritdoc/>
    /// <remarks>One hop costs Scission the same: a whole ping, the transfer, and no way back.</remarks>
    public CostTerms Terms => CostTerms.Scission;
}
