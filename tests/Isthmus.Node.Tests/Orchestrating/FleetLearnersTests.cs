using Isthmus.Core.Orchestration.Policies;
using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Node.Tests.Orchestrating;

public sealed class FleetLearnersTests
{
    private static readonly string[] Users = ["a", "b", "c"];

    public static TheoryData<string> Names() => [.. LearnerKinds.All.Select(k => k.Name)];

    // The edge takes six times as long as everybody's profile says; everything else is as it says.
    private static double Took(OfferedAction action) => action.DeviceMs + (action.Node == "edge" ? 6 : 1) * action.NodeMs + (action.Node is null ? 0 : 2);

    private static void Live(FleetFixture fleet, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            foreach (string user in Users)
            {
                int action = fleet.Ask(user).Action!.Value;
                fleet.Outcome(user, action, Took(FleetFixture.Menu().Actions[action]));
            }

            fleet.Pass();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tick_AnyLearner_DecidesLearnsAndIsRestoredAfterACrash(string name)
    {
        using FleetFixture fleet = new(o => o with { Learner = LearnerKinds.Get(name), Goal = new(0.8) });
        foreach (string user in Users) fleet.Register(user);
        fleet.Pass();
        Live(fleet, 60);
        OrchestratorState before = fleet.Fleet.State();
        Assert.Equal(name, before.Learner);
        Assert.True(before.MeanAccuracy >= 0.8 - 1e-9, $"{before.MeanAccuracy}");
        Assert.NotNull(fleet.Fleet.Policy);
        fleet.Crash();
        Assert.Empty(fleet.Fleet.RefusedPolicies);
        fleet.Pass();
        OrchestratorState after = fleet.Fleet.State();
        Assert.Equal(Users, after.Users.Select(u => u.Name));
        // What was learned is known without a single report.
        Assert.Equal(0, after.Steps);
        if (before.Learning.TryGetValue("model.responses", out double known)) Assert.InRange(after.Learning["model.responses"], 0.5 * known, known);
        Live(fleet, 5);
        Assert.Equal(0, fleet.Fleet.State().Users.Sum(u => u.Lost));
    }

    [Fact]
    public void Tick_TheModel_LearnsWhatTheEdgeReallyTakesAndSendsFewerThere()
    {
        using FleetFixture fleet = new(o => o with { Learner = LearnerKinds.Default, Goal = new(0.9) });
        foreach (string user in Users) fleet.Register(user);
        fleet.Pass();
        Assert.Contains(fleet.Fleet.State().Users, u => u.Node == "edge");
        Live(fleet, 60);
        // 120 ms on the edge, alone; 100 at home; 43 in the cloud for the first and more for each further one.
        int[] visits = new int[4];
        for (int i = 0; i < 20; i++)
        {
            Live(fleet, 1);
            foreach (string user in Users) visits[fleet.Ask(user).Action!.Value]++;
        }

        Assert.True(visits[2] < visits[3], string.Join(", ", visits));
    }

    [Fact]
    public void Tick_MoreJointActionsThanALearnerCanHold_ThePlainOneDecidesAndTheStateSaysSo()
    {
        using FleetFixture fleet = new(o => o with { Learner = LearnerKinds.Get("dqn") });
        for (int i = 0; i < 10; i++) fleet.Register($"u{i}");
        fleet.Pass();
        Assert.Contains("profile (dqn cannot", fleet.Fleet.State().Learner, StringComparison.Ordinal);
        Assert.NotNull(fleet.Asked("u1"));
    }
}
