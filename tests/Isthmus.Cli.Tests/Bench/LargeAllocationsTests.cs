using Isthmus.Bench;

namespace Isthmus.Cli.Tests.Bench;

public sealed class LargeAllocationsTests
{
    [Fact]
    public void Count_ArraysOver85kB_AreSeen()
    {
        using LargeAllocations large = new();
        long before = large.Count;
        for (int i = 0; i < 20; i++) GC.KeepAlive(new byte[90_000]);
        // The runtime delivers its events from another thread.
        Assert.True(SpinWait.SpinUntil(() => large.Count > before, TimeSpan.FromSeconds(30)));
    }
}
