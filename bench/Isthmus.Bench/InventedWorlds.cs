using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Bench;

/// <summary>How the machines and links of <see cref="InventedUsers"/> are over time.</summary>
internal static class InventedWorlds
{
    /// <summary>Nothing changes but the noise: idle machines, regular links.</summary>
    public static SimulationOptions Still(SystemModel model, long seed) => new(
        [.. model.Actions.Users.Select(_ => MachineConditions.Idle(40, 4))], [MachineConditions.Idle(1000, 1), MachineConditions.Idle(1000, 20)])
    { Seed = seed };

    /// <summary>Every user's processor and link, and the edge's processor, change between two levels.</summary>
    public static SimulationOptions Moving(SystemModel model, long seed) => new(
        [.. model.Actions.Users.Select(_ => new MachineConditions(new(1, 0.5, 0.05, 0.1), new(1), new(new(40, 4), new(8, 24), 0.1, 0.2)))],
        [new(new(1, 0.5, 0.05, 0.1), new(1), new(new LinkLevel(1000, 1))), MachineConditions.Idle(1000, 20)])
    { Seed = seed };
}
