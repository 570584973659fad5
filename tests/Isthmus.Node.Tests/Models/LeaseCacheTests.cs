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
    public async Task Acquire_MadeBeforeAnybodyLooks_SaysThatItWaited()
    {
        // The clock is asked after making has begun and before the outcome is looked at: time for something small to be made.
        using ManualResetEventSlim made = new();
        using LeaseCache<string, string> cache = new(100, value => value.Length, _dropped.Add, new HeldUpClock(made));

        using LeaseCache<string, string>.Lease lease = await cache.AcquireAsync("a", () => { made.Set(); return "value"; }, Token);

        Assert.True(lease.Waited);
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

    [Fact]
    public async Task TryMake_NoRoomBesideWhatWasUsedLately_MakesNothing()
    {
        TickingClock clock = new();
        using LeaseCache<string, string> cache = new(10, v => v.Length, _dropped.Add, clock);
        await UseAsync(cache, "aaaa");
        await UseAsync(cache, "bbbb");
        Assert.False(await cache.TryMakeAsync("cccc", 4, () => "cccc", Token));
        Assert.True(await cache.TryMakeAsync("dd", 2, () => "dd", Token));
        Assert.Empty(_dropped);

        clock.Now += LeaseCache<string, string>.Lately + TimeSpan.FromSeconds(1);
        await UseAsync(cache, "bbbb");
        Assert.True(await cache.TryMakeAsync("cccc", 4, () => "cccc", Token));
        Assert.Equal(["aaaa"], _dropped);
        Assert.Equal((4L, 2L, 0L), (cache.Made, cache.MadeAhead, cache.Hits));
    }

    [Fact]
    public async Task Acquire_BeyondCapacity_DropsWhatWasMadeAheadFirst()
    {
        using LeaseCache<string, string> cache = Create(10);
        await UseAsync(cache, "aaaa");
        Assert.True(await cache.TryMakeAsync("bbbb", 4, () => "bbbb", Token));
        await UseAsync(cache, "cccc");
        Assert.Equal(["bbbb"], _dropped);

        Assert.False(cache.Touch("bbbb"));
        Assert.True(cache.Touch("aaaa"));
    }

    [Fact]
    public async Task TryMake_ThenAcquired_IsAHitAndDidNotWait()
    {
        using LeaseCache<string, string> cache = Create(10);
        await cache.TryMakeAsync("aaaa", 4, () => "aaaa", Token);
        using LeaseCache<string, string>.Lease lease = await cache.AcquireAsync("aaaa", () => throw new InvalidOperationException("It is there."), Token);
        Assert.False(lease.Waited);
        Assert.Equal(1, cache.Hits);
    }

    [Fact]
    public async Task TryMake_ItFails_IsNotKept()
    {
        using LeaseCache<string, string> cache = Create(10);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.TryMakeAsync("aaaa", 4, () => throw new InvalidOperationException("no"), Token).AsTask());
        Assert.True(await cache.TryMakeAsync("aaaa", 4, () => "aaaa", Token));
    }

    private LeaseCache<string, string> Create(long capacity) => new(capacity, v => v.Length, _dropped.Add);

    private static async Task UseAsync(LeaseCache<string, string> cache, string key) => (await cache.AcquireAsync(key, () => key, Token)).Dispose();

    private sealed class TickingClock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
    private sealed class HeldUpClock(ManualResetEventSlim until) : TimeProvider
    {
        public override long GetTimestamp()
        {
            until.Wait(Token);
            // What set it has yet to return.
            Thread.SpinWait(1_000_000);
            return 0;
        }
    }
}
