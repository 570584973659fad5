namespace Isthmus.Core.Planning.Methods;

/// <summary>
/// Scission by its own cost: times of blocks add up, a hop takes the whole ping and size/bandwidth, and nothing else counts (<see cref="CostTerms.Scission"/>).
/// <see cref="Scission"/> may choose the same and counts everything.
/// </summary>
public sealed class ScissionPaper : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "scission-paper";

    /// <inheritdoc/>
    public string Summary => "As scission, but by its own cost: sums of blocks, a whole ping for each hop and the transfer; nothing comes back, nothing is encoded.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new Scission().Space;

    /// <inheritdoc/>
    public CostTerms Terms => CostTerms.Scission;

    /// <inheritdoc/>
    public SegmentTimes Segments => SegmentTimes.Blocks;
}
