using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Runtime.Pipelines;

/// <summary>What is known of a picture when it is decided how much of it is sent.</summary>
/// <param name="Planned">What the plan says.</param>
/// <param name="PlannedBytes">How many bytes that would be.</param>
/// <param name="WholeBytes">Bytes of the whole form.</param>
/// <param name="Least">Bytes without which there is no picture.</param>
/// <param name="Boundaries">Where the whole is best cut, in order; may be empty.</param>
/// <param name="Link">The link as it is believed to be now.</param>
/// <param name="Left">What is left for sending until the deadline; null without one.</param>
public sealed record PartQuestion(
    InputEncoding Planned, int PlannedBytes, int WholeBytes, int Least, IReadOnlyList<int> Boundaries, LinkEstimate Link, Milliseconds? Left)
{
    /// <summary>How many bytes the link carries until the deadline; the whole without one.</summary>
    public long Sendable => Left is { } left ? Math.Clamp((long)(Link.Bandwidth.Value * left.Value / 8e3), 0, WholeBytes) : WholeBytes;
}
