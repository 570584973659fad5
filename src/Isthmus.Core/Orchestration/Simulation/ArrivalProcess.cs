namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>
/// When a user's requests come: at random, all instants alike (Poisson), or in bursts: a user is on and off in turn for exponential times, and requests are a Poisson process while it is on.
/// </summary>
/// <param name="PerSecond">Requests per second in the long run, bursts or not.</param>
/// <param name="OnMs">How long a burst is on average, in milliseconds. Not looked at if there are no breaks.</param>
/// <param name="OffMs">How long a break is on average; 0: there are none.</param>
public sealed record ArrivalProcess(double PerSecond, double OnMs = 0, double OffMs = 0)
{
    /// <summary>Requests per millisecond while the user is on.</summary>
    internal double RateOn => PerSecond / 1000 * (OffMs > 0 ? (OnMs + OffMs) / OnMs : 1);

    internal bool Bursty => OffMs > 0;

    internal bool Sane => PerSecond is >= 0 and <= 1e6 && OffMs is >= 0 and < 1e12 && OnMs is >= 0 and < 1e12 && (OffMs == 0 || OnMs > 0);
}
