using Isthmus.Node.Admission;

namespace Isthmus.Node.Tests.Admission;

public sealed class WorkQueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_ManyWait_AreServedInOrder()
    {
        WorkQueue queue = new(1, 10, TimeProvider.System);
        WorkPermit first = await queue.EnterAsync(null, false, Token);
        Task<WorkPermit>[] waiting = [.. Enumerable.Range(0, 5).Select(_ => queue.EnterAsync(null, false, Token).AsTask())];

        for (int i = 0; i < waiting.Length; i++)
        {
            first.Dispose();
            first = await waiting[i];
            Assert.All(waiting[(i + 1)..], later => Assert.False(later.IsCompleted));
        }

        first.Dispose();
        Assert.Equal((0, 0), (queue.Busy, queue.Waiting));
    }

    [Fact]
    public async Task Enter_QueueFull_IsRefused()
    {
        WorkQueue queue = new(1, 1, TimeProvider.System);
        using WorkPermit running = await queue.EnterAsync(null, false, Token);
        Task<WorkPermit> waiting = queue.EnterAsync(null, false, Token).AsTask();

        NodeRefusal refusal = await Assert.ThrowsAsync<NodeRefusal>(async () => await queue.EnterAsync(null, false, Token));

        Assert.Equal(429, refusal.Status);
        Assert.True(refusal.RetryAfterSeconds >= 1);
        running.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Enter_WaitLongerThanDeadline_IsRefusedAtOnce()
    {
        SteppedClock clock = new();
        WorkQueue queue = new(1, 10, clock);
        WorkPermit permit = await queue.EnterAsync(null, false, Token);
        clock.Advance(TimeSpan.FromSeconds(3));
        permit.Dispose();
        using WorkPermit running = await queue.EnterAsync(null, false, Token);

        NodeRefusal refusal = await Assert.ThrowsAsync<NodeRefusal>(async () => await queue.EnterAsync(new(2000), false, Token));
        Task<WorkPermit> patient = queue.EnterAsync(new(4000), false, Token).AsTask();

        Assert.Equal((503, 3), (refusal.Status, refusal.RetryAfterSeconds));
        running.Dispose();
        (await patient).Dispose();
    }

    [Fact]
    public async Task Enter_Cancelled_LeavesTheQueue()
    {
        WorkQueue queue = new(1, 10, TimeProvider.System);
        using WorkPermit running = await queue.EnterAsync(null, false, Token);
        using CancellationTokenSource caller = new();
        Task<WorkPermit> gone = queue.EnterAsync(null, false, caller.Token).AsTask();
        Task<WorkPermit> stays = queue.EnterAsync(null, false, Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(1, queue.Waiting);
        running.Dispose();
        (await stays).Dispose();
        Assert.Equal(0, queue.Busy);
    }

    [Fact]
    public async Task Enter_Exclusive_WaitsForAllAndHoldsOthersOff()
    {
        WorkQueue queue = new(2, 10, TimeProvider.System);
        using WorkPermit running = await queue.EnterAsync(null, false, Token);
        using CancellationTokenSource caller = new();
        Task<WorkPermit> exclusive = queue.EnterAsync(null, true, caller.Token).AsTask();
        Task<WorkPermit> light = queue.EnterAsync(null, false, Token).AsTask();
        Assert.False(exclusive.IsCompleted);
        Assert.False(light.IsCompleted);

        running.Dispose();
        WorkPermit all = await exclusive;
        Assert.Equal(2, queue.Busy);
        Assert.False(light.IsCompleted);

        all.Dispose();
        (await light).Dispose();
    }

    [Fact]
    public async Task Enter_ExclusiveLeaves_LetsLighterOnesPass()
    {
        WorkQueue queue = new(2, 10, TimeProvider.System);
        using WorkPermit running = await queue.EnterAsync(null, false, Token);
        using CancellationTokenSource caller = new();
        Task<WorkPermit> exclusive = queue.EnterAsync(null, true, caller.Token).AsTask();
        Task<WorkPermit> light = queue.EnterAsync(null, false, Token).AsTask();

        await caller.CancelAsync();

        (await light).Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exclusive);
    }

    [Fact]
    public async Task Dispose_Twice_GivesTheWorkerBackOnce()
    {
        WorkQueue queue = new(2, 10, TimeProvider.System);
        WorkPermit permit = await queue.EnterAsync(null, false, Token);
        using WorkPermit other = await queue.EnterAsync(null, false, Token);
        permit.Dispose();
        permit.Dispose();
        Assert.Equal(1, queue.Busy);
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
