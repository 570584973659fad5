using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;

namespace Isthmus.Core.Tests.Orchestration;

public sealed class ActionSpaceTests
{
    private static readonly UserAction Own = new("own", UserAction.Own, 10, 0, 0, 0.5);
    private static readonly UserAction Edge = new("edge", 0, 1, 100, 5, 1);

    [Fact]
    public void Count_AndMeanAccuracy_AreOfTheChosenActions()
    {
        ActionSpace space = new(["edge", "cloud"], [new("u", [Own, Edge]), new("v", [Own, Edge]), new("w", [Own, Edge with { Node = 1 }])]);
        space.Validate();
        Span<int> counts = [7, 7];
        space.Count([1, 1, 0], counts);
        Assert.Equal([2, 0], counts.ToArray());
        Assert.Equal(2.5 / 3, space.MeanAccuracy([1, 1, 0]), 12);
        Assert.Equal((8.0, 2), (space.JointActions, space.MostActions));
    }

    [Fact]
    public void Validate_WhatMakesNoSense_IsRefused()
    {
        ActionSpace[] wrong =
        [
            new([], []), new(["edge"], [new("u", [])]), new([], [new("u", [Edge])]), new(["edge"], [new("u", [Edge with { Node = -2 }])]), new(["edge"], [new("u", [Edge with { NodeMs = double.NaN }])]),
            new(["edge"], [new("u", [Edge with { Bytes = -1 }])]), new(["edge"], [new("u", [Own with { DeviceMs = double.PositiveInfinity }])]), new(["edge"], [new("u", [Own with { Accuracy = 1.5 }])]),
            new(["edge"], [new("u", [Own]) { MinAccuracy = double.NaN }]), new([.. Enumerable.Repeat("n", 9)], [new("u", [Own])]), new(["edge"], [.. Enumerable.Range(0, 1001).Select(i => new UserMenu($"u{i}", [Own]))]),
        ];
        Assert.All(wrong, s => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(s.Validate).Kind));
    }
}
