using System.Collections.Immutable;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Adaptive;

/// <summary>What an <see cref="Adaptation"/> needs to know of the nodes beside the device, as they are at the moment: real ones (<see cref="Pipelines.Tiers"/>) or simulated ones. Implementations are thread-safe.</summary>
public interface ITierState
{
    /// <summary>The names of the nodes beside the device, in an order that does not change.</summary>
    ImmutableArray<string> NodeNames { get; }

    /// <summary>Whether a node is excluded because it failed.</summary>
    bool IsExcluded(string node);

    /// <summary>What is believed now of every link of which anything was measured, in both directions.</summary>
    ImmutableArray<LinkProfile> CurrentLinks();
}
