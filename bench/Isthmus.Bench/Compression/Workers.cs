namespace Isthmus.Bench.Compression;

/// <summary>Two threads that share a list of work, each with its own resource.</summary>
internal static class Workers
{
    /// <summary>How many threads there are: the machine on which results are committed has two cores.</summary>
    public const int Count = 2;

    /// <summary>Does the work for every number below <paramref name="count"/>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="create">Makes a thread's resource, which is disposed at the end.</param>
    /// <param name="work">The work for one number.</param>
    /// <param name="cancellationToken">Ends it between two numbers.</param>
    public static void Run<T>(int count, Func<T> create, Action<T, int> work, CancellationToken cancellationToken)
        where T : IDisposable
    {
        T[] resources = new T[Math.Min(Count, count)];
        try
        {
            for (int i = 0; i < resources.Length; i++) resources[i] = create();
            Run(count, resources, work, cancellationToken);
        }
        finally
        {
            foreach (T resource in resources) resource?.Dispose();
        }
    }

    /// <summary>The same with resources that the caller keeps.</summary>
    public static void Run<T>(int count, T[] resources, Action<T, int> work, CancellationToken cancellationToken)
    {
        int next = -1;
        try
        {
            Parallel.For(0, resources.Length, new ParallelOptions { MaxDegreeOfParallelism = resources.Length, CancellationToken = cancellationToken }, worker =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < count;)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    work(resources[worker], i);
                }
            });
        }
        catch (AggregateException e)
        {
            // The user reads one sentence, not two threads' stacks.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
