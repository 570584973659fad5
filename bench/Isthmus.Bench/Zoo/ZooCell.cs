namespace Isthmus.Bench.Zoo;

/// <summary>How many networks are fastest where, for one link and compression.</summary>
/// <param name="Link">The link.</param>
/// <param name="Compression">What may be done to activations.</param>
/// <param name="PictureStays">Whether the picture may not leave the device.</param>
/// <param name="Device">Networks that stay on the device.</param>
/// <param name="Edge">Networks that go to the edge as a whole.</param>
/// <param name="Cloud">Networks that go to the cloud as a whole.</param>
/// <param name="Split">Networks that are split.</param>
/// <param name="MedianGain">Median over the split ones of unsplit ÷ split latency; null if there are none.</param>
/// <param name="LargestGain">The largest of these.</param>
public sealed record ZooCell(string Link, string Compression, bool PictureStays, int Device, int Edge, int Cloud, int Split, double? MedianGain, double? LargestGain);
