using System.Text.Json.Serialization;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>
/// What one direction of an emulated link does to the bytes that cross it. Everything that a link with these conditions
/// shows is emulated, and is called so wherever it is reported.
/// </summary>
/// <param name="Rate">Bandwidth of the direction, shared by all its connections; unlimited, or at least 1 kbit/s.</param>
/// <param name="Delay">One-way delay, 0 to 60 s, counted from the moment that the last bit has left.</param>
/// <param name="Jitter">The delay varies evenly by up to this much up and down, never below zero; 0 to 60 s. Bytes of a connection are never reordered.</param>
/// <param name="Loss">Share of the segments that are lost, 0 to 0.9. TCP hides a loss and shows a wait: see docs/link.md.</param>
public sealed record LinkConditions(BitsPerSecond Rate, Milliseconds Delay, Milliseconds Jitter = default, double Loss = 0)
{
    /// <summary>A link that adds nothing: what a direct connection does.</summary>
    public static LinkConditions Transparent { get; } = new(BitsPerSecond.Unlimited, Milliseconds.Zero);

    /// <summary>Bytes that the direction holds between its two ends: rate × (delay + jitter); infinite without a rate limit.</summary>
    [JsonIgnore]
    public double BandwidthDelayBytes => Rate.Value * (Delay + Jitter).Value / 8e3;

    /// <summary>Checks the ranges named above.</summary>
    /// <returns>These conditions.</returns>
    /// <exception cref="IsthmusException">A figure is outside its range.</exception>
    public LinkConditions Validated()
    {
        if (!(Rate.Value >= 1e3))
            throw new IsthmusException(ErrorKind.Usage, "A link's rate must be at least 1kbit; write unlimited for no limit.");
        if (!(Delay.Value is >= 0 and <= 60e3))
            throw new IsthmusException(ErrorKind.Usage, "A link's delay must be between 0ms and 60s.");
        if (!(Jitter.Value is >= 0 and <= 60e3))
            throw new IsthmusException(ErrorKind.Usage, "A link's jitter must be between 0ms and 60s.");
        if (!(Loss is >= 0 and <= 0.9))
            throw new IsthmusException(ErrorKind.Usage, "A link's loss must be a share between 0 and 0.9, for example 0.01 for one segment in a hundred.");
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Rate}, {Delay}" + (Jitter.Value > 0 ? $" ± {Jitter}" : "") + (Loss > 0 ? $", loss {Loss:0.##%}" : "");
}
