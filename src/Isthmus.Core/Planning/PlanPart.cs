namespace Isthmus.Core.Planning;

/// <summary>A part of a plan, as the search adds it up: how the work reaches a node, or how it leaves one and is finished elsewhere.</summary>
/// <param name="Ms">Milliseconds.</param>
/// <param name="Bytes">Bytes from the device.</param>
/// <param name="BytesTotal">Bytes over all links.</param>
/// <param name="Loss">Accuracy loss.</param>
/// <param name="Score">The part's share of the objective.</param>
/// <param name="Node">The node where the part ends.</param>
/// <param name="Choice">The position of the codec among the cut's, or of the input encoding among the profile's.</param>
internal readonly record struct PlanPart(double Ms, long Bytes, long BytesTotal, double Loss, double Score, int Node, int Choice)
{
    /// <summary>No part at all.</summary>
    public static PlanPart Nothing => new(0, 0, 0, 0, 0, -1, -1);

    /// <summary>The best of every quantity; no part need be so good.</summary>
    public static PlanPart Least(PlanPart[] parts)
    {
        PlanPart least = parts[0];
        foreach (PlanPart p in parts)
            least = least with { Ms = Math.Min(least.Ms, p.Ms), Bytes = Math.Min(least.Bytes, p.Bytes), Loss = Math.Min(least.Loss, p.Loss) };
        return least;
    }

    /// <summary>The parts that no other is at least as good as, fastest first; of equal parts the first.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="withBytes">Whether the bytes from the device count; they do not after the device.</param>
    public static PlanPart[] Undominated(PlanPart[] parts, bool withBytes)
    {
        if (parts.Length < 2) return parts;
        PlanPart[] byTime = [.. parts];
        Array.Sort(byTime, static (a, b) => a.Ms != b.Ms ? a.Ms.CompareTo(b.Ms)
            : a.Bytes != b.Bytes ? a.Bytes.CompareTo(b.Bytes)
            : a.Loss != b.Loss ? a.Loss.CompareTo(b.Loss) : a.BytesTotal.CompareTo(b.BytesTotal));
        int kept = 0;
        foreach (PlanPart p in byTime)
        {
            bool dominated = false;
            for (int i = 0; i < kept && !dominated; i++)
                dominated = byTime[i].Loss <= p.Loss && (!withBytes || byTime[i].Bytes <= p.Bytes);
            if (!dominated) byTime[kept++] = p;
        }

        return byTime[..kept];
    }
}
