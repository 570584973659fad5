namespace Isthmus.Node.Orchestrating;

/// <summary>
/// Whether what a node says of itself fits what users measure: the median over users of each one's median of measured over expected times, so that neither one outlier nor one user who lies
/// decides. What was measured longer ago than a minute does not count, so that a node that is not used any more gets another chance. Not thread-safe.
/// </summary>
internal sealed class NodeTrust(TimeProvider clock)
{
    /// <summary>So many times longer, or shorter, than expected is doubted.</summary>
    public const double Doubt = 2.5;

    /// <summary>Within so many times it is believed again.</summary>
    public const double Belief = 1.8;

    /// <summary>Fewer measurements say nothing.</summary>
    public const int Least = 8;

    private const int Kept = 128;
    private const double Half = 4;
    private const double LeastCpu = 0.01;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly Queue<(string User, double Ratio, long When)> _measured = new();
    private bool _doubted;

    /// <summary>Whether its word is not believed.</summary>
    public bool Doubted
    {
        get
        {
            Look();
            return _doubted;
        }
    }

    /// <summary>Measured over expected; null if too little was measured.</summary>
    public double? Ratio
    {
        get
        {
            Look();
            return Median();
        }
    }

    /// <summary>A user measured something.</summary>
    /// <param name="user">Who.</param>
    /// <param name="ms">What the request took.</param>
    /// <param name="alone">What it was expected to take if nobody else used the node.</param>
    /// <param name="shared">What it was expected to take if all who use the node used it at once.</param>
    public void Add(string user, double ms, double alone, double shared)
    {
        if (!(alone > 0 && shared >= alone && double.IsFinite(ms) && ms > 0)) return;
        // Anything between using it alone and all at once is as the node says.
        _measured.Enqueue((user, ms > shared ? ms / shared : ms < alone ? ms / alone : 1, clock.GetTimestamp()));
        if (_measured.Count > Kept) _measured.Dequeue();
    }

    /// <summary>The share of the processor that decisions are made with.</summary>
    /// <param name="said">What the node says.</param>
    public double Believed(double said)
    {
        Look();
        if (!_doubted || Median() is not { } ratio) return Math.Max(said, LeastCpu);
        double weight = _measured.Count / (_measured.Count + Half);
        return Math.Clamp(said * Math.Pow(ratio, -weight), LeastCpu, 1);
    }

    private void Look()
    {
        while (_measured.TryPeek(out (string, double, long When) oldest) && clock.GetElapsedTime(oldest.When) > Memory) _measured.Dequeue();
        if (Median() is not { } ratio) _doubted = false;
        else if (ratio is > Doubt or < 1 / Doubt) _doubted = true;
        else if (ratio is < Belief and > 1 / Belief) _doubted = false;
    }

    private double? Median() => _measured.Count < Least ? null
        : Middle([.. _measured.GroupBy(m => m.User, StringComparer.Ordinal).Select(g => Middle([.. g.Select(m => m.Ratio)]))]);

    private static double Middle(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
