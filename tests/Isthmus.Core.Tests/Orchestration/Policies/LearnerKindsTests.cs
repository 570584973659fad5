using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Policies;

namespace Isthmus.Core.Tests.Orchestration.Policies;

public sealed class LearnerKindsTests
{
    public static TheoryData<string> Names() => [.. LearnerKinds.All.Select(k => k.Name)];

    private static ActionSpace Space(params string[] users) => new(["edge"], [.. users.Select(u => new UserMenu(u,
        [new("own", UserAction.Own, 100, 0, 0, 0.9), new("small", UserAction.Own, 30, 0, 0, 0.8), new("edge", 0, 2, 20_000, 25, 0.9)]))]);

    private static LearnerSetting Setting(ActionSpace space) => new(space, new(0.85), _ => ContentionCurve.TakingTurns(1), 7);

    private static SystemState State(ActionSpace space)
    {
        SystemState state = new(space.Users.Length, space.Nodes.Length);
        Array.Fill(state.Users, new(1, 1, 50, 2));
        Array.Fill(state.Nodes, new(1, 1, 1000, 0));
        return state;
    }

    // The edge takes eight times as long as was measured before.
    private static void Teach(ILearner learner, ActionSpace space, int steps)
    {
        SystemModel truth = new(space with { Users = [.. space.Users.Select(u => u with { Actions = [.. u.Actions.Select(a => a with { NodeMs = 8 * a.NodeMs })] })] }, [ContentionCurve.TakingTurns(1)]);
        int[] choices = new int[space.Users.Length], counts = new int[1];
        double[] ms = new double[space.Users.Length];
        SystemState state = State(space);
        for (int i = 0; i < steps; i++)
        {
            learner.Choose(state, choices);
            space.Count(choices, counts);
            for (int u = 0; u < ms.Length; u++) ms[u] = truth.ExpectedMs(state, u, choices[u], Math.Max(1, counts[0]));
            learner.Learn(state, choices, ms, state);
        }
    }

    private static int[] Best(ILearner learner, ActionSpace space)
    {
        int[] choices = new int[space.Users.Length];
        learner.ChooseBest(State(space), choices);
        return choices;
    }

    private static JsonObject Copy(JsonObject saved) => (JsonObject)JsonNode.Parse(saved.ToJsonString())!;

    [Theory]
    [MemberData(nameof(Names))]
    public void Restore_WhatWasSaved_DecidesTheSame(string name)
    {
        LearnerKind kind = LearnerKinds.Get(name);
        ActionSpace space = Space("a", "b");
        ILearner learner = kind.Create(Setting(space));
        Teach(learner, space, 60);
        ILearner again = kind.Restore(Setting(space), Copy(learner.Save()));
        Assert.Equal(Best(learner, space), Best(again, space));
        Assert.True(space.MeanAccuracy(Best(again, space)) >= 0.85 - 1e-9);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Carry_UsersComeAndGo_ItGoesOn(string name)
    {
        LearnerKind kind = LearnerKinds.Get(name);
        ActionSpace two = Space("a", "b"), three = Space("c", "a", "b"), one = Space("b");
        ILearner learner = kind.Create(Setting(two));
        Teach(learner, two, 30);
        ILearner larger = kind.Carry(Setting(three), two, Copy(learner.Save()), new Dictionary<string, JsonObject>());
        Teach(larger, three, 5);
        ILearner smaller = kind.Carry(Setting(one), three, Copy(larger.Save()), new Dictionary<string, JsonObject>());
        Teach(smaller, one, 5);
        Assert.Single(Best(smaller, one));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Restore_WhatIsDamaged_IsRefused(string name)
    {
        LearnerKind kind = LearnerKinds.Get(name);
        ActionSpace space = Space("a", "b");
        Assert.Throws<IsthmusException>(() => kind.Restore(Setting(space), []));
        Assert.Throws<IsthmusException>(() => kind.Restore(Setting(space), new() { ["kind"] = "guard", ["version"] = 1, ["inner"] = new JsonObject() }));
    }

    [Fact]
    public void Carry_TheModel_WhatWasLearnedOfAUserWhoComesBackIsKnown()
    {
        LearnerKind kind = LearnerKinds.Default;
        ActionSpace both = Space("a", "b"), one = Space("b");
        GuardRail learner = (GuardRail)kind.Create(Setting(both));
        // The device of a alone is four times as slow as it says.
        SystemState state = State(both);
        for (int i = 0; i < 30; i++) learner.Learn(state, [0, 0], [400, 100], state);
        double known = learner.Model.Predict(state, 0, 0, 1).MeanMs;
        Assert.InRange(known, 350, 420);
        JsonObject saved = learner.Save();
        Dictionary<string, JsonObject> remembered = new() { ["a"] = Copy(kind.Remember(saved, "a")!) };
        ILearner without = kind.Carry(Setting(one), both, Copy(saved), remembered);
        GuardRail back = (GuardRail)kind.Carry(Setting(both), one, Copy(without.Save()), remembered), forgotten = (GuardRail)kind.Carry(Setting(both), one, Copy(without.Save()), new Dictionary<string, JsonObject>());
        Assert.InRange(back.Model.Predict(state, 0, 0, 1).MeanMs, known * 0.98, known * 1.02);
        Assert.True(forgotten.Model.Predict(state, 0, 0, 1).MeanMs < 350);
        Assert.Null(kind.Remember(saved, "nobody"));
    }

    [Fact]
    public void Get_AnUnknownName_SaysWhichThereAre() =>
        Assert.Contains("model, profile, q-learning", Assert.Throws<IsthmusException>(() => LearnerKinds.Get("oracle")).Message, StringComparison.Ordinal);
}
