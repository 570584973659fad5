using System.Collections.Immutable;

namespace Isthmus.Core.Statistics;

/// <summary>
/// Watches re-checks for as long as they come, and says when they no longer happen as often as was expected: here, whether the answer from a part of a picture was the answer from all
/// of it, against the share that a calibration measured. If every expectation is true, the probability that the test ever says otherwise, however long it runs and however often it is
/// <see cref="Reset"/>, is at most <see cref="Error"/>.
/// </summary>
/// <remarks>
/// <para>
/// Bets against "each check succeeds with a probability within its expected interval, whatever happened before" (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by
/// betting", JRSS B 86, 2024): a stake that is multiplied by 1 + c·(low − x)/(1 − low), where x is 1 for a success and 0 else and 0 &lt; c &lt; 1, does not grow on average if the claim holds;
/// likewise with 1 + c·(x − high)/high for the other side. A stake is set at every check anew, so that a change is found soon after it happens and not only when what was lost before is
/// won back: the j-th begins with 1/log₂(j + 1) − 1/log₂(j + 2), which add up to 1. All stakes together are a non-negative supermartingale that begins at 1; by Ville's inequality it
/// ever reaches 1/α with a probability of at most α.
/// </para>
/// <para>Each side has half of the error, and the k-th beginning (the first, and one for each reset) 1/(k·(k + 1)) of that, which add up to all of it.</para>
/// </remarks>
public sealed class DriftTest
{
    /// <summary>The probability of a false alarm, at most: one in a hundred.</summary>
    public const double DefaultError = 0.01;

    /// <summary>How many of the last checks <see cref="Present"/> speaks of.</summary>
    public const int Window = 100;

    // Stakes on what is expected with certainty would be multiplied without limit.
    private const double Certain = 1e-6;

    // The best one is (low − p)/low if the truth is p: small ones find small changes.
    private static readonly ImmutableArray<double> Shares = [0.03, 0.1, 0.3, 0.8];

    private readonly double[] _below = new double[Shares.Length];
    private readonly double[] _above = new double[Shares.Length];
    private readonly bool[] _succeeded = new bool[Window];
    private readonly double[] _expected = new double[Window];
    private long _since;

    /// <summary>Begins a test.</summary>
    /// <param name="error">The probability of a false alarm, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no such probability.</exception>
    public DriftTest(double error = DefaultError)
    {
        if (!(error is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(error), error, "A probability between 0 and 1 is expected.");
        Error = error;
    }

    /// <summary>The probability that it ever speaks of drift where there is none, at most.</summary>
    public double Error { get; }

    /// <summary>What the checks say since the last reset; once it is not <see cref="DriftDirection.None"/> it stays.</summary>
    public DriftDirection Drift { get; private set; }

    /// <summary>How many checks there were in all.</summary>
    public long Checks { get; private set; }

    /// <summary>How many checks there were when drift was found, counted from the last reset; null if it was not.</summary>
    public long? FoundAfter { get; private set; }

    /// <summary>How often it was reset.</summary>
    public int Resets { get; private set; }

    /// <summary>The share of successes among the last <see cref="Window"/> checks since the last reset; null if there was none.</summary>
    public double? Present => Recent is 0 ? null : (double)RecentSuccesses / Recent;

    /// <summary>Where that share lies with 95 % confidence at any one time (Wilson's interval); null if there was no check.</summary>
    public ConfidenceInterval? PresentInterval => Recent is 0 ? null : BinomialInterval.Wilson(RecentSuccesses, Recent);

    /// <summary>What was expected of the same checks: the mean of the intervals' middles; null if there was none.</summary>
    public double? Expected => Recent is 0 ? null : _expected.Take(Recent).Average();

    private int Recent => (int)Math.Min(Window, _since);

    private int RecentSuccesses => _succeeded.Take(Recent).Count(s => s);

    /// <summary>Takes a check.</summary>
    /// <param name="succeeded">Whether it succeeded.</param>
    /// <param name="expected">
    /// Where the probability of that was expected to lie, 0…1. The wider it is, the larger a change must be to be found; a calibration on few images knows no better. What was expected
    /// with certainty is drift as soon as it fails once.
    /// </param>
    /// <returns><see cref="Drift"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The interval is none of probabilities.</exception>
    public DriftDirection Observe(bool succeeded, ConfidenceInterval expected)
    {
        if (!(expected.Low >= 0 && expected.Low <= expected.High && expected.High <= 1)) throw new ArgumentOutOfRangeException(nameof(expected), expected, "An interval within 0 to 1 is expected.");
        _succeeded[_since % Window] = succeeded;
        _expected[_since % Window] = (expected.Low + expected.High) / 2;
        _since++;
        Checks++;
        if (Drift != DriftDirection.None) return Drift;

        double low = Math.Min(expected.Low, 1 - Certain), high = Math.Max(expected.High, Certain), x = succeeded ? 1 : 0;
        double fresh = Reserve(_since) - Reserve(_since + 1);
        for (int i = 0; i < Shares.Length; i++)
        {
            _below[i] = (_below[i] + fresh) * (1 + (Shares[i] * (low - x) / (1 - low)));
            _above[i] = (_above[i] + fresh) * (1 + (Shares[i] * (x - high) / high));
        }

        double needed = 2 * (Resets + 1.0) * (Resets + 2.0) / Error, reserve = Reserve(_since + 1);
        if (_below.Average() + reserve >= needed) Drift = DriftDirection.Below;
        else if (_above.Average() + reserve >= needed) Drift = DriftDirection.Above;
        if (Drift != DriftDirection.None) FoundAfter = _since;
        return Drift;
    }

    /// <summary>
    /// Begins anew, after what was expected has changed: a new calibration, or an alarm that somebody has seen. The bound on false alarms holds for all beginnings together, so
    /// each later one needs a little more evidence.
    /// </summary>
    public void Reset()
    {
        Array.Clear(_below);
        Array.Clear(_above);
        _since = 0;
        FoundAfter = null;
        Drift = DriftDirection.None;
        Resets++;
    }

    // What has not been staked before the j-th check.
    private static double Reserve(long check) => 1 / Math.Log2(check + 1);
}
