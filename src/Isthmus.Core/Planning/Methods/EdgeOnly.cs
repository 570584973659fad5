namespace Isthmus.Core.Planning.Methods;

/// <summary>The image goes to the edge.</summary>
public sealed class EdgeOnly : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "edge-only";

    /// <inheritdoc/>
    public string Summary => "The whole network on an edge node; which one and how the input crosses is chosen.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new() { MaxCuts = 0, Tiers = [Tier.Edge] };
}
