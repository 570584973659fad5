namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>
/// Counts response times in bounded memory: the mean exactly, quantiles to 1 %, from a hundredth of a millisecond to a hundred million milliseconds; what is beyond counts as the end.
/// </summary>
public sealed class ResponseStatistics
{
    private const double Least = 0.01;
    private const double Most = 1e8;
    private const double Step = 1.02;

    // A bucket is 2 % wide and stands for its middle.
    private static readonly int Buckets = (int)(Math.Log(Most / Least) / Math.Log(Step)) + 2;

    private readonly long[] _counts = new long[Buckets];
    private double _sum;

    /// <summary>How many were counted.</summary>
    public long Count { get; private set; }

    /// <summary>The mean in milliseconds; NaN if there is none.</summary>
    public double MeanMs => Count == 0 ? double.NaN : _sum / Count;

    /// <summary>Counts one.</summary>
    /// <param name="ms">In milliseconds.</param>
    public void Add(double ms)
    {
        Count++;
        _sum += ms;
        _counts[ms <= Least ? 0 : Math.Min(Buckets - 1, 1 + (int)(Math.Log(ms / Least) / Math.Log(Step)))]++;
    }

    /// <summary>The response time that a share of requests did not exceed, to 1 %; NaN if there is none.</summary>
    /// <param name="share">0…1, such as 0.95.</param>
    public double QuantileMs(double share)
    {
        if (Count == 0) return double.NaN;
        long rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        int at = 0;
        while (rank > _counts[at]) rank -= _counts[at++];
        return at == 0 ? Least : Least * Math.Pow(Step, at - 0.5);
    }

    /// <summary>Forgets all, for another measurement after a warm-up.</summary>
    public void Clear()
    {
        _counts.AsSpan().Clear();
        _sum = 0;
        Count = 0;
    }

    /// <summary>Jain's index of fairness, (Σx)²/(n·Σx²): 1 if all are equal, 1/n if one has everything. NaN if there is nothing to compare.</summary>
    /// <param name="values">Of each user, such as mean response times; those that are NaN are left out.</param>
    public static double Jain(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double sum = 0, squares = 0;
        int n = 0;
        foreach (double x in values)
        {
            if (double.IsNaN(x)) continue;
            sum += x;
            squares += x * x;
            n++;
        }

        return squares > 0 ? sum * sum / (n * squares) : double.NaN;
    }
}
