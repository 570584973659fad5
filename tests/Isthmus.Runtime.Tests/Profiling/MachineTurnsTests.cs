using System.Collections.Concurrent;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Tests.Profiling;

public sealed class MachineTurnsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_ManyNodes_NeverTwoOnOneMachineAndAllInTheirOrder()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            (int Item, string Machine)[] items = [.. Enumerable.Range(0, random.Next(1, 20)).Select(i => (i, random.Next(2) == 0 ? $"m{random.Next(4)}" : $"M{random.Next(4)}"))];
            ConcurrentDictionary<string, int> active = new(StringComparer.OrdinalIgnoreCase);
            ConcurrentQueue<(int Item, string Machine)> done = new();
            bool tooMany = false, hereFirst = true, here = false;
            await MachineTurns.RunAsync(items, i => i.Machine, WorkAsync, "m0", HereAsync, Cancel);
            Assert.False(tooMany, $"seed {seed}");
            Assert.True(here && hereFirst, $"seed {seed}");
            Assert.Equal(items.Length, done.Count);
            foreach (IGrouping<string, (int Item, string Machine)> machine in items.GroupBy(i => i.Machine, StringComparer.OrdinalIgnoreCase))
                Assert.Equal(machine.Select(i => i.Item), done.Where(d => string.Equals(d.Machine, machine.Key, StringComparison.OrdinalIgnoreCase)).Select(d => d.Item));

            async Task WorkAsync((int Item, string Machine) item, CancellationToken token)
            {
                if (string.Equals(item.Machine, "m0", StringComparison.OrdinalIgnoreCase) && !here) hereFirst = false;
                if (active.AddOrUpdate(item.Machine, 1, (_, n) => n + 1) > 1) tooMany = true;
                for (int i = item.Item % 5; i >= 0; i--) await Task.Yield();
                active.AddOrUpdate(item.Machine, 0, (_, n) => n - 1);
                done.Enqueue(item);
            }

            async Task HereAsync(CancellationToken token)
            {
                if (active.AddOrUpdate("m0", 1, (_, n) => n + 1) > 1) tooMany = true;
                for (int i = 0; i < 5; i++) await Task.Yield();
                active.AddOrUpdate("m0", 0, (_, n) => n - 1);
                here = true;
            }
        }
    }

    [Fact]
    public async Task RunAsync_SeveralMachines_WorkAtTheSameTime()
    {
        // Each waits for all others: one after another, it would never end.
        CountdownEvent all = new(4);
        TaskCompletionSource together = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await MachineTurns.RunAsync(["a", "b", "c"], m => m, (_, _) => MeetAsync(), "here", _ => MeetAsync(), Cancel).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancel);

        Task MeetAsync()
        {
            if (all.Signal()) together.TrySetResult();
            return together.Task;
        }
    }

    [Fact]
    public async Task RunAsync_OneFails_StopsTheOthersAndThrowsItsError()
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => MachineTurns.RunAsync(
            ["a", "b"], m => m, (m, token) => m == "b" ? throw new InvalidOperationException("b") : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token), "here", null, Cancel));
        Assert.Equal("b", e.Message);
    }
}
