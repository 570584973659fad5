namespace Isthmus.Core.Profiling;

/// <summary>
/// What running a plan has taught about a node: how many times as long as the profile says its computing takes now. It is
/// applied to everything that the node computes: segments, codecs and pictures; not to links.
/// </summary>
/// <param name="Node">The node's name in the profile.</param>
/// <param name="Compute">Measured ÷ profiled time; 1 is as profiled.</param>
public sealed record MeasuredRatio(string Node, double Compute)
{
    /// <summary>
    /// Moves the ratio towards a new measurement: this·(1 − weight) + (measured ÷ predicted)·weight, kept in 0.01…100 so that
    /// one absurd measurement cannot exclude a node for ever.
    /// </summary>
    /// <param name="measuredMs">What the node's computing took, in milliseconds.</param>
    /// <param name="profiledMs">What the profile says it takes; the ratio stays as it is unless this is above zero.</param>
    /// <param name="weight">How far to move, 0…1.</param>
    public MeasuredRatio Learn(double measuredMs, double profiledMs, double weight = 0.2)
    {
        if (!(profiledMs > 0) || !double.IsFinite(profiledMs) || !(measuredMs >= 0) || !double.IsFinite(measuredMs)) return this;
        double w = Math.Clamp(weight, 0, 1);
        return this with { Compute = Math.Clamp((Compute * (1 - w)) + (measuredMs / profiledMs * w), 0.01, 100) };
    }
}
