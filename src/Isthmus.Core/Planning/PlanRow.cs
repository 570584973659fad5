namespace Isthmus.Core.Planning;

/// <summary>All plans from one device through one network whose segment on one node begins at one place, with a bound on them.</summary>
/// <param name="Score">No plan of the row has a better score.</param>
/// <param name="Ms">No plan of the row is faster.</param>
/// <param name="Source">The search that they belong to.</param>
/// <param name="Node">The node.</param>
/// <param name="From">Where its segment begins; −1 is the input.</param>
internal readonly record struct PlanRow(double Score, double Ms, int Source, int Node, int From)
{
    /// <summary>The most promising first.</summary>
    public static int Compare(PlanRow a, PlanRow b) => a.Score != b.Score ? a.Score.CompareTo(b.Score) : a.Ms.CompareTo(b.Ms);
}
