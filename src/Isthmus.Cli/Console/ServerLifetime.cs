using System.Runtime.InteropServices;

namespace Isthmus.Cli.Console;

/// <summary>How long a server runs: until the first Ctrl+C, SIGTERM or cancellation, or, if wanted, until standard input ends, as it does when the parent process dies. A second signal aborts.</summary>
internal sealed class ServerLifetime : IDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abort = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly CancellationTokenRegistration _cancelled;

    /// <summary>Begins to listen.</summary>
    public ServerLifetime(bool untilStdinCloses, CancellationToken cancellationToken)
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Signalled);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Signalled);
        _cancelled = cancellationToken.UnsafeRegister(static stop => ((TaskCompletionSource)stop!).TrySetResult(), _stop);
        if (untilStdinCloses) _ = Task.Run(() => WatchStdinAsync(_stop), CancellationToken.None);
    }

    /// <summary>Ends when the server is to stop.</summary>
    public Task Stopped => _stop.Task;

    /// <summary>Cancelled when it is to stop at once.</summary>
    public CancellationToken Aborted => _abort.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _cancelled.Dispose();
        _abort.Dispose();
    }

    private void Signalled(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_stop.TrySetResult()) _abort.Cancel();
    }

    private static async Task WatchStdinAsync(TaskCompletionSource stop)
    {
        try
        {
            byte[] ignored = new byte[256];
            await using Stream input = System.Console.OpenStandardInput();
            while (await input.ReadAsync(ignored) > 0)
            {
                // What is written there means nothing.
            }
        }
        catch (IOException)
        {
            // A pipe that broke has ended too.
        }

        stop.TrySetResult();
    }
}
