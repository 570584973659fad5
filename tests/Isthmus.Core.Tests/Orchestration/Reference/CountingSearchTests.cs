using FsCheck;
using FsCheck.Fluent;
using Isthmus.Bench;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Tests.Orchestration.Reference;

public sealed class CountingSearchTests
{
    [Fact]
    public void Solve_RandomProblems_IsWhatTryingEverythingFinds() => Prop.ForAll(JointProblems.Small.ToArbitrary(), problem =>
    {
        JointDecision? expected = ExhaustiveSearch.Solve(problem), actual = CountingSearch.Solve(problem);
        if (expected is null || actual is null) return expected is null && actual is null;
        return Math.Abs(expected.Score - actual.Score) <= 1e-9 * (1 + expected.Score) && actual == problem.Decide(actual.Choices) with { Choices = actual.Choices };
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Fact]
    public void Solve_EverybodyWantsTheSameNode_OnlyAsManyAsItCanTakeGoThere()
    {
        // Alone the node takes 10 ms, each further user adds 10; the own device takes 35.
        UserOption own = new("own", UserOption.Own, [35], 0.9), shared = new("edge", 0, [10, 20, 30, 40, 50], 0.9);
        JointDecision decision = CountingSearch.Solve(new(["edge"], [.. Enumerable.Range(0, 5).Select(i => new User($"u{i}", [own, shared]))]))!;
        Assert.Equal(2, decision.Choices.Count(c => c == 1));
        Assert.Equal(((2 * 20) + (3 * 35)) / 5.0, decision.MeanMs, 9);
    }

    [Fact]
    public void Solve_MeanAccuracyIsWanted_TheCheapestUpgradesAreTaken()
    {
        User user = new("u", [new("small", UserOption.Own, [10], 0.7), new("large", UserOption.Own, [40], 0.9)]);
        JointProblem problem = new([], [user, user with { Name = "v" }, user with { Name = "w" }, user with { Name = "x" }]) { MinMeanAccuracy = 0.8 };
        JointDecision decision = CountingSearch.Solve(problem)!;
        Assert.Equal((25.0, 0.8), (Math.Round(decision.MeanMs, 9), Math.Round(decision.MeanAccuracy, 9)));
        Assert.Null(CountingSearch.Solve(problem with { MinMeanAccuracy = 0.95 }));
        // Where accuracy may be missing at a price, it is bought as long as it is cheaper.
        Assert.Equal(0.9, CountingSearch.Solve(problem with { MinMeanAccuracy = 0.95, MsPerMissingAccuracy = 1000 })!.MeanAccuracy, 9);
        Assert.Equal(0.7, CountingSearch.Solve(problem with { MinMeanAccuracy = 0.95, MsPerMissingAccuracy = 100 })!.MeanAccuracy, 9);
    }

    [Fact]
    public void Solve_AUserWhomNothingServes_HasNoAnswer() =>
        Assert.Null(CountingSearch.Solve(new([], [new("u", [new("small", UserOption.Own, [10], 0.7)]) { MinAccuracy = 0.8 }])));

    [Fact]
    public void Solve_WhatMakesNoSense_IsRefused()
    {
        User user = new("u", [new("a", UserOption.Own, [10], 0.7)]);
        JointProblem[] wrong =
        [
            new([], []), new([], [user with { Options = [] }]), new([], [new("u", [new("a", 0, [10], 0.7)])]), new([], [new("u", [new("a", UserOption.Own, [], 0.7)])]),
            new([], [new("u", [new("a", UserOption.Own, [double.NaN], 0.7)])]), new([], [new("u", [new("a", UserOption.Own, [1], 1.1)])]), new([], [user]) { MinMeanAccuracy = double.NaN },
            new([], [user]) { MsPerMissingAccuracy = -1 }, new([], [user with { MinAccuracy = 2 }]), new([.. Enumerable.Repeat("n", 9)], [user]),
        ];
        Assert.All(wrong, p => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => CountingSearch.Solve(p)).Kind));
    }

    [Fact]
    public void Solve_FiveUsersOfTenActions_IsWhatTryingEverythingFinds()
    {
        for (int seed = 0; seed < 3; seed++)
        {
            SystemModel model = InventedUsers.Create(seed, 5);
            JointProblem problem = model.Problem(InventedUsers.State(model, seed), new(0.85));
            Assert.Equal(ExhaustiveSearch.Solve(problem)!.Score, CountingSearch.Solve(problem)!.Score, 9);
        }
    }

    [Fact]
    public void Solve_ManyUsersWithRandomTimes_IsNeverAboveTheFastSearch() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
    {
        SystemModel model = InventedUsers.Create(seed, 6 + (seed % 7), 1 + (seed % 3));
        JointProblem problem = model.Problem(InventedUsers.State(model, seed), new(0.75 + (seed % 15 / 100.0), seed % 4 == 0 ? 400 : null));
        return CountingSearch.Solve(problem)!.Score <= new FastSearch().Solve(problem)!.Score * (1 + 1e-12);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Solve_MoreThanCanBeSolved_IsRefused() =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => CountingSearch.Solve(new(
            [.. Enumerable.Range(0, 8).Select(n => $"n{n}")], [.. Enumerable.Repeat(new User("u", [new("a", UserOption.Own, [10], 0.7)]), 40)]))).Kind);
}
