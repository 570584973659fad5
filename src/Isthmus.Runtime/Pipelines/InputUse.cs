using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Pipelines;

/// <summary>How much of a picture's encoding crossed, and how much of that the node used.</summary>
/// <param name="Form">The whole form, such as "embedded".</param>
/// <param name="Used">Bytes from which the answer was made.</param>
/// <param name="Sent">Bytes that were sent: more than were used, where some came after the node's time was up.</param>
/// <param name="Whole">Bytes of the whole form of this picture.</param>
/// <param name="Receive">From the arrival of the request's JSON part to that of the last byte used; null where all was sent at once.</param>
/// <param name="Why">What ended it: "plan" (that much was to be sent), "deadline" (the time was up), "whole" (all of it came), or "recheck" (all of it, to check a part).</param>
public sealed record InputUse(InputEncoding Form, ByteCount Used, ByteCount Sent, ByteCount Whole, Milliseconds? Receive, string Why)
{
    /// <summary>The share of the whole that was used, 0…1.</summary>
    public double Fraction => Whole.Value == 0 ? 1 : Math.Round((double)Used.Value / Whole.Value, 4);
}
