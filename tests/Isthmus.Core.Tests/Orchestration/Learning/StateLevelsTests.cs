using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class StateLevelsTests
{
    [Fact]
    public void Write_UsersAndNodes_AreAtTheLevelsThatTheirNumbersSay()
    {
        SystemState state = new(2, 1);
        state.Users[0] = new(0.49, 0.05, 50, 5);
        state.Users[1] = new(0.5, 0.1, 9, 5);
        state.Nodes[0] = new(0.34, 1, 100, 100);
        byte[] levels = new byte[StateLevels.Length(2, 1)];
        new StateLevels().Write(state, levels);
        Assert.Equal<byte>([0, 0, 1, 1, 1, 0, 3, 1, 0], levels);
        Assert.Equal<byte>([1, 1, 1, 1, 1, 1, 8, 1, 1], new StateLevels().Highest(2, 1));
    }

    [Fact]
    public void Write_LongRoundTrip_IsAWeakLink()
    {
        SystemState state = new(1, 0);
        state.Users[0] = new(1, 1, 50, 20);
        byte[] levels = new byte[3];
        new StateLevels().Write(state, levels);
        Assert.Equal(0, levels[2]);
    }

    [Fact]
    public void Validate_WhatIsNoLevels_IsRefused() => Assert.All(
        new StateLevels[] { new() { UserCpu = [0.5, 0.5] }, new() { NodeCpu = default }, new() { LowMemory = 2 }, new() { UserWeakMbps = double.NaN }, new() { UserCpu = [double.NaN] } },
        l => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(l.Validate).Kind));

    [Fact]
    public void Equals_EqualNumbers_AreEqual() => Assert.Equal((new StateLevels { UserCpu = [0.3] }, true), (new StateLevels { UserCpu = [0.3] }, !new StateLevels().Equals(new StateLevels { UserCpu = [0.3] })));
}
