using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tests.Planning;

namespace Isthmus.Core.Tests.Profiling;

public sealed class ProfileExpiryTests
{
    private static readonly DateTimeOffset Made = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static Profile Profile => SmallProfile.Create() with { Created = Made, Expires = Made.AddDays(7) };

    [Theory]
    [InlineData(0, false)]
    [InlineData(6.99, false)]
    [InlineData(7, true)]
    [InlineData(400, true)]
    public void IsExpired_AfterSomeDays_IsAsTheProfileSays(double days, bool expired) =>
        Assert.Equal(expired, ProfileExpiry.IsExpired(Profile, new Clock(Made.AddDays(days))));

    [Fact]
    public void IsExpired_ProfileThatSaysNothing_IsNever() =>
        Assert.False(ProfileExpiry.IsExpired(Profile with { Expires = null }, new Clock(Made.AddYears(100))));

    [Fact]
    public void Check_OldProfile_IsRefusedWithItsDates()
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => ProfileExpiry.Check(Profile, "p.json", new Clock(Made.AddDays(8))));
        Assert.Equal(ErrorKind.Planning, e.Kind);
        Assert.Contains("'p.json' was measured on 2026-05-01 12:00 and expired on 2026-05-08 12:00 UTC", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ExpiryBeforeTheMeasurement_IsRefused() =>
        Assert.Contains("expires:", Assert.Throws<IsthmusException>(() => ProfileRules.Check(Profile with { Expires = Made.AddDays(-1) })).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_OptionalMembers_AreKept()
    {
        Profile profile = Profile;
        NodeProfile node = profile.Nodes[1] with
        {
            MeasuredRatio = 1.25,
            Segments = [profile.Nodes[1].Segments[0] with { Load = new(12.5), PeakMemory = new(1_000_000) }, .. profile.Nodes[1].Segments.Skip(1)],
        };
        Profile read = ProfileFile.Parse(ProfileFile.Serialize(profile with { Nodes = profile.Nodes.SetItem(1, node) }));
        Assert.Equal(profile.Expires, read.Expires);
        Assert.Equal(1.25, read.Nodes[1].MeasuredRatio);
        Assert.Equal(new Milliseconds(12.5), read.Nodes[1].Segments[0].Load);
        Assert.Equal(new ByteCount(1_000_000), read.Nodes[1].Segments[0].PeakMemory);
        Assert.DoesNotContain("expires", ProfileFile.Serialize(profile with { Expires = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void Cost_NodeThatWasVerified_TakesItsRatio()
    {
        Profile profile = Profile;
        NodeProfile device = profile.Nodes.Single(n => n.Tier == Tier.Device);
        Profile learnt = profile with { Nodes = profile.Nodes.Replace(device, device with { MeasuredRatio = 2 }) };
        Plan alone = new(profile.Model, InputEncoding.Local, [new(device.Name, Tier.Device, null, null, null)]);
        Assert.Equal(2 * new CostModel(ProfileIndex.Of(profile)).Cost(alone).Head.Value, new CostModel(ProfileIndex.Of(learnt)).Cost(alone).Head.Value);
        // What running has taught since counts instead.
        Assert.Equal(3 * new CostModel(ProfileIndex.Of(profile)).Cost(alone).Head.Value, new CostModel(ProfileIndex.Of(learnt), ratios: [new(device.Name, 3)]).Cost(alone).Head.Value);
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
