namespace Isthmus.Core.Planning.Assignment;

/// <summary>
/// A request on a link: it wants gain·A(x) − loss·(transfer) with a transfer of x·<paramref name="WholeMs"/>/share, which may take <paramref name="Slack"/> milliseconds.
/// </summary>
/// <param name="Table">Its accuracies.</param>
/// <param name="WholeMs">Milliseconds for which the whole picture occupies the link alone.</param>
/// <param name="Slack">The longest transfer, above 0; may be infinite.</param>
/// <param name="Gain">What accuracy is worth.</param>
/// <param name="Loss">What a millisecond costs.</param>
internal readonly record struct LinkUser(AccuracyTable Table, double WholeMs, double Slack, double Gain, double Loss)
{
    // So many thousandths as fit, but for the last bits of a quotient.
    private const double Rounding = 1e-9;

    /// <summary>The least share with which a thousandth is in time.</summary>
    public double ShareOf(int thousandth) => thousandth * WholeMs / (AccuracyTable.Whole * Slack);

    /// <summary>The largest thousandth that is in time with a share.</summary>
    public int Most(double share)
    {
        double most = WholeMs == 0 || double.IsPositiveInfinity(Slack) ? AccuracyTable.Whole : (share * Slack / WholeMs * AccuracyTable.Whole) + Rounding;
        return most >= AccuracyTable.Whole ? AccuracyTable.Whole : (int)most;
    }

    /// <summary>What a thousandth is worth with a share.</summary>
    public double Value(int thousandth, double share) => (Gain * Table[thousandth]) - (Loss == 0 || WholeMs == 0 ? 0 : Loss * thousandth * WholeMs / (AccuracyTable.Whole * share));

    /// <summary>The best thousandth with a share; −1 if none is in time.</summary>
    public int Best(double share)
    {
        int most = Most(share);
        if (most < Table.Least) return -1;
        if (Gain == 0 || (share <= 0 && Loss > 0 && WholeMs > 0)) return Table.Least;
        return Loss == 0 ? Table.First[most] : Table.Best(Loss * WholeMs / (AccuracyTable.Whole * share * Gain), most);
    }
}
