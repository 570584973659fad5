using Isthmus.Core.Codec;

namespace Isthmus.Core.Planning;

/// <summary>One segment of the graph on one node.</summary>
/// <param name="Node">The node's name in the profile.</param>
/// <param name="Tier">The node's tier.</param>
/// <param name="From">The id of the cut where the segment begins; null at the model's input.</param>
/// <param name="To">The id of the cut where it ends; null at the model's output.</param>
/// <param name="Codec">How the tensors of <paramref name="To"/> cross to the next node; null for the last segment, whose output returns raw.</param>
public sealed record PlacedSegment(string Node, Tier Tier, string? From, string? To, CodecSpec? Codec);
