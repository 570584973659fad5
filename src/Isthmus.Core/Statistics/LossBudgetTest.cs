using System.Collections.Immutable;

namespace Isthmus.Core.Statistics;

/// <summary>
/// Decides while images come one by one whether the mean loss over all of them will exceed a limit, so that a hopeless setting need not
/// be tried to the end. The error is bounded for all times at once: if the mean over all N images is at most the limit, the probability
/// that the test ever says otherwise is at most <see cref="Error"/>, when the images come in random order.
/// </summary>
/// <remarks>
/// <para>
/// A game of bets against "the mean is at most the limit", for sampling without replacement (Waudby-Smith and Ramdas, "Estimating means
/// of bounded random variables by betting", JRSS B 86, 2024): after t images with the sum S, the mean of those that are left is at most
/// m = (N·limit − S)/(N − t) if the claim holds, so a stake multiplied by 1 + λ·(x − m) does not grow on average, whatever λ is chosen before x
/// is seen. The mean of several such stakes, each with λ a fixed fraction of the largest that cannot go bankrupt, begins at 1; by Ville's
/// inequality it ever reaches 1/error with at most that probability.
/// </para>
/// <para>Where m is below the least loss that an image can have, the claim is refuted with certainty.</para>
/// </remarks>
public sealed class LossBudgetTest
{
    /// <summary>The probability of stopping a setting that keeps the limit, at most: one in a thousand.</summary>
    public const double DefaultError = 0.001;

    // Small fractions find losses near the limit after many images, large ones hopeless settings after a few.
    private static readonly ImmutableArray<double> Fractions = [0.05, 0.15, 0.4, 0.95];

    private readonly double _limit;
    private readonly int _images;
    private readonly int _least;
    private readonly double[] _logStakes = new double[Fractions.Length];
    private int _seen;
    private int _sum;

    /// <summary>Begins a test.</summary>
    /// <param name="limit">The mean loss that is tolerated, 0…1; at 1 nothing is ever refuted.</param>
    /// <param name="images">How many images there are in all, at least 1.</param>
    /// <param name="least">The least loss of an image: 0, or −1 where an image can also be gained.</param>
    /// <param name="error">The probability of refuting a mean within the limit, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LossBudgetTest(double limit, int images, int least, double error = DefaultError)
    {
        if (!(limit is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(limit), limit, "A share from 0 to 1 is expected.");
        if (!(error is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(error), error, "A probability between 0 and 1 is expected.");
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        if (least is not (0 or -1)) throw new ArgumentOutOfRangeException(nameof(least), least, "The least loss is 0 or −1.");
        _limit = limit;
        _images = images;
        _least = least;
        Error = error;
    }

    /// <summary>The probability of refuting a mean within the limit, at most.</summary>
    public double Error { get; }

    /// <summary>Whether the mean over all images is above the limit, as far as this test says.</summary>
    public bool Exceeded { get; private set; }

    /// <summary>The logarithms of the stakes: with the count and the sum of what was seen, all that <see cref="Resume"/> needs.</summary>
    public ImmutableArray<double> State => [.. _logStakes];

    /// <summary>Goes on where another test ended.</summary>
    /// <param name="seen">How many images it saw.</param>
    /// <param name="sum">The sum of their losses.</param>
    /// <param name="state">Its <see cref="State"/>.</param>
    /// <param name="exceeded">Whether it had decided.</param>
    /// <exception cref="ArgumentException">The state is not one of this test.</exception>
    public void Resume(int seen, int sum, ImmutableArray<double> state, bool exceeded)
    {
        if (state.IsDefault || state.Length != _logStakes.Length || state.Any(s => !double.IsFinite(s)) || seen < 0 || seen > _images || Math.Abs(sum) > seen)
            throw new ArgumentException("It is not the state of this test.", nameof(state));
        state.CopyTo(_logStakes);
        _seen = seen;
        _sum = sum;
        Exceeded = exceeded;
    }

    /// <summary>Takes the loss of the next image.</summary>
    /// <param name="loss">1 if its answer was lost, 0 if nothing changed, −1 if it was gained.</param>
    /// <returns><see cref="Exceeded"/>; once true it stays so.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The loss is below the least one or above 1.</exception>
    /// <exception cref="InvalidOperationException">All images were seen.</exception>
    public bool Observe(int loss)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(loss, _least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(loss, 1);
        if (_seen == _images) throw new InvalidOperationException("All images were seen.");
        // The most that the mean of this image and those after it can be if the limit is kept.
        double most = ((_images * _limit) - _sum) / (_images - _seen);
        // From 1 on the limit cannot be broken any more, and there is nothing to bet on.
        if (most < 1 && most > _least)
        {
            for (int i = 0; i < _logStakes.Length; i++) _logStakes[i] += double.LogP1(Fractions[i] * (loss - most) / (most - _least));
        }

        _seen++;
        _sum += loss;
        bool certain = (_images * _limit) - _sum < ((_images - _seen) * _least) - 1e-9;
        Exceeded |= certain || LogMeanStake() >= -Math.Log(Error);
        return Exceeded;
    }

    private double LogMeanStake()
    {
        double peak = _logStakes.Max(), sum = 0;
        foreach (double s in _logStakes) sum += Math.Exp(s - peak);
        return peak + Math.Log(sum / _logStakes.Length);
    }
}
