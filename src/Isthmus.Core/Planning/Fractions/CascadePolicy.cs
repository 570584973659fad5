using System.Collections.Immutable;

namespace Isthmus.Core.Planning.Fractions;

/// <summary>What to do with images of each confidence, and what comes of it over the images of the table.</summary>
/// <param name="Fractions">By bin of the table, how much is sent; 0: the device answers.</param>
/// <param name="Accuracy">The share of right answers, 0…1.</param>
/// <param name="Cost">Mean cost of an image, in the unit of the costs.</param>
/// <param name="Sent">The share of images of which anything is sent.</param>
/// <param name="Single">The best that can be done with all images alike, for the same wish; null if nothing alike fulfils it.</param>
public sealed record CascadePolicy(ImmutableArray<double> Fractions, double Accuracy, double Cost, double Sent, SingleDecision? Single);
