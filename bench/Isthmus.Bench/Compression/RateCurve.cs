using System.Collections.Immutable;

namespace Isthmus.Bench.Compression;

/// <summary>
/// What a codec reaches with how many bytes: the upper concave hull of its measured settings. A point between two of them can be had by
/// using the one for some requests and the other for the rest, so that bytes and successes mix linearly.
/// </summary>
public sealed class RateCurve
{
    private readonly ImmutableArray<(double Bytes, double Quality)> _hull;

    private RateCurve(ImmutableArray<(double Bytes, double Quality)> hull) => _hull = hull;

    /// <summary>The corners of the hull: bytes and quality rise from each to the next.</summary>
    public ImmutableArray<(double Bytes, double Quality)> Corners => _hull;

    /// <summary>The hull of measured points.</summary>
    public static RateCurve Of(IEnumerable<(double Bytes, double Quality)> measured)
    {
        List<(double Bytes, double Quality)> hull = [];
        foreach ((double Bytes, double Quality) point in measured.OrderBy(p => p.Bytes).ThenByDescending(p => p.Quality))
        {
            if (hull.Count > 0 && point.Quality <= hull[^1].Quality) continue;
            while (hull.Count > 1 && Slope(hull[^2], point) >= Slope(hull[^2], hull[^1])) hull.RemoveAt(hull.Count - 1);
            hull.Add(point);
        }

        return new([.. hull]);
    }

    /// <summary>Bytes that at least this quality takes; null if no setting reaches it. Below the smallest setting nothing is extrapolated.</summary>
    public double? BytesFor(double quality)
    {
        for (int i = 0; i < _hull.Length; i++)
        {
            if (_hull[i].Quality < quality) continue;
            if (i == 0) return _hull[0].Bytes;
            ((double bytes0, double quality0), (double bytes1, double quality1)) = (_hull[i - 1], _hull[i]);
            return bytes0 + ((bytes1 - bytes0) * (quality - quality0) / (quality1 - quality0));
        }

        return null;
    }

    private static double Slope((double Bytes, double Quality) from, (double Bytes, double Quality) to) =>
        to.Bytes == from.Bytes ? double.PositiveInfinity : (to.Quality - from.Quality) / (to.Bytes - from.Bytes);
}
