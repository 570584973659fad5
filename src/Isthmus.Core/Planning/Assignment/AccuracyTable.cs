using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Planning.Assignment;

/// <summary>
/// The accuracy of one network with each thousandth of a picture, from the smallest that is allowed on. Whatever is paid for each thousandth, the best one is a corner of the upper
/// concave hull, so that it is found by halving.
/// </summary>
internal sealed class AccuracyTable
{
    /// <summary>The thousandths of a whole.</summary>
    public const int Whole = 1000;

    private readonly double[] _accuracy;
    private readonly int[] _hull;

    /// <summary>Makes the table.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="shift">What is to be added to it: networks are not equally good with whole pictures.</param>
    /// <param name="most">What the network reaches with the un-encoded picture.</param>
    /// <param name="least">The smallest thousandth that is allowed.</param>
    public AccuracyTable(IAccuracyCurve curve, double shift, double most, int least)
    {
        Least = least;
        _accuracy = new double[Whole + 1];
        for (int t = 0; t <= Whole; t++) _accuracy[t] = Math.Clamp(Math.Min(most, curve.At(t / (double)Whole) + shift), 0, 1);
        List<int> hull = [];
        for (int t = least; t <= Whole; t++)
        {
            // A corner that lies below the line between its neighbours is none.
            while (hull.Count >= 2 && (_accuracy[hull[^1]] - _accuracy[hull[^2]]) * (t - hull[^1]) <= (_accuracy[t] - _accuracy[hull[^1]]) * (hull[^1] - hull[^2])) hull.RemoveAt(hull.Count - 1);
            hull.Add(t);
        }

        _hull = [.. hull];
        First = new int[Whole + 1];
        for (int t = 0; t <= Whole; t++) First[t] = t > least && _accuracy[t] == _accuracy[t - 1] ? First[t - 1] : Math.Max(t, least);
    }

    private AccuracyTable(AccuracyTable all)
    {
        Least = Whole;
        _accuracy = all._accuracy;
        _hull = [Whole];
        First = new int[Whole + 1];
        Array.Fill(First, Whole);
    }

    /// <summary>The smallest thousandth that is allowed.</summary>
    public int Least { get; }

    /// <summary>The same, if nothing but the whole picture is allowed.</summary>
    public AccuracyTable OnlyWhole() => new(this);

    /// <summary>By thousandth, the smallest one that is as accurate.</summary>
    public int[] First { get; }

    /// <summary>The accuracy with a thousandth.</summary>
    public double this[int thousandth] => _accuracy[thousandth];

    /// <summary>Where accuracy − price·thousandths is largest, up to a largest thousandth, which is not below the smallest.</summary>
    public int Best(double price, int most)
    {
        int low = 0, high = _hull.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            // Whether the next corner is worth its price.
            if (_accuracy[_hull[middle + 1]] - _accuracy[_hull[middle]] > price * (_hull[middle + 1] - _hull[middle])) low = middle + 1;
            else high = middle;
        }

        if (_hull[low] <= most) return _hull[low];
        while (_hull[low] > most) low--;
        int end = First[most];
        return _accuracy[end] - _accuracy[_hull[low]] > price * (end - _hull[low]) ? end : _hull[low];
    }
}
