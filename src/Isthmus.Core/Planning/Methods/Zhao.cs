namespace Isthmus.Core.Planning.Methods;

/// <summary>
/// Zhao et al. (Globecom Workshops 2020): the whole network on one node, which node and which network is chosen, and how much of the picture it gets. Or nothing is sent, and
/// the device answers.
/// </summary>
public sealed class Zhao : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "zhao";

    /// <inheritdoc/>
    public string Summary => "The whole network on one node, and how much of the picture is sent there, by a curve of accuracy against bytes.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new() { MaxCuts = 0, OnlyCurves = true };
}
