using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Pipelines;

/// <summary>What crossed a link for one answer.</summary>
/// <param name="From">The sending node.</param>
/// <param name="To">The receiving node.</param>
/// <param name="Bytes">Bytes of the request's body.</param>
/// <param name="OnTheWay">Its time on the way there and back.</param>
public sealed record HopTransfer(string From, string To, ByteCount Bytes, Milliseconds OnTheWay);
