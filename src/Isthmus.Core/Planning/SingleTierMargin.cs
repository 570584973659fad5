using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>What the winner gains over the best plan that does not split the network, under the same objective and constraints.</summary>
/// <param name="Against">That plan; it may be the winner itself.</param>
/// <param name="Saved">Its latency − the winner's; negative if the winner is slower.</param>
/// <param name="BytesSaved">Its bytes from the device − the winner's; negative if the winner sends more.</param>
/// <param name="Percent">How much lower the winner's score is, in percent of that plan's; 0 if that plan's score is 0.</param>
public sealed record SingleTierMargin(RankedPlan Against, Milliseconds Saved, long BytesSaved, double Percent);
