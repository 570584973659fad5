using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;

namespace Isthmus.Core.Tests.Orchestration;

public sealed class ContentionCurveTests
{
    [Fact]
    public void At_BeyondWhatWasMeasured_GoesOnByTheSlope()
    {
        ContentionCurve curve = new([1, 1.5, 2.5], 0.75);
        curve.Validate();
        Assert.Equal([1, 1.5, 2.5, 3.25, 4], Enumerable.Range(1, 5).Select(curve.At));
    }

    [Fact]
    public void TakingTurns_IsUsersOverWorkersFromThereOn() =>
        Assert.All(Enumerable.Range(1, 20), k => Assert.Equal(Math.Max(1, k / 4.0), ContentionCurve.TakingTurns(4).At(k), 12));

    [Fact]
    public void Validate_WhatIsNoCurve_IsRefused()
    {
        ContentionCurve[] wrong = [new([], 0), new([0], 0), new([1, 0.5], 0), new([1, double.NaN], 0), new([1, double.PositiveInfinity], 0), new([1], -1), new([1], double.NaN), new([.. Enumerable.Repeat(1.0, 1001)], 0)];
        Assert.All(wrong, c => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(c.Validate).Kind));
    }
}
