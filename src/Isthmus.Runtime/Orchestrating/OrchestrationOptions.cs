using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>How a user follows an orchestrator.</summary>
public sealed record OrchestrationOptions
{
    /// <summary>The options with every default.</summary>
    public static OrchestrationOptions Default { get; } = new();

    /// <summary>How long a request waits for the orchestrator's answer before it goes on with the last plan. Default 25 ms.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>How long the background waits for an answer before it takes the orchestrator for gone. Default 2 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often an orchestrator that is gone is tried again. Default 1 s.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What an advised action may take, over what an action on the own device that is as accurate is expected to take, on average over <see cref="TrustRequests"/> requests, before the
    /// orchestrator is not believed. Default 2.
    /// </summary>
    public double TrustFactor { get; init; } = 2;

    /// <summary>Requests that are needed for that. Default 8.</summary>
    public int TrustRequests { get; init; } = 8;

    /// <summary>For how long it is not believed then. Default 30 s.</summary>
    public TimeSpan DistrustFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reports that wait to be sent; the oldest are dropped beyond it. Default 256.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>A report that waited longer is not sent any more: it tells of another time. Default 10 s.</summary>
    public TimeSpan StaleReport { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Patience < TimeSpan.Zero || Timeout <= TimeSpan.Zero || Retry <= TimeSpan.Zero || DistrustFor < TimeSpan.Zero || StaleReport <= TimeSpan.Zero || !(TrustFactor >= 1) || TrustRequests < 1 || MaxWaiting < 1)
            throw new IsthmusException(ErrorKind.Usage, "Following an orchestrator takes times above zero, counts of one at least, and a factor of one at least.");
    }
}
