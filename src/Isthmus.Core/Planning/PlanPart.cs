namespace Isthmus.Core.Planning;

/// <summary>
/// A part of a plan, as the search adds it up: how the work reaches a node from the device, or how it leaves the node and is finished on another. Beside what adds up,
/// a part knows the work that it gives to the node where the parts meet, and the longest stage that is its own.
/// </summary>
/// <param name="Ms">Milliseconds.</param>
/// <param name="Bytes">Bytes from the device.</param>
/// <param name="BytesTotal">Bytes over all links.</param>
/// <param name="Loss">Accuracy loss.</param>
/// <param name="Joules">Joules; 0 if nobody asks.</param>
/// <param name="Price">Money; 0 if nobody asks.</param>
/// <param name="Near">Milliseconds of work on the node where the parts meet.</param>
/// <param name="Far">Milliseconds of the longest of the part's other stages: the other node, the way there, the way back.</param>
/// <param name="Linear">The part's share of the objective, without the longest stage.</param>
/// <param name="Node">The node at the other end.</param>
/// <param name="Choice">The position of the codec among the cut's, or of the input encoding among the profile's.</param>
internal readonly record struct PlanPart(
    double Ms, long Bytes, long BytesTotal, double Loss, double Joules, double Price, double Near, double Far, double Linear, int Node, int Choice)
{
    /// <summary>No part at all.</summary>
    public static PlanPart Nothing => new(0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1);
}
