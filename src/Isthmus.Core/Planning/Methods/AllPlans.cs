namespace Isthmus.Core.Planning.Methods;

/// <summary>Everything that Isthmus can do.</summary>
public sealed class AllPlans : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "all";

    /// <inheritdoc/>
    public string Summary => "Any node, up to two cuts, any codec, any input encoding.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = SearchSpace.All;
}
