namespace Isthmus.Runtime.Profiling;

/// <summary>Does work on many nodes: machine by machine at the same time, the nodes of one machine one after another, so that no measurement disturbs another.</summary>
internal static class MachineTurns
{
    /// <summary>Does the work.</summary>
    /// <param name="items">The nodes, in the order in which those of one machine have their turns.</param>
    /// <param name="machineOf">The machine of a node; case does not matter.</param>
    /// <param name="work">The work on a node.</param>
    /// <param name="here">This machine.</param>
    /// <param name="alsoHere">What is done on this machine before its nodes have their turns; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Exception">The first that any work threw; everything else has been stopped then.</exception>
    public static async Task RunAsync<T>(
        IEnumerable<T> items, Func<T, string> machineOf, Func<T, CancellationToken, Task> work, string here, Func<CancellationToken, Task>? alsoHere, CancellationToken cancellationToken)
    {
        IGrouping<string, T>[] machines = [.. items.GroupBy(machineOf, StringComparer.OrdinalIgnoreCase)];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> running = [];
        if (alsoHere is not null && !machines.Any(m => IsHere(m.Key))) running.Add(OneAsync([], alsoHere));
        foreach (IGrouping<string, T> machine in machines) running.Add(OneAsync(machine, IsHere(machine.Key) ? alsoHere : null));
        // If one failed, the others were cancelled; what is thrown is the failure.
        await Task.WhenAll(running);

        bool IsHere(string machine) => string.Equals(machine, here, StringComparison.OrdinalIgnoreCase);

        async Task OneAsync(IEnumerable<T> turns, Func<CancellationToken, Task>? first)
        {
            // No machine keeps the others from starting.
            await Task.Yield();
            try
            {
                if (first is not null) await first(stop.Token);
                foreach (T item in turns) await work(item, stop.Token);
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }
}
