namespace Isthmus.Core.Orchestration.Admission;

/// <summary>
/// Max-min fair shares of a capacity (Bertsekas and Gallager, Data Networks, section 6.5): nobody gets more than they ask for, all of the capacity is given out while anybody wants
/// more, and nobody could get more without taking it from someone who has no more than they. Whoever asks for less than an equal share gets all of it, so nobody starves.
/// </summary>
public static class MaxMinShares
{
    /// <summary>Divides a capacity.</summary>
    /// <param name="demands">What each asks for, zero or more, in any unit.</param>
    /// <param name="capacity">What there is, zero or more, in the same unit.</param>
    /// <param name="shares">Is overwritten: what each gets.</param>
    /// <exception cref="ArgumentException">There is not an entry for each, or a number is negative or not a number.</exception>
    public static void Divide(ReadOnlySpan<double> demands, double capacity, Span<double> shares)
    {
        if (shares.Length != demands.Length) throw new ArgumentException("There is a share for each demand.", nameof(shares));
        if (!(capacity >= 0)) throw new ArgumentException("A capacity is zero or more.", nameof(capacity));
        double level = Level(demands, capacity);
        for (int i = 0; i < demands.Length; i++) shares[i] = Math.Min(demands[i], level);
    }

    /// <summary>The most that anybody gets; infinite if there is enough for all.</summary>
    /// <param name="demands">What each asks for, zero or more.</param>
    /// <param name="capacity">What there is, in the same unit.</param>
    public static double Level(ReadOnlySpan<double> demands, double capacity)
    {
        double[] sorted = demands.ToArray();
        if (sorted.Any(d => !(d >= 0))) throw new ArgumentException("A demand is zero or more.", nameof(demands));
        Array.Sort(sorted);
        double left = capacity;
        for (int i = 0; i < sorted.Length; i++)
        {
            double equal = left / (sorted.Length - i);
            if (sorted[i] > equal) return equal;
            left -= sorted[i];
        }

        return double.PositiveInfinity;
    }
}
