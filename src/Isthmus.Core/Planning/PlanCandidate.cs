namespace Isthmus.Core.Planning;

/// <summary>A plan as the search knows it, in positions instead of names.</summary>
/// <param name="Score">The objective's value.</param>
/// <param name="Ms">Milliseconds.</param>
/// <param name="Bytes">Bytes from the device.</param>
/// <param name="BytesTotal">Bytes over all links.</param>
/// <param name="Loss">Accuracy loss, at most 1.</param>
/// <param name="Joules">Joules; 0 if nobody asks.</param>
/// <param name="Price">Money; 0 if nobody asks.</param>
/// <param name="Period">Milliseconds of the longest stage.</param>
/// <param name="Variant">The network, as a position among the variants.</param>
/// <param name="Device">The device where the image is.</param>
/// <param name="Node">The first node that is not the device; of a device-only plan, the device.</param>
/// <param name="From">Where its segment begins; −1 is the input.</param>
/// <param name="EntryChoice">The codec or the input encoding of the crossing to it.</param>
/// <param name="To">Where its segment ends.</param>
/// <param name="LastNode">The node that finishes; −1 if there is none after it.</param>
/// <param name="ExitChoice">The codec of the crossing to that.</param>
internal readonly record struct PlanCandidate(
    double Score, double Ms, long Bytes, long BytesTotal, double Loss, double Joules, double Price, double Period,
    int Variant, int Device, int Node, int From, int EntryChoice, int To, int LastNode, int ExitChoice)
{
    private int CutCount => (From >= 0 ? 1 : 0) + (LastNode >= 0 ? 1 : 0);

    /// <summary>Best first. A total order: two runs over the same profile give the same list.</summary>
    public static IComparer<PlanCandidate> BestFirst { get; } = Comparer<PlanCandidate>.Create(static (a, b) => a.CompareTo(b));

    private int CompareTo(in PlanCandidate other)
    {
        if (Score != other.Score) return Score.CompareTo(other.Score);
        if (Ms != other.Ms) return Ms.CompareTo(other.Ms);
        if (Bytes != other.Bytes) return Bytes.CompareTo(other.Bytes);
        if (BytesTotal != other.BytesTotal) return BytesTotal.CompareTo(other.BytesTotal);
        if (Loss != other.Loss) return Loss.CompareTo(other.Loss);
        if (CutCount != other.CutCount) return CutCount.CompareTo(other.CutCount);
        if (Variant != other.Variant) return Variant.CompareTo(other.Variant);
        return (Device, Node, From, EntryChoice, To, LastNode, ExitChoice)
            .CompareTo((other.Device, other.Node, other.From, other.EntryChoice, other.To, other.LastNode, other.ExitChoice));
    }
}
