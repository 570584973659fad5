using Isthmus.Inference.Sessions;

namespace Isthmus.Runtime.Pipelines;

/// <summary>A loaded segment that stays loaded until the lease is disposed.</summary>
internal sealed class SessionLease(NetworkSession session, Action giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    /// <summary>The segment.</summary>
    public NetworkSession Session { get; } = session;

    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
