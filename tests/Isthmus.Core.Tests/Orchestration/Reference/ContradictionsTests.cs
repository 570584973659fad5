using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Tests.Orchestration.Reference;

public sealed class ContradictionsTests
{
    private static readonly UserAction Action = new("a", UserAction.Own, 10, 0, 0, 0.92);

    [Fact]
    public void Of_RandomProblems_IsEmptyExactlyIfSomethingKeepsToAll() =>
        Prop.ForAll(JointProblems.Small.ToArbitrary(), problem => Contradictions.Of(problem).IsEmpty == ExhaustiveSearch.Solve(problem) is not null).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Fact]
    public void Of_AFloorAboveTheBestAction_NamesTheUserAndBoth()
    {
        ActionSpace space = new([], [new("u3", [Action]) { MinAccuracy = 0.95 }, new("u4", [Action])]);
        Contradiction only = Assert.Single(Contradictions.Of(space, new()));
        Assert.Equal((ContradictionKind.UserFloor, "u3", 0.95, 0.92), (only.Kind, Assert.Single(only.Users), only.Wanted, only.Possible));
        Assert.Equal("user u3 wants 0.95, the best action has 0.92", only.Message);
    }

    [Fact]
    public void Of_AMeanAboveTheMostAccurateJointAction_NamesWhoHoldsItDown()
    {
        ActionSpace space = new([], [new("u1", [Action with { Accuracy = 0.8 }]), new("u2", [Action with { Accuracy = 0.96 }])]);
        Contradiction only = Assert.Single(Contradictions.Of(space, new(0.9)));
        Assert.Equal("mean 0.9 is wanted, the most accurate joint action has 0.88 (u1 at most 0.8)", only.Message);
        Assert.Empty(Contradictions.Of(space, new(0.9, 100)));
        Assert.Empty(Contradictions.Of(space, new(0.88)));
    }

    [Fact]
    public void Refuse_Contradictions_AreInTheMessage()
    {
        ActionSpace space = new([], [.. Enumerable.Range(0, 9).Select(i => new UserMenu($"u{i}", [Action]) { MinAccuracy = 0.95 })]);
        IsthmusException refused = Assert.Throws<IsthmusException>(() => Contradictions.Refuse(space, new(0.93)));
        Assert.Equal(ErrorKind.Planning, refused.Kind);
        Assert.Contains("user u3 wants 0.95", refused.Message, StringComparison.Ordinal);
        Assert.Contains("and 5 more", refused.Message, StringComparison.Ordinal);
        Contradictions.Refuse(space with { Users = [new("u", [Action])] }, new(0.92));
    }
}
