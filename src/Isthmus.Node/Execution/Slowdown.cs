using Isthmus.Core.Quantities;

namespace Isthmus.Node.Execution;

/// <summary>Emulates a slower machine: after computing for t, waits (factor − 1)·t. With factor 1 it only measures.</summary>
internal sealed class Slowdown(double factor, TimeProvider clock)
{
    // Timers are a millisecond coarse or worse; what is left below that is waited for on the processor.
    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(1.5);

    /// <summary>The factor.</summary>
    public double Factor => factor;

    /// <summary>Waits for as long as the slower machine would still compute.</summary>
    /// <param name="start">When the computing began.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How long computing and waiting took.</returns>
    public async ValueTask<Milliseconds> FinishAsync(long start, CancellationToken cancellationToken)
    {
        TimeSpan computed = clock.GetElapsedTime(start);
        if (factor <= 1) return new(computed.TotalMilliseconds);
        TimeSpan target = computed * factor;
        while (target - clock.GetElapsedTime(start) is { } left && left > TimeSpan.Zero)
        {
            if (left > Coarse) await Task.Delay(left - TimeSpan.FromMilliseconds(1), clock, cancellationToken);
            else Thread.SpinWait(100);
        }

        return Milliseconds.Since(clock, start);
    }
}
