using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Isthmus.Lab.Regret;

/// <summary>How each way to choose plans did under one trace.</summary>
/// <param name="Trace">The trace's name or file.</param>
/// <param name="Seconds">How long it lasts.</param>
/// <param name="Pictures">Pictures that came.</param>
/// <param name="Policies">The oracle first, then the adaptation, then what never changes.</param>
public sealed record TraceRegret(string Trace, double Seconds, int Pictures, ImmutableArray<PolicyRegret> Policies)
{
    /// <summary>Each picture's time of coming, the oracle's latency and the adaptation's; milliseconds.</summary>
    [JsonIgnore]
    public ImmutableArray<(double At, double Oracle, double Adaptive)> Timeline { get; init; } = [];

    /// <summary>The row of a policy.</summary>
    public PolicyRegret Of(string policy) => Policies.Single(p => p.Policy == policy);
}
