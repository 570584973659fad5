namespace Isthmus.Core.Orchestration.Admission;

/// <summary>
/// Lets a share of somebody's requests through, spread evenly: of any k requests in a row at least ⌊share·k⌋ and at most ⌈share·k⌉. Without chance, so that bad luck starves nobody.
/// Thread-safe.
/// </summary>
public sealed class AdmissionCredit
{
    private readonly Lock _lock = new();
    private double _share = 1;
    private double _credit;

    /// <summary>The share that is let through, 0…1. Default 1. A change takes effect with the next request.</summary>
    public double Share
    {
        get
        {
            lock (_lock) return _share;
        }

        set
        {
            if (!(value is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(value), value, "A share is from 0 to 1.");
            lock (_lock) _share = value;
        }
    }

    /// <summary>Asks for one request.</summary>
    /// <returns>Whether it is let through.</returns>
    public bool Take()
    {
        lock (_lock)
        {
            _credit += _share;
            // Sums of tenths must come to 1.
            if (_credit < 1 - 1e-9) return false;
            _credit = Math.Max(0, _credit - 1);
            return true;
        }
    }
}
