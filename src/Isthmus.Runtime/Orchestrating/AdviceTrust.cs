namespace Isthmus.Runtime.Orchestrating;

/// <summary>
/// Whether following an orchestrator pays: what advised actions took, over what the own device would be expected to take at the same accuracy. Not thread-safe.
/// </summary>
internal sealed class AdviceTrust(OrchestrationOptions options)
{
    private readonly Queue<double> _ratios = new();
    private long? _since;

    /// <summary>How often it was lost.</summary>
    public long Lost { get; private set; }

    /// <summary>Whether the orchestrator is believed.</summary>
    public bool IsTrusted
    {
        get
        {
            if (_since is not { } since) return true;
            if (options.Clock.GetElapsedTime(since) < options.DistrustFor) return false;
            _since = null;
            _ratios.Clear();
            return true;
        }
    }

    /// <summary>An advised action was carried out.</summary>
    /// <param name="ms">What it took.</param>
    /// <param name="ownMs">What the own device is expected to take at the same accuracy.</param>
    public void Add(double ms, double ownMs)
    {
        if (!(ownMs > 0) || !double.IsFinite(ms)) return;
        _ratios.Enqueue(ms / ownMs);
        if (_ratios.Count > options.TrustRequests) _ratios.Dequeue();
        if (_since is not null || _ratios.Count < options.TrustRequests || _ratios.Average() <= options.TrustFactor) return;
        _since = options.Clock.GetTimestamp();
        Lost++;
    }
}
