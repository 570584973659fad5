using Isthmus.Node.Models;

namespace Isthmus.Node.Tests.Models;

public sealed class LeaseCacheTests
{
    private readonly List<string> _dropped = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Acquire_ManyAtOnce_MakesItOnce()
    {
        using LeaseCache<string, string> cache = Create(100);
        TaskCompletionSource go = new();
        int made = 0;
        Task<LeaseCache<string, string>.Lease>[] leases = [.. Enumerable.Range(0, 20).Select(_ => cache.AcquireAsync("a", () =>
        {
            Interlocked.Increment(ref made);
            go.Task.Wait(Token);
            return "value";
        }, Token).AsTask())];

        go.SetResult();

        Assert.All(await Task.WhenAll(leases), lease => Assert.Equal("value", lease.Value));
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Acquire_BeyondCapacity_DropsTheLeastRecentlyUsed()
    {
        using LeaseCache<string, string> cache = Create(10);
        await UseAsync(cache, "aaaa");
        await UseAsync(cache, "bbbb");
        await UseAsync(cache, "aaaa");

        await UseAsync(cache, "cccc");

        Assert.Equal(["bbbb"], _dropped);
        Assert.Equal((2, 8L), (cache.Count, cache.Cost));
    }

    [Fact]
    public async Task Acquire_AllInUse_DropsNothingUntilReleased()
    {
        using LeaseCache<string, string> cache = Create(5);
        LeaseCache<string, string>.Lease a = await cache.AcquireAsync("aaaa", () => "aaaa", Token);
        LeaseCache<string, string>.Lease b = await cache.AcquireAsync("bbbb", () => "bbbb", Token);
        Assert.Empty(_dropped);

        b.Dispose();
        Assert.Equal(["bbbb"], _dropped);

        a.Dispose();
        a.Dispose();
        Assert.Equal(["bbbb"], _dropped);
    }

    [Fact]
    public async Task Acquire_MakingFails_IsTriedAgain()
    {
        using LeaseCache<string, string> cache = Create(5);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cache.AcquireAsync("a", () => throw new InvalidOperationException(), Token));

        using LeaseCache<string, string>.Lease lease = await cache.AcquireAsync("a", () => "now", Token);

        Assert.Equal("now", lease.Value);
    }

    [Fact]
    public async Task Acquire_CallerGivesUp_KeepsWhatIsBeingMadeForOthers()
    {
        using LeaseCache<string, string> cache = Create(50);
        TaskCompletionSource go = new();
        using CancellationTokenSource caller = new();
        Task<LeaseCache<string, string>.Lease> asked = cache.AcquireAsync("a", () =>
        {
            go.Task.Wait(Token);
            return "value";
        }, caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        go.SetResult();

        using LeaseCache<string, string>.Lease lease = await cache.AcquireAsync("a", () => "another", Token);

        Assert.Equal("value", lease.Value);
    }

    [Fact]
    public async Task Dispose_InUse_DropsWhenReleased()
    {
        LeaseCache<string, string> cache = Create(50);
        LeaseCache<string, string>.Lease lease = await cache.AcquireAsync("a", () => "a", Token);
        cache.Dispose();
        Assert.Empty(_dropped);
        lease.Dispose();
        Assert.Equal(["a"], _dropped);
    }

    private LeaseCache<string, string> Create(long capacity) => new(capacity, v => v.Length, _dropped.Add);

    private static async Task UseAsync(LeaseCache<string, string> cache, string key) => (await cache.AcquireAsync(key, () => key, Token)).Dispose();
}
