namespace Isthmus.Core.Planning.Dag;

/// <summary>Where each operator may be, and how each tensor may cross, in a part of the search.</summary>
internal sealed class PlaceLimits
{
    private readonly byte[] _low, _high;
    private readonly Dictionary<(int Tensor, int Link), ulong> _forbidden;

    public PlaceLimits(DagProblem problem)
    {
        _low = new byte[problem.Operators.Length];
        _high = new byte[problem.Operators.Length];
        Array.Fill(_high, (byte)(problem.Places - 1));
        _forbidden = [];
    }

    private PlaceLimits(PlaceLimits other)
    {
        _low = [.. other._low];
        _high = [.. other._high];
        _forbidden = new(other._forbidden);
    }

    public int Low(int op) => _low[op];

    public int High(int op) => _high[op];

    public bool Allows(int tensor, int link, int way) => way >= 64 || !_forbidden.TryGetValue((tensor, link), out ulong ways) || (ways >> way & 1) == 0;

    public PlaceLimits WithHigh(int op, int high)
    {
        PlaceLimits limits = new(this);
        limits._high[op] = (byte)Math.Min(high, limits._high[op]);
        return limits;
    }

    public PlaceLimits WithLow(int op, int low)
    {
        PlaceLimits limits = new(this);
        limits._low[op] = (byte)Math.Max(low, limits._low[op]);
        return limits;
    }

    /// <summary>The same, with only this way, or with all but this way.</summary>
    public PlaceLimits WithWay(int tensor, int link, int way, int ways, bool only)
    {
        PlaceLimits limits = new(this);
        ulong one = 1UL << way, all = ways >= 64 ? ulong.MaxValue : (1UL << ways) - 1;
        limits._forbidden[(tensor, link)] = limits._forbidden.GetValueOrDefault((tensor, link)) | (only ? all & ~one : one);
        return limits;
    }

    /// <summary>Whether a partition is within the limits.</summary>
    public bool Contain(DagPartition partition)
    {
        for (int i = 0; i < _low.Length; i++)
        {
            if (partition.Places[i] < _low[i] || partition.Places[i] > _high[i]) return false;
        }

        foreach (DagCrossing crossing in partition.Crossings)
        {
            if (!Allows(crossing.Tensor, crossing.Link, crossing.Way)) return false;
        }

        return true;
    }
}
