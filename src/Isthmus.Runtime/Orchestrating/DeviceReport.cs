using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>How a user's device and its links are.</summary>
/// <param name="Cpu">The share of the processor that other work leaves, 0…1; null if it is not known.</param>
/// <param name="Memory">The share of the memory that is free, 0…1; null if it is not known.</param>
public sealed record DeviceReport(double? Cpu, double? Memory)
{
    /// <summary>The links to nodes.</summary>
    public ImmutableArray<LinkReport> Links { get; init; } = [];

    /// <summary>Checks the report.</summary>
    /// <exception cref="IsthmusException">A number is out of its range.</exception>
    public void Validate()
    {
        if (Cpu is { } cpu) OrchestrationLimits.Number(cpu, 0, 1, "The free share of the processor");
        if (Memory is { } memory) OrchestrationLimits.Number(memory, 0, 1, "The free share of the memory");
        if (Links.IsDefault || Links.Length > OrchestrationLimits.MaxActions) throw new IsthmusException(ErrorKind.Data, $"A device has at most {OrchestrationLimits.MaxActions} links.");
        foreach (LinkReport? link in Links)
        {
            if (link is null) throw new IsthmusException(ErrorKind.Data, "A link is null.");
            OrchestrationLimits.Name(link.Node, "node");
            OrchestrationLimits.Number(link.Mbps, 0, OrchestrationLimits.MaxMbps, $"The bandwidth to '{link.Node}'");
            OrchestrationLimits.Number(link.RttMs, 0, OrchestrationLimits.MaxMs, $"The round trip to '{link.Node}'");
        }
    }
}
