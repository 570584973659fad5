using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tests.Planning;

namespace Isthmus.Core.Tests.Profiling;

public sealed class ProfileIndexTests
{
    [Fact]
    public void Compute_MeasuredSegment_IsItsMedian() =>
        Assert.Equal(8, ProfileIndex.Of(SmallProfile.Create()).Compute("cloud", "c00", null)!.Value.Value);

    [Fact]
    public void Compute_SegmentThatWasNotMeasured_IsNotMadeUp()
    {
        // c00 → end − c01 → end would be an obvious guess.
        Assert.Null(ProfileIndex.Of(SmallProfile.Create()).Compute("cloud", "c00", "c01"));
    }

    [Fact]
    public void Compute_EverySegmentOfRandomProfiles_IsFound()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Profile profile = RandomProfiles.Create(seed);
            ProfileIndex index = ProfileIndex.Of(profile);
            foreach (NodeProfile node in profile.Nodes)
                Assert.All(node.Segments, s => Assert.Equal(s.Timing.P50, index.Compute(node.Name, s.From, s.To)));
        }
    }

    [Fact]
    public void Lookup_UnknownName_NamesWhatThereIs()
    {
        ProfileIndex index = ProfileIndex.Of(SmallProfile.Create());
        Assert.Contains("device, cloud", Assert.Throws<IsthmusException>(() => index.Node("mars")).Message, StringComparison.Ordinal);
        Assert.Contains("isthmus inspect", Assert.Throws<IsthmusException>(() => index.Cut("c99")).Message, StringComparison.Ordinal);
    }
}
