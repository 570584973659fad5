using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Lab.Orchestration;

/// <summary>One part of the way between a user and a node: the access link, or what lies behind it. Emulated.</summary>
/// <param name="Mbps">Bandwidth of each direction, in Mbit/s; at least 0.01.</param>
/// <param name="RttMs">Round-trip time in milliseconds, 0 to 10,000.</param>
public readonly record struct LiveLink(double Mbps, double RttMs)
{
    /// <summary>The conditions of both parts one behind the other, in each direction.</summary>
    internal LinkConditions With(LiveLink behind) => new(new BitsPerSecond(Math.Min(Mbps, behind.Mbps) * 1e6), new Milliseconds((RttMs + behind.RttMs) / 2));

    /// <summary>Checks the ranges.</summary>
    internal void Validate(string what)
    {
        if (!(Mbps is >= 0.01 and <= 100_000) || !(RttMs is >= 0 and <= 10_000))
            throw new IsthmusException(ErrorKind.Usage, $"{what} of {Mbps} Mbit/s and {RttMs} ms is not possible: choose 0.01 to 100000 Mbit/s and 0 to 10000 ms.");
    }
}
