using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>How much of a tensor came whose content was allowed to end early.</summary>
/// <param name="Announced">Bytes that could have come.</param>
/// <param name="Bytes">Bytes that came.</param>
/// <param name="Took">From the arrival of the JSON part to that of the last of these bytes.</param>
/// <param name="IsCut">Whether the receiver stopped because the time was up, not because the sender ended it or all had come.</param>
public sealed record Arrival(int Announced, int Bytes, Milliseconds Took, bool IsCut)
{
    /// <summary>Whether all came that could have.</summary>
    public bool IsWhole => Bytes == Announced;
}
