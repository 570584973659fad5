using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>A plan with what it is predicted to cost.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Cost">Its cost, stage by stage.</param>
/// <param name="AccuracyLoss">
/// Bound on the share of images, 0…1, whose answer differs from the un-split network's: the sum of the losses of all crossings,
/// at most 1. Images that one crossing changes may be those that another changes, so the true loss is this or less.
/// </param>
/// <param name="Score">The objective's value; lower is better.</param>
public sealed record RankedPlan(Plan Plan, PlanCost Cost, double AccuracyLoss, double Score)
{
    /// <summary>Whether the time of a segment is summed from blocks (<see cref="SegmentTimes.Blocks"/>), not measured as a whole.</summary>
    public bool IsSummed { get; init; }

    /// <summary>Where the loss of the picture's crossing comes from, if the part that crosses was not measured itself; null if it was, or if no picture crosses.</summary>
    public CurveEstimate? Curve { get; init; }

    /// <summary>Bytes that leave the device for one image.</summary>
    public ByteCount Bytes => Cost.BytesFromDevice;

    /// <summary>Milliseconds from image file to answer.</summary>
    public Milliseconds Latency => Cost.Total;
}
