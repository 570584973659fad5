using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Pipelines;

/// <summary>Where a part of the network ran for one answer.</summary>
/// <param name="Segment">Which part, such as "input → c07".</param>
/// <param name="Node">The node.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Run">How long it computed, emulated slow-down included.</param>
/// <param name="Slowdown">The factor by which it was slowed down on purpose; 1 is none, anything else is emulated.</param>
public sealed record SegmentPlace(string Segment, string Node, Tier Tier, [property: JsonPropertyName("ms")] Milliseconds Run, double Slowdown);
