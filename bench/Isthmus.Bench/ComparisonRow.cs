namespace Isthmus.Bench;

/// <summary>One measured figure beside its baseline's figure of the same run.</summary>
/// <param name="Case">The input or setting that was measured.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Unit">The unit of both figures.</param>
/// <param name="Figure">The figure of Isthmus.</param>
/// <param name="BaselineName">What it is compared with.</param>
/// <param name="Baseline">The baseline's figure.</param>
/// <param name="Ratio">Figure ÷ baseline; 0 if the baseline is 0.</param>
/// <param name="Goal">The goal that the project has set, in words; null if there is none.</param>
/// <param name="Met">Whether the goal was met in this run; null if there is none.</param>
public sealed record ComparisonRow(
    string Case, string Metric, string Unit, double Figure, string BaselineName, double Baseline, double Ratio, string? Goal, bool? Met)
{
    /// <summary>A row with its ratio.</summary>
    public static ComparisonRow Of(
        string @case, string metric, string unit, double figure, string baselineName, double baseline, string? goal = null, bool? met = null) =>
        new(@case, metric, unit, figure, baselineName, baseline, baseline == 0 ? 0 : figure / baseline, goal, met);
}
