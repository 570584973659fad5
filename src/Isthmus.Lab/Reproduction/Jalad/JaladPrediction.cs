namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>What the planner predicts for a method at one bandwidth of the sweep.</summary>
/// <param name="KilobytesPerSecond">The bandwidth, in 1000 bytes per second.</param>
/// <param name="Method">The method.</param>
/// <param name="Plan">Its best plan; null if none keeps Δα.</param>
/// <param name="IsSplit">Whether that plan splits the network.</param>
/// <param name="Ms">Predicted milliseconds; null without a plan.</param>
/// <param name="BytesUp">Bytes that leave the device for one photograph; null without a plan.</param>
public sealed record JaladPrediction(double KilobytesPerSecond, string Method, string? Plan, bool IsSplit, double? Ms, double? BytesUp);
