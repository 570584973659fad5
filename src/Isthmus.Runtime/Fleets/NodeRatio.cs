using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Fleets;

/// <summary>How a node's computing in real requests compares with its profile.</summary>
/// <param name="Node">The node.</param>
/// <param name="Segment">What it computed, such as "input → c07".</param>
/// <param name="Profiled">What the profile says, without what was learnt before.</param>
/// <param name="Measured">The median of the requests.</param>
/// <param name="Before">The ratio that the profile had; 1 if it had none.</param>
/// <param name="Ratio">Measured ÷ profiled: what the profile has now.</param>
public sealed record NodeRatio(
    string Node, string Segment, [property: JsonPropertyName("profiledMs")] Milliseconds Profiled, [property: JsonPropertyName("measuredMs")] Milliseconds Measured, double Before, double Ratio);
