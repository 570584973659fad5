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
