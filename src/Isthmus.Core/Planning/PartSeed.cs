namespace Isthmus.Core.Planning;

/// <summary>What a part of a plan is made of, as profiled: whatever does not change with links, ratios and queues.</summary>
/// <param name="Near">Milliseconds of work on the node where the parts meet.</param>
/// <param name="Far">Milliseconds of work on the node at the other end.</param>
/// <param name="Bytes">Bytes that cross.</param>
/// <param name="Loss">Accuracy loss.</param>
/// <param name="Choice">The position of the codec among the cut's, or of the input encoding among the profile's.</param>
internal readonly record struct PartSeed(double Near, double Far, long Bytes, double Loss, int Choice);
