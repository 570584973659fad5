using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Node.Orchestrating;

/// <summary>A node that is known, by its own reports or by users' menus. Guarded by the orchestrator's lock on nodes.</summary>
internal sealed class FleetNode(string name, TimeProvider clock)
{
    public string Name => name;

    /// <summary>The last report; null if it never reported.</summary>
    public NodeReport? Report { get; private set; }

    /// <summary>When that came, as a time stamp.</summary>
    public long Reported { get; private set; }

    /// <summary>Whether it was silent when it was last looked at.</summary>
    public bool WasSilent { get; set; }

    /// <summary>Whether its word fits what users measure.</summary>
    public NodeTrust Trust { get; } = new(clock);

    /// <summary>What users ask of it, in shares of what it gives out.</summary>
    public double Demand { get; set; }

    /// <summary>The free share of the processor that decisions are made with.</summary>
    public double Cpu => Trust.Believed(Report?.Cpu ?? 1);

    public int Workers => Report?.Workers ?? 1;

    /// <summary>It reported.</summary>
    public void Hear(NodeReport report)
    {
        Report = report;
        Reported = clock.GetTimestamp();
    }

    /// <summary>Whether it reported once and has not for so long.</summary>
    public bool IsSilent(TimeSpan after) => Report is not null && clock.GetElapsedTime(Reported) > after;
}
