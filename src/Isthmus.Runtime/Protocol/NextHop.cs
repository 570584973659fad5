using Isthmus.Core.Codec;

namespace Isthmus.Runtime.Protocol;

/// <summary>The node that goes on where a segment ends.</summary>
/// <param name="Node">Its name, for the trace.</param>
/// <param name="Url">Its address.</param>
/// <param name="From">The tensors where its segment begins: those where the one before it ends.</param>
/// <param name="To">The tensors where it ends; null at the model's outputs.</param>
/// <param name="Codec">How its own output is encoded for the node after it; null for raw tensors.</param>
/// <param name="Next">The node after it; null if it answers.</param>
public sealed record NextHop(string Node, string Url, IReadOnlyList<string> From, IReadOnlyList<string>? To = null, CodecSpec? Codec = null, NextHop? Next = null)
{
    /// <summary>The trained tables that <see cref="Codec"/> uses; see <see cref="SegmentRequest.Tables"/>.</summary>
    public IReadOnlyList<string>? Tables { get; init; }
}
