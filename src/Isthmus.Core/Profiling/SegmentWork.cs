using Isthmus.Core.Errors;

namespace Isthmus.Core.Profiling;

/// <summary>The multiply-accumulates of a profile's segments: Q of the proportional model.</summary>
public sealed class SegmentWork
{
    private readonly double _macs;
    private readonly Dictionary<string, double> _shares;

    /// <summary>Looks at a profile.</summary>
    /// <exception cref="IsthmusException">It does not say how many multiply-accumulates the network has.</exception>
    public SegmentWork(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        _macs = profile.Macs ?? throw new IsthmusException(
            ErrorKind.Planning, $"The profile of {profile.ModelName} does not say how many multiply-accumulates the network has (\"macs\"), so no time can be computed from them: profile again with this version.");
        _shares = profile.Cuts.ToDictionary(c => c.Id, c => c.MacShare, StringComparer.Ordinal);
    }

    /// <summary>The multiply-accumulates between two cuts; null is the input or the output.</summary>
    /// <returns>At least 0: cuts of parallel branches may have the later one behind less work.</returns>
    public double Macs(string? from, string? to) => _macs * Math.Max(0, (to is null ? 1 : _shares[to]) - (from is null ? 0 : _shares[from]));
}
