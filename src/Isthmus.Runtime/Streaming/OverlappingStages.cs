using System.Threading.Channels;

namespace Isthmus.Runtime.Streaming;

/// <summary>
/// Passes items through work of several stages so that the stages overlap: the next item begins as soon as the one before has left the first stage, as long as
/// there is room in the window. Results come out in the order of the items, each once.
/// </summary>
public static class OverlappingStages
{
    /// <summary>Passes items through.</summary>
    /// <typeparam name="TIn">An item.</typeparam>
    /// <typeparam name="TOut">What becomes of it. A failure that concerns one item only is a result.</typeparam>
    /// <param name="items">The items. The next is taken only when there is room for it.</param>
    /// <param name="window">The most items that have begun and whose result has not been given out: 1 or more.</param>
    /// <param name="work">The work on one item; it calls the action once the item has left the first stage. That is also assumed when it ends.</param>
    /// <param name="each">Takes the results, in order, one at a time.</param>
    /// <param name="cancellationToken">Begins nothing more, cancels what is under way, and waits for it to end.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>What <paramref name="work"/> or <paramref name="each"/> throws ends everything: the others are cancelled and waited for, and the first exception is thrown.</remarks>
    public static async Task RunAsync<TIn, TOut>(
        IEnumerable<TIn> items, int window, Func<TIn, Action, CancellationToken, Task<TOut>> work, Action<TOut> each, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(each);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using SemaphoreSlim room = new(window, window);
        Channel<Task<TOut>> begun = Channel.CreateUnbounded<Task<TOut>>(new() { SingleReader = true, SingleWriter = true });
        Task<Exception?> delivering = DeliverAsync(begun.Reader, each, room, stop);
        Exception? failure = null;
        try
        {
            foreach (TIn item in items)
            {
                await room.WaitAsync(stop.Token);
                TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
                begun.Writer.TryWrite(OneAsync(item, left));
                await left.Task.WaitAsync(stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whoever has cancelled says why, below.
        }
        catch (Exception e)
        {
            // The source of the items failed.
            failure = e;
            await stop.CancelAsync();
        }

        begun.Writer.Complete();
        failure = await delivering ?? failure;
        cancellationToken.ThrowIfCancellationRequested();
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);

        async Task<TOut> OneAsync(TIn item, TaskCompletionSource left)
        {
            try
            {
                return await work(item, () => left.TrySetResult(), stop.Token);
            }
            finally
            {
                left.TrySetResult();
            }
        }
    }

    // The first failure; null if there was none. Everything that has begun has ended afterwards.
    private static async Task<Exception?> DeliverAsync<TOut>(ChannelReader<Task<TOut>> begun, Action<TOut> each, SemaphoreSlim room, CancellationTokenSource stop)
    {
        Exception? failure = null;
        await foreach (Task<TOut> one in begun.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                TOut result = await one;
                if (failure is null) each(result);
                room.Release();
            }
            catch (Exception e)
            {
                failure ??= e;
                await stop.CancelAsync();
            }
        }

        return failure;
    }
}
