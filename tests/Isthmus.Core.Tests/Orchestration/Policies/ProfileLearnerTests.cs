using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Policies;

namespace Isthmus.Core.Tests.Orchestration.Policies;

public sealed class ProfileLearnerTests
{
    private static readonly UserAction Own = new("own", UserAction.Own, 100, 0, 0, 0.9), Small = new("small", UserAction.Own, 20, 0, 0, 0.7), Edge = new("edge", 0, 0, 1000, 30, 0.9);

    private static ActionSpace Space(int users) => new(["edge"], [.. Enumerable.Range(0, users).Select(i => new UserMenu($"u{i}", [Own, Small, Edge]))]);

    private static SystemState State(ActionSpace space)
    {
        SystemState state = new(space.Users.Length, space.Nodes.Length);
        Array.Fill(state.Users, new(1, 1, 100, 1));
        Array.Fill(state.Nodes, new(1, 1, 1000, 0));
        return state;
    }

    [Fact]
    public void ChooseBest_MeanAccuracyIsWanted_NodesAreSharedByAsManyAsTheyCanTake()
    {
        ActionSpace space = Space(5);
        ProfileLearner learner = new(space, new(0.9));
        int[] choices = new int[5];
        learner.ChooseBest(State(space), choices);
        Assert.Equal(0.9, space.MeanAccuracy(choices), 9);
        Assert.InRange(choices.Count(c => c == 2), 2, 3);
    }

    [Fact]
    public void Learn_TheNodeTakesTenTimesAsLong_ItIsLeft()
    {
        ActionSpace space = Space(1);
        ProfileLearner learner = new(space, new(0.9));
        int[] choices = new int[1];
        learner.ChooseBest(State(space), choices);
        Assert.Equal(2, choices[0]);
        for (int i = 0; i < 20; i++) learner.Learn(State(space), [2], [310], State(space));
        learner.ChooseBest(State(space), choices);
        Assert.Equal(0, choices[0]);
        // What was lost says nothing.
        for (int i = 0; i < 20; i++) learner.Learn(State(space), [0], [double.NaN], State(space));
        learner.ChooseBest(State(space), choices);
        Assert.Equal(0, choices[0]);
    }

    [Fact]
    public void Restore_AnotherActionSpace_WhatIsKnownOfThoseWhoStayAndReturnIsKept()
    {
        ActionSpace space = Space(2);
        ProfileLearner learner = new(space, new(0.9));
        for (int i = 0; i < 20; i++) learner.Learn(State(space), [2, 2], [310, 310], State(space));
        ActionSpace one = new(["edge"], [space.Users[1]]);
        ProfileLearner without = ProfileLearner.Restore(one, new(0.9), learner.Save());
        ProfileLearner again = ProfileLearner.Restore(space, new(0.9), (JsonObject)JsonNode.Parse(without.Save().ToJsonString())!);
        Assert.True(JsonNode.DeepEquals(learner.Save(), again.Save()));
        int[] choices = new int[2];
        again.ChooseBest(State(space), choices);
        Assert.Equal([0, 0], choices);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ratios":{"u0":3}}""")]
    [InlineData("""{"ratios":{"u0":{"own":"a"}}}""")]
    [InlineData("""{"ratios":{"u0":{"own":-1}}}""")]
    public void Restore_WhatIsNoPolicy_IsRefused(string json) =>
        Assert.Throws<IsthmusException>(() => ProfileLearner.Restore(Space(1), new(), (JsonObject)JsonNode.Parse(json)!));

    // A local search is not the optimum, but it must keep what is wanted and never be worse than everybody at home.
    [Fact]
    public void ChooseBest_RandomMenus_KeepsTheAccuracyAndIsNoWorseThanAllOnTheirOwnDevice() => Prop.ForAll(
        (from users in Gen.Choose(1, 6) from seed in Gen.Choose(0, 1_000_000) from wanted in Gen.Choose(0, 100) select (users, seed, wanted)).ToArbitrary(),
        c =>
        {
            Random random = new(c.seed);
            ActionSpace space = new(["a", "b"], [.. Enumerable.Range(0, c.users).Select(u => new UserMenu($"u{u}",
                [new("own", UserAction.Own, 50 + random.Next(100), 0, 0, 0.9), .. Enumerable.Range(0, 4).Select(a => new UserAction($"x{a}", random.Next(-1, 2), random.Next(50), random.Next(10_000), random.Next(60), random.Next(50, 100) / 100.0))]))]);
            double best = space.Users.Average(u => u.Actions.Max(a => a.Accuracy)), wanted = c.wanted / 100.0 * best;
            int[] choices = new int[c.users];
            ProfileLearner learner = new(space, new(wanted));
            learner.ChooseBest(State(space), choices);
            SystemModel model = new(space, [ContentionCurve.TakingTurns(1), ContentionCurve.TakingTurns(1)]);
            double ms = model.Problem(State(space), new(wanted)).Decide([.. choices]).MeanMs;
            double home = model.Problem(State(space), new(wanted)).Decide([.. new int[c.users]]).MeanMs;
            return space.MeanAccuracy(choices) >= wanted - 1e-9 && (wanted > 0.9 || ms <= home + 1e-6);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}
