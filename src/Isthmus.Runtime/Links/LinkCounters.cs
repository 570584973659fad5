using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>What has crossed an emulated link so far.</summary>
/// <param name="BytesUp">Bytes handed to the target.</param>
/// <param name="BytesDown">Bytes handed back to the clients.</param>
/// <param name="Connections">Connections accepted.</param>
/// <param name="OpenConnections">Of these, how many are open now.</param>
/// <param name="RefusedConnections">Connections that were reset because the target could not be reached.</param>
/// <param name="LostSegments">Emulated losses, both ways.</param>
public sealed record LinkCounters(
    ByteCount BytesUp, ByteCount BytesDown, long Connections, long OpenConnections, long RefusedConnections, long LostSegments);
