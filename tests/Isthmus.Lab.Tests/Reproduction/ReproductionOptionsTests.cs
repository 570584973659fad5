using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Lab.Reproduction;

namespace Isthmus.Lab.Tests.Reproduction;

public sealed class ReproductionOptionsTests
{
    private static readonly ReproductionOptions[] Wrong =
    [
        new() { Limit = 0 },
        new() { MaxLoss = -0.1 },
        new() { MaxLoss = double.NaN },
        new() { Slowdown = 0.5 },
        new() { Slowdown = double.PositiveInfinity },
        new() { RoundTrip = new(-1) },
        new() { Rates = [new(10)] },
        new() { Rates = [BitsPerSecond.Unlimited] },
        new() { Rates = [.. Enumerable.Range(1, 33).Select(i => new BitsPerSecond(i * 1e6))] },
    ];

    [Fact]
    public void Validate_Defaults_Pass() => new ReproductionOptions().Validate();

    [Fact]
    public void Validate_OutOfRange_IsAUsageError() =>
        Assert.All(Wrong, o => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(o.Validate).Kind));
}
