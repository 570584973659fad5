namespace Isthmus.Bench.Zoo;

/// <summary>The fastest plan for one network over one link with one kind of compression.</summary>
/// <param name="Network">The network.</param>
/// <param name="Link">The link.</param>
/// <param name="Compression">What may be done to activations.</param>
/// <param name="PictureStays">Whether the picture may not leave the device; else it may.</param>
/// <param name="Plan">The fastest plan.</param>
/// <param name="Where">"device", "edge", "cloud" or "split".</param>
/// <param name="Ms">Its predicted latency.</param>
/// <param name="UnsplitPlan">The fastest plan that does not split.</param>
/// <param name="UnsplitMs">Its predicted latency.</param>
/// <param name="BytesFromDevice">Bytes that leave the device with the fastest plan.</param>
public sealed record ZooAnswer(
    string Network, string Link, string Compression, bool PictureStays, string Plan, string Where, double Ms, string UnsplitPlan, double UnsplitMs, long BytesFromDevice)
{
    /// <summary>Whether splitting wins.</summary>
    public bool Splits => Where == "split";

    /// <summary>How much faster than without splitting: 1 is not at all.</summary>
    public double Gain => UnsplitMs / Ms;
}
