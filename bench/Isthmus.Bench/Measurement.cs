using System.Diagnostics;

namespace Isthmus.Bench;

/// <summary>Times a piece of work that is too short to be timed once.</summary>
public static class Measurement
{
    /// <summary>
    /// Seconds that one call takes: the fastest of <paramref name="rounds"/> rounds of about <paramref name="roundSeconds"/> each.
    /// The fastest, because everything that disturbs a run on a shared machine makes it slower and nothing makes it faster.
    /// The first two rounds warm up the compiler and are thrown away.
    /// </summary>
    public static double SecondsPerCall(Action work, int rounds = 7, double roundSeconds = 0.06, CancellationToken cancellationToken = default) =>
        SecondsPerCall([work], rounds, roundSeconds, cancellationToken)[0];

    /// <summary>
    /// The same for several rivals whose rounds are interleaved, so that a slow moment of the machine falls on all of them.
    /// </summary>
    public static double[] SecondsPerCall(
        IReadOnlyList<Action> rivals, int rounds = 7, double roundSeconds = 0.06, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rivals);
        const int WarmUp = 2;
        double[] best = new double[rivals.Count];
        Array.Fill(best, double.PositiveInfinity);
        for (int round = 0; round < rounds + WarmUp; round++)
        {
            for (int i = 0; i < rivals.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                double seconds = Round(rivals[i], roundSeconds);
                if (round >= WarmUp) best[i] = Math.Min(best[i], seconds);
            }
        }

        return best;
    }

    /// <summary>
    /// Seconds of the fastest single call of each of several rivals that take turns, for work of microseconds to a few milliseconds: on a machine that others use as
    /// well, some calls are left alone where a whole round never is.
    /// </summary>
    public static double[] SecondsOfFastestCall(IReadOnlyList<Action> rivals, double seconds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rivals);
        const int Least = 12;
        const int CallsInARow = 5;
        double[] best = new double[rivals.Count];
        Array.Fill(best, double.PositiveInfinity);
        long start = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < 2 * Least || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; turn++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int i = 0; i < rivals.Count; i++)
            {
                // Several in a row, or each would find its memory and the branches it takes forgotten.
                for (int call = 0; call < CallsInARow; call++)
                {
                    long begin = Stopwatch.GetTimestamp();
                    rivals[i]();
                    double took = Stopwatch.GetElapsedTime(begin).TotalSeconds;

                    // The first half of the least turns warms up the compiler.
                    if (turn >= Least) best[i] = Math.Min(best[i], took);
                }
            }
        }

        return best;
    }

    private static double Round(Action work, double roundSeconds)
    {
        int calls = 0;
        long start = Stopwatch.GetTimestamp();
        double elapsed;
        do
        {
            work();
            calls++;
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        while (elapsed < roundSeconds);
        return elapsed / calls;
    }
}
