namespace Isthmus.Core.Planning.Methods;

/// <summary>The image goes to the cloud.</summary>
public sealed class CloudOnly : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "cloud-only";

    /// <inheritdoc/>
    public string Summary => "The whole network on a cloud node; which one and how the input crosses is chosen.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new() { MaxCuts = 0, Tiers = [Tier.Cloud] };
}
