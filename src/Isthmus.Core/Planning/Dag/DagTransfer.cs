using Isthmus.Core.Codec;

namespace Isthmus.Core.Planning.Dag;

/// <summary>One way for a tensor to cross one link.</summary>
/// <param name="Codec">How it is squeezed; null if it is no activation, such as the picture itself.</param>
/// <param name="Bytes">What crosses.</param>
/// <param name="Encode">Milliseconds before the link, on the node that sends.</param>
/// <param name="Send">Milliseconds on the link: the bytes over its bandwidth, without the round trip.</param>
/// <param name="Decode">Milliseconds behind it, on the node that receives.</param>
public readonly record struct DagTransfer(CodecSpec? Codec, long Bytes, double Encode, double Send, double Decode)
{
    /// <summary>All three together.</summary>
    public double Total => Encode + Send + Decode;
}
