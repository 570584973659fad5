namespace Isthmus.Inference.Graphs;

/// <summary>How a chain of segments compares with the whole network.</summary>
/// <param name="Samples">How many inputs were run.</param>
/// <param name="MaxAbsError">The largest |a − b| over all output values; a of the whole, b of the chain.</param>
/// <param name="MaxRelError">The largest, over outputs and inputs, of max |a − b| / max(10⁻⁶, max |a|), the maxima over one output tensor.</param>
/// <param name="SameTop1">Whether the largest value of the first output was at the same place for every input.</param>
public sealed record SegmentVerification(int Samples, double MaxAbsError, double MaxRelError, bool SameTop1)
{
    /// <summary>The largest relative error that rounding may explain.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>Whether the chain is the network.</summary>
    public bool Passed => SameTop1 && MaxRelError <= Tolerance;
}
