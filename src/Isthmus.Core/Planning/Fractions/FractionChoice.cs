using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// How much of this one image to send. After encoding, its bytes are known exactly, and images differ: what is 40 % of one is 60 % of another. The curve is over the share of the
/// image's own whole bytes. Takes microseconds, allocates nothing, and may be used by several threads at once.
/// </summary>
public sealed class FractionChoice
{
    // As ImagePreprocessor.PartOf cuts: back to the end of a scan that is so near, as a share of the whole.
    private const double BoundaryTolerance = 0.02;

    private readonly IAccuracyCurve _curve;
    private readonly double _lowest;

    /// <summary>Chooses by a curve.</summary>
    /// <param name="curve">The accuracy by the share of the bytes.</param>
    /// <param name="lowest">The smallest share that is ever sent; default 0.001, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The smallest share is not above 0 and at most 1.</exception>
    public FractionChoice(IAccuracyCurve curve, double lowest = 0.001)
    {
        ArgumentNullException.ThrowIfNull(curve);
        if (!(lowest is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(lowest));
        _curve = curve;
        _lowest = lowest;
    }

    /// <summary>As much as a number of bytes allows: the most accuracy under a deadline, when the bytes that can be sent until then are known.</summary>
    /// <param name="wholeBytes">How many bytes the whole image takes, 1 or more.</param>
    /// <param name="maxBytes">How many can be sent.</param>
    /// <param name="boundaries">Where a part of the code ends, in order; may be empty.</param>
    /// <param name="local">The accuracy of the device, if it may answer instead; null: it may not.</param>
    /// <returns>
    /// No bytes if the device does at least as well; and if too few bytes can be sent and the device may not answer, no bytes with an accuracy of 0.
    /// </returns>
    public FractionCut WithinBytes(int wholeBytes, long maxBytes, ReadOnlySpan<int> boundaries = default, double? local = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wholeBytes, 1);
        int most = (int)Math.Clamp(maxBytes, 0, wholeBytes);
        int least = Least(wholeBytes);
        if (most < least) return new(0, 0, local ?? 0);
        // Beyond where the curve is flat more is of no use.
        double useful = _curve.Inverse(_curve.At((double)most / wholeBytes)) ?? 1;
        int bytes = Math.Clamp(Rounded(useful, wholeBytes), least, most);
        return Better(Back(bytes, wholeBytes, least, boundaries), local);
    }

    /// <summary>As few bytes as lead to expect an accuracy: the least latency over a floor.</summary>
    /// <param name="wholeBytes">How many bytes the whole image takes, 1 or more.</param>
    /// <param name="accuracy">The floor.</param>
    /// <param name="boundaries">Where a part of the code ends, in order. A part that ends a little before is extended to it, for that costs little.</param>
    /// <param name="local">The accuracy of the device, if it may answer instead; null: it may not.</param>
    /// <returns>Null if not even the whole image reaches the floor.</returns>
    public FractionCut? AboveFloor(int wholeBytes, double accuracy, ReadOnlySpan<int> boundaries = default, double? local = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wholeBytes, 1);
        if (local >= accuracy) return new(0, 0, local.Value);
        if (_curve.Inverse(accuracy) is not { } fraction) return null;
        int bytes = Math.Max(Rounded(fraction, wholeBytes), Least(wholeBytes));
        int reach = bytes + (int)(BoundaryTolerance * wholeBytes);
        foreach (int end in boundaries)
        {
            if (end < bytes || end > reach || end > wholeBytes) continue;
            bytes = end;
            break;
        }

        return At(bytes, wholeBytes);
    }

    /// <summary>What is worth its bytes: the most accuracy − λ·bytes, nothing and everything included.</summary>
    /// <param name="wholeBytes">How many bytes the whole image takes, 1 or more.</param>
    /// <param name="perByte">λ ≥ 0: what a byte must bring, as a share of accuracy.</param>
    /// <param name="boundaries">Where a part of the code ends, in order; may be empty.</param>
    /// <param name="local">The accuracy of the device, if it may answer instead; null: it may not.</param>
    public FractionCut WorthItsBytes(int wholeBytes, double perByte, ReadOnlySpan<int> boundaries = default, double? local = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wholeBytes, 1);
        int least = Least(wholeBytes);
        double fraction = AccuracyGain.Fraction(_curve, perByte * wholeBytes, (double)least / wholeBytes, 1);
        // The curve is between two bytes: the better one of them.
        int below = Math.Clamp((int)(fraction * wholeBytes), least, wholeBytes);
        FractionCut cut = At(below, wholeBytes);
        if (below < wholeBytes && At(below + 1, wholeBytes) is var above && Value(above) > Value(cut)) cut = above;
        cut = Back(cut.Bytes, wholeBytes, least, boundaries);
        return local is { } alone && alone >= Value(cut) ? new(0, 0, alone) : cut;

        double Value(FractionCut c) => c.Accuracy - (perByte * c.Bytes);
    }

    private static FractionCut Better(FractionCut cut, double? local) => local >= cut.Accuracy ? new(0, 0, local.Value) : cut;

    private FractionCut Back(int bytes, int wholeBytes, int least, ReadOnlySpan<int> boundaries)
    {
        int from = Math.Max(least, bytes - (int)(BoundaryTolerance * wholeBytes));
        int best = bytes;
        foreach (int end in boundaries)
        {
            if (end >= from && end <= bytes) best = end;
        }

        return At(best, wholeBytes);
    }

    private int Least(int wholeBytes) => Math.Max(1, Rounded(_lowest, wholeBytes));

    // Up, but not for the last bits of a product.
    private static int Rounded(double fraction, int wholeBytes) => (int)Math.Clamp(Math.Ceiling((fraction * wholeBytes) - 1e-6), 0, wholeBytes);

    private FractionCut At(int bytes, int wholeBytes)
    {
        double fraction = (double)bytes / wholeBytes;
        return new(bytes, fraction, _curve.At(fraction));
    }
}
