using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tests.Planning;

namespace Isthmus.Core.Tests.Profiling;

public sealed class ComputedNodeTests
{
    [Fact]
    public void Serialize_WithoutMacs_LeavesTheMemberOut()
    {
        string json = ProfileFile.Serialize(SmallProfile.Create());
        Assert.DoesNotContain("macs", json, StringComparison.Ordinal);
        Assert.DoesNotContain("computed", json, StringComparison.Ordinal);
        Assert.Null(ProfileFile.Parse(json).Macs);
    }

    [Fact]
    public void Parse_OfWhatWasSerialized_HasTheMacsAndTheComputedMachine()
    {
        Profile profile = ProportionalProfile.With(SmallProfile.Create() with { Macs = 12_345_678_901 }, "cloud", new(new(12e12), 1.5));
        Profile read = ProfileFile.Parse(ProfileFile.Serialize(profile));
        Assert.Equal(12_345_678_901, read.Macs);
        Assert.Equal(profile.Nodes[1].Computed, read.Nodes[1].Computed);
        Assert.Null(read.Nodes[0].Computed);
    }

    [Fact]
    public void Check_NumbersOutOfRange_AreRefused()
    {
        Profile profile = SmallProfile.Create() with { Macs = 1 };
        Refused(profile with { Macs = -1 });
        Refused(profile with { Nodes = [profile.Nodes[0], profile.Nodes[1] with { Computed = new(new FlopsPerSecond(0)) }] });
        Refused(profile with { Nodes = [profile.Nodes[0], profile.Nodes[1] with { Computed = new(new FlopsPerSecond(1e9), double.NaN) }] });
        // A time that nobody measured, on a node that was measured.
        NodeProfile computed = ProportionalProfile.With(profile, "cloud", new(new(1e12))).Nodes[1];
        Refused(profile with { Nodes = [profile.Nodes[0], computed with { Computed = null }] });
    }

    [Theory]
    [InlineData("0.3TFLOPS", 0.3e12)]
    [InlineData(" 300 gflops ", 300e9)]
    [InlineData("5MFLOPS", 5e6)]
    [InlineData("2PFLOPS", 2e15)]
    public void FlopsPerSecond_Parse_ReadsRates(string text, double expected) => Assert.Equal(expected, FlopsPerSecond.Parse(text).Value, expected * 1e-12);

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("TFLOPS")]
    [InlineData("-1TFLOPS")]
    [InlineData("0GFLOPS")]
    [InlineData("NaNGFLOPS")]
    [InlineData("∞GFLOPS")]
    [InlineData("1e30TFLOPS")]
    public void FlopsPerSecond_ParseOfSomethingElse_IsRefused(string text) => Assert.Throws<IsthmusException>(() => FlopsPerSecond.Parse(text));

    // Two operations for each multiply-accumulate.
    [Fact]
    public void TimeOf_AGigaMacAtATeraflops_IsTwoMilliseconds() => Assert.Equal(2, new FlopsPerSecond(1e12).TimeOf(1e9).Value, 1e-12);

    private static void Refused(Profile profile) => Assert.Throws<IsthmusException>(() => ProfileRules.Check(profile));
}
