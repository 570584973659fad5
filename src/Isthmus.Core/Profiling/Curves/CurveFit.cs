using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Isthmus.Core.Profiling.Curves;

/// <summary>A curve that was fitted to the points of a family.</summary>
/// <param name="Kind">Its kind; see <see cref="AccuracyCurves"/>.</param>
/// <param name="Parameters">Its numbers, as <see cref="AccuracyCurves.Create"/> takes them.</param>
/// <param name="Error">Root of the mean squared distance to the points, 0…1 (0.01 is one point).</param>
/// <param name="HeldOutError">
/// Likewise, of curves fitted to other images than those they are compared with: what the kinds are chosen by. It holds the chance of the images too, which is the same for
/// all kinds. Null where there were too few images.
/// </param>
/// <param name="Band">The 95 % band at the measured fractions, point by point; empty where there were too few images.</param>
public sealed record CurveFit(string Kind, ImmutableArray<double> Parameters, double Error, double? HeldOutError, ImmutableArray<CurveBand> Band)
{
    /// <summary>
    /// Root of the mean squared distance to the inner points, each left out of the fit in its turn: how well the kind foretells fractions that were not measured, at about twice the
    /// distance to their neighbours that they really have. The kinds are not chosen by it. Null where there are fewer than five points.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? BetweenError { get; init; }

    /// <summary>The curve.</summary>
    /// <exception cref="Errors.IsthmusException">The numbers are none of this kind.</exception>
    public IAccuracyCurve Curve() => AccuracyCurves.Create(Kind, Parameters);
}
