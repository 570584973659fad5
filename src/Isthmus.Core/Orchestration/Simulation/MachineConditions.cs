namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>How a user's device and its access link, or a node and the way to it, are over time.</summary>
/// <param name="Cpu">The share of the processor that is free, above 0 to 1.</param>
/// <param name="Memory">The share of the memory that is free, 0…1.</param>
/// <param name="Link">The link.</param>
public sealed record MachineConditions(TwoLevels<double> Cpu, TwoLevels<double> Memory, TwoLevels<LinkLevel> Link)
{
    /// <summary>Idle, and always the same.</summary>
    /// <param name="mbps">The bandwidth in Mbit/s.</param>
    /// <param name="rttMs">The round-trip time in milliseconds.</param>
    public static MachineConditions Idle(double mbps, double rttMs) => new(new(1.0), new(1.0), new(new LinkLevel(mbps, rttMs)));

    internal bool Sane => Cpu is { Sane: true } && Memory is { Sane: true } && Link is { Sane: true } && Share(Cpu.First) && Share(Cpu.Second)
        && Memory.First is >= 0 and <= 1 && Memory.Second is >= 0 and <= 1 && Usable(Link.First) && Usable(Link.Second);

    private static bool Share(double cpu) => cpu is > 0 and <= 1;

    private static bool Usable(LinkLevel link) => link.Mbps is > 0 and < double.PositiveInfinity && link.RttMs is >= 0 and < double.PositiveInfinity;
}
