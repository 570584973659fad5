using Isthmus.Core.Statistics;

namespace Isthmus.Core.Planning;

/// <summary>What a plan loses by sending a fraction of the picture that was not measured itself: it comes from a curve that was fitted to those that were.</summary>
/// <param name="Family">The form whose first part is sent, such as "embedded".</param>
/// <param name="Kind">The kind of curve, such as "gompertz".</param>
/// <param name="Accuracy">The accuracy that the curve has there, 0…1.</param>
/// <param name="Whole">The accuracy of the un-encoded picture.</param>
/// <param name="Band">The 95 % band of <paramref name="Accuracy"/>; null if the curve has none.</param>
public sealed record CurveEstimate(string Family, string Kind, double Accuracy, double Whole, ConfidenceInterval? Band)
{
    /// <summary>The accuracy that is lost, 0…1.</summary>
    public double Loss => Math.Clamp(Whole - Accuracy, 0, 1);
}
