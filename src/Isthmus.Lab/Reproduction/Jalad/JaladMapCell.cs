namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>Whether a split is predicted to pay for one slow-down of the device and one bandwidth.</summary>
/// <param name="Slowdown">How many times slower than the cloud the device is.</param>
/// <param name="KilobytesPerSecond">The bandwidth, in 1000 bytes per second.</param>
/// <param name="IsPrivate">Whether the raw picture may not leave the device.</param>
/// <param name="Single">The best plan without a split, by Isthmus; null if none is allowed.</param>
/// <param name="SingleMs">Its predicted milliseconds.</param>
/// <param name="Split">The best split, by Isthmus; null if none keeps Δα.</param>
/// <param name="SplitMs">Its predicted milliseconds.</param>
public sealed record JaladMapCell(double Slowdown, double KilobytesPerSecond, bool IsPrivate, string? Single, double? SingleMs, string? Split, double? SplitMs)
{
    /// <summary>Whether the best split is predicted to be faster.</summary>
    public bool SplitPays => SplitMs is { } split && (SingleMs is not { } single || split < single);
}
