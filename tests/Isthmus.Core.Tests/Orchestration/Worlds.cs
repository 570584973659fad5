using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration;

/// <summary>Small invented worlds of the paper's form: eight networks on the own device, one at the edge, one in the cloud.</summary>
internal static class Worlds
{
    // Relative times of a phone's processor and the published top-5 accuracies of the eight MobileNets (papers-main 2.3); the milliseconds are invented.
    private static readonly (double Ms, double Accuracy)[] Ladder =
        [(24.0, 0.899), (14.6, 0.881), (7.9, 0.849), (3.3, 0.741), (13, 0.890), (8.5, 0.869), (4.7, 0.832), (2.3, 0.728)];

    public static SystemModel Paper(int users, int variants = 8, double deviceFactor = 20) => new(
        new(["edge", "cloud"], [.. Enumerable.Range(0, users).Select(u => new UserMenu($"u{u}",
        [
            .. Ladder.Take(variants).Select((l, i) => new UserAction($"own d{i}", UserAction.Own, l.Ms * deviceFactor * (1 + (0.1 * u)), 0, 0, l.Accuracy)),
            new UserAction("edge d0", 0, 2, 30_000, 120, 0.899), new UserAction("cloud d0", 1, 2, 30_000, 60, 0.899),
        ]))]),
        [ContentionCurve.TakingTurns(1), ContentionCurve.TakingTurns(2)]);

    public static SimulationOptions Still(SystemModel model) => new(
        [.. model.Actions.Users.Select(_ => MachineConditions.Idle(50, 4))], [MachineConditions.Idle(1000, 1), MachineConditions.Idle(100, 40)]);

    public static SimulationOptions Moving(SystemModel model, long seed = 1) => new(
        [.. model.Actions.Users.Select(_ => new MachineConditions(new(1), new(1), new(new(50, 4), new(4, 24), 0.1, 0.2)))],
        [new(new(1, 0.4, 0.05, 0.1), new(1), new(new LinkLevel(1000, 1))), MachineConditions.Idle(100, 40)])
    {
        Seed = seed,
    };

    public static AccuracyGoal Goal(double? mean) => new(mean);

    public static ImmutableArray<int> First(SystemModel model) => [.. model.Actions.Users.Select(_ => 0)];
}
