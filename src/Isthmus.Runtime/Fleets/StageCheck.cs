using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Fleets;

/// <summary>A stage of a plan as it was predicted and as it was in real requests.</summary>
/// <param name="Stage">The stage, as in reports of runs; encode holds re-encoding, send forwarding.</param>
/// <param name="Predicted">What the profile says.</param>
/// <param name="Measured">The median of the requests.</param>
public sealed record StageCheck(
    string Stage, [property: JsonPropertyName("predictedMs")] Milliseconds Predicted, [property: JsonPropertyName("measuredMs")] Milliseconds Measured);
