namespace Isthmus.Core.Graphs;

/// <summary>How far the search for cuts goes.</summary>
public sealed record CutSearchOptions
{
    /// <summary>The defaults.</summary>
    public static CutSearchOptions Default { get; } = new();

    /// <summary>How many tensors may cross together. Default 4.</summary>
    public int MaxTensors { get; init; } = 4;

    /// <summary>How many cuts of several tensors are listed between two neighbouring single ones, stretches not counted. Default 4.</summary>
    public int MaxPerRegion { get; init; } = 4;

    /// <summary>
    /// Share of the multiply-accumulates that makes a stretch. Between two neighbouring single-tensor cuts that are more than
    /// two stretches apart, the narrowest cut of each stretch is listed too, useful or not. Default 1/8.
    /// </summary>
    public double Stretch { get; init; } = 0.125;

    /// <summary>How many partial heads are looked at in the whole network; a search that would need more keeps the narrowest. Default 200,000.</summary>
    public int MaxStates { get; init; } = 200_000;

    /// <summary>Whether cuts that are equivalent are merged into the best of them; see <see cref="Cut.Equivalents"/>. Default true.</summary>
    public bool MergeEquivalent { get; init; } = true;
}
