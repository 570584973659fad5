using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>
/// How well time is proportional to work on a node that was measured: w of T = w·2Q/F by least squares through the origin over its segments,
/// w = Σ tᵢ·mᵢ / Σ tᵢ², with m the measured medians and t = 2Q/F.
/// </summary>
/// <param name="Node">The node.</param>
/// <param name="Peak">F: its peak rate, which the user states.</param>
/// <param name="Coefficient">w.</param>
/// <param name="Segments">How many segments it was fitted to.</param>
/// <param name="RSquared">
/// 1 − Σ(m − wt)² / Σ(m − mean m)²: the share of the variance that the model explains. 1 is all; below 0 the mean alone would be better. Not a number if all
/// measurements are the same.
/// </param>
/// <param name="MedianError">The median of |wt − m|/m over the segments that take any time.</param>
/// <param name="MaxError">The largest of these.</param>
public sealed record ProportionalFit(string Node, FlopsPerSecond Peak, double Coefficient, int Segments, double RSquared, double MedianError, double MaxError)
{
    /// <summary>Fits.</summary>
    /// <exception cref="IsthmusException">The profile does not say how many multiply-accumulates the network has, has no such node, or none of its segments does any work.</exception>
    public static ProportionalFit Of(Profile profile, string node, FlopsPerSecond peak)
    {
        ArgumentNullException.ThrowIfNull(profile);
        NodeProfile measured = profile.Nodes.FirstOrDefault(n => n.Name == node)
            ?? throw new IsthmusException(ErrorKind.Usage, $"The profile has no node '{node}': it knows {string.Join(", ", profile.Nodes.Select(n => n.Name))}.");
        if (measured.Computed is not null)
            throw new IsthmusException(ErrorKind.Usage, $"The times of '{node}' are computed, not measured: nothing can be fitted to them.");
        SegmentWork work = new(profile);
        (double Ideal, double Measured)[] points = [.. measured.Segments.Select(s => (peak.TimeOf(work.Macs(s.From, s.To)).Value, s.Timing.P50.Value))];
        double square = points.Sum(p => p.Ideal * p.Ideal);
        if (!(square > 0))
            throw new IsthmusException(ErrorKind.Planning, $"No segment that was measured on '{node}' has multiply-accumulates, so nothing can be fitted: profile it with more cuts.");
        double w = points.Sum(p => p.Ideal * p.Measured) / square;
        double mean = points.Average(p => p.Measured);
        double variance = points.Sum(p => (p.Measured - mean) * (p.Measured - mean));
        double rest = points.Sum(p => (p.Measured - (w * p.Ideal)) * (p.Measured - (w * p.Ideal)));
        double[] errors = [.. points.Where(p => p.Measured > 0).Select(p => Math.Abs((w * p.Ideal) - p.Measured) / p.Measured).Order()];
        return new(
            node, peak, w, points.Length, variance > 0 ? 1 - (rest / variance) : double.NaN,
            errors.Length == 0 ? 0 : (errors[(errors.Length - 1) / 2] + errors[errors.Length / 2]) / 2, errors.Length == 0 ? 0 : errors[^1]);
    }

    /// <summary>One sentence with the figures.</summary>
    public override string ToString() =>
        $"{Node} at {Peak}: w = {Coefficient:0.####} from {Segments} measured segments; R² = {RSquared:0.###}, error {MedianError * 100:0.#} % in the median, {MaxError * 100:0.#} % at most";
}
