using Microsoft.Extensions.Hosting;

namespace Isthmus.Node.Hosting;

/// <summary>Leaves the process's signals to whoever started the node.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
