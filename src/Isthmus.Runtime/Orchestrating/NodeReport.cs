using Isthmus.Core.Errors;
using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>How a node is.</summary>
/// <param name="Url">Where users reach it.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Cpu">The share of the processor that work of others leaves to it, 0…1; null if the system does not say.</param>
/// <param name="Memory">The share of the memory that is free, 0…1; null if the system does not say.</param>
/// <param name="Workers">Requests that it computes at a time.</param>
/// <param name="Busy">Workers that compute now.</param>
/// <param name="Queue">Requests that wait.</param>
public sealed record NodeReport(string Url, Tier Tier, double? Cpu, double? Memory, int Workers, int Busy, int Queue)
{
    /// <summary>The bandwidth of its fastest network card in Mbit/s, which nothing on the way to it exceeds; null if the system does not say.</summary>
    public double? Mbps { get; init; }

    /// <summary>The round trip of its last report in milliseconds; null if there was none.</summary>
    public double? RttMs { get; init; }

    /// <summary>Checks the report.</summary>
    /// <exception cref="IsthmusException">A number is out of its range.</exception>
    public void Validate()
    {
        if (Url is not { Length: > 0 and <= 300 } || !Uri.TryCreate(Url, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            throw new IsthmusException(ErrorKind.Data, "The address of a node is http://HOST:PORT.");
        if (!Enum.IsDefined(Tier)) throw new IsthmusException(ErrorKind.Data, "A node is of the tier device, edge or cloud.");
        if (Cpu is { } cpu) OrchestrationLimits.Number(cpu, 0, 1, "The free share of the processor");
        if (Memory is { } memory) OrchestrationLimits.Number(memory, 0, 1, "The free share of the memory");
        if (Mbps is { } mbps) OrchestrationLimits.Number(mbps, 0, OrchestrationLimits.MaxMbps, "The bandwidth of the network card");
        if (RttMs is { } rtt) OrchestrationLimits.Number(rtt, 0, OrchestrationLimits.MaxMs, "The round trip of the last report");
        OrchestrationLimits.Number(Workers, 1, 10_000, "The number of workers");
        OrchestrationLimits.Number(Busy, 0, 10_000, "The number of busy workers");
        OrchestrationLimits.Number(Queue, 0, 1_000_000, "The length of the queue");
    }
}
