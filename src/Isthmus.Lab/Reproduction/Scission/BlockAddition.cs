namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>How far sums of blocks are from what was measured as a whole, on one node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Blocks">How many blocks.</param>
/// <param name="SumMs">The blocks of the whole network, added up.</param>
/// <param name="WholeMs">The whole network, measured.</param>
/// <param name="Segments">How many segments of at least two blocks were measured, the whole network included.</param>
/// <param name="MedianError">The median of |sum − measured| ÷ measured over them.</param>
/// <param name="WorstError">The largest.</param>
public sealed record BlockAddition(string Node, int Blocks, double SumMs, double WholeMs, int Segments, double MedianError, double WorstError)
{
    /// <summary>(Sum − whole) ÷ whole.</summary>
    public double Error => WholeMs > 0 ? (SumMs - WholeMs) / WholeMs : 0;
}
