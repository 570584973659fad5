using Isthmus.Runtime.Streaming;

namespace Isthmus.Runtime.Tests.Streaming;

public sealed class OverlappingStagesTests
{
    [Fact]
    public async Task RunAsync_LaterItemsEndFirst_ResultsComeInOrder()
    {
        Gates gates = new(4);
        List<int> given = [];
        Task run = OverlappingStages.RunAsync(Enumerable.Range(0, 4), 4, gates.WorkAsync, given.Add, Cancel);
        for (int i = 0; i < 4; i++)
        {
            await gates.Begun[i].Task;
            gates.Leave(i);
        }

        for (int i = 3; i > 0; i--) gates.End(i);
        Assert.Empty(given);
        gates.End(0);
        await run;
        Assert.Equal([0, 1, 2, 3], given);
    }

    [Fact]
    public async Task RunAsync_AnItemHasLeftTheFirstStage_TheNextBeginsWhileItGoesOn()
    {
        Gates gates = new(2);
        Task run = OverlappingStages.RunAsync(Enumerable.Range(0, 2), 2, gates.WorkAsync, _ => { }, Cancel);
        await gates.Begun[0].Task;
        Assert.False(gates.Begun[1].Task.IsCompleted);
        gates.Leave(0);
        await gates.Begun[1].Task;
        gates.End(0);
        gates.End(1);
        await run;
        Assert.Equal(2, gates.MostUnderWay);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task RunAsync_TheFirstResultIsLate_NoMoreThanTheWindowBegins(int window)
    {
        Gates gates = new(6);
        Task run = OverlappingStages.RunAsync(Enumerable.Range(0, 6), window, gates.WorkAsync, _ => { }, Cancel);
        for (int i = 0; i < window; i++)
        {
            await gates.Begun[i].Task;
            gates.Leave(i);
        }

        // All the others have ended, but the first has not been given out.
        for (int i = 1; i < window; i++) gates.End(i);
        Assert.False(gates.Begun[window].Task.IsCompleted);
        gates.End(0);
        for (int i = window; i < 6; i++)
        {
            await gates.Begun[i].Task;
            gates.End(i);
        }

        await run;
        Assert.Equal(window, gates.MostUnderWay);
    }

    [Fact]
    public async Task RunAsync_Cancelled_EverythingThatBeganHasEnded()
    {
        Gates gates = new(5);
        using CancellationTokenSource stop = new();
        List<int> given = [];
        Task run = OverlappingStages.RunAsync(Enumerable.Range(0, 5), 5, gates.WorkAsync, given.Add, stop.Token);
        await gates.Begun[0].Task;
        gates.Leave(0);
        await gates.Begun[1].Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(2, gates.Ended);
        Assert.False(gates.Begun[2].Task.IsCompleted);
        Assert.Empty(given);
    }

    [Fact]
    public async Task RunAsync_WorkThrows_TheOthersAreCancelledAndTheFirstFailureIsThrown()
    {
        Gates gates = new(3);
        Task run = OverlappingStages.RunAsync(Enumerable.Range(0, 3), 3, gates.WorkAsync, _ => { }, Cancel);
        await gates.Begun[0].Task;
        gates.Leave(0);
        await gates.Begun[1].Task;
        gates.Fail(0, new InvalidOperationException("broken"));
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        Assert.Equal("broken", e.Message);
        Assert.Equal(2, gates.Ended);
    }

    [Fact]
    public async Task RunAsync_ManyItemsThatEndAnyhow_EachIsGivenOutOnceInOrder()
    {
        Random random = new(3);
        int[] turns = [.. Enumerable.Range(0, 500).Select(_ => random.Next(5))];
        List<int> given = [];
        await OverlappingStages.RunAsync(
            Enumerable.Range(0, 500),
            7,
            async (i, left, _) =>
            {
                if (i % 3 == 0) left();
                for (int k = 0; k < turns[i]; k++) await Task.Yield();
                left();
                for (int k = 0; k < turns[499 - i]; k++) await Task.Yield();
                return i;
            },
            given.Add,
            Cancel);
        Assert.Equal(Enumerable.Range(0, 500), given);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Work that goes on when the test says so.
    private sealed class Gates(int count)
    {
        private readonly TaskCompletionSource[] _left = New(count);
        private readonly TaskCompletionSource<int>[] _end = [.. Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously))];
        private readonly Lock _lock = new();
        private int _underWay;

        public TaskCompletionSource[] Begun { get; } = New(count);

        public int MostUnderWay { get; private set; }

        public int Ended { get; private set; }

        public async Task<int> WorkAsync(int item, Action left, CancellationToken cancellationToken)
        {
            lock (_lock) MostUnderWay = Math.Max(MostUnderWay, ++_underWay);
            try
            {
                Begun[item].SetResult();
                await Task.WhenAny(_left[item].Task, _end[item].Task).WaitAsync(cancellationToken);
                left();
                return await _end[item].Task.WaitAsync(cancellationToken);
            }
            finally
            {
                lock (_lock)
                {
                    _underWay--;
                    Ended++;
                }
            }
        }

        public void Leave(int item) => _left[item].SetResult();

        public void End(int item) => _end[item].SetResult(item);

        public void Fail(int item, Exception e) => _end[item].SetException(e);

        private static TaskCompletionSource[] New(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
    }
}
