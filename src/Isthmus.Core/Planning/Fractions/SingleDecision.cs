namespace Isthmus.Core.Planning.Fractions;

/// <summary>The same for every image: how much is sent, without asking the device how sure it is.</summary>
/// <param name="Fraction">0: the device answers.</param>
/// <param name="Accuracy">The share of right answers, 0…1.</param>
/// <param name="Cost">Mean cost of an image.</param>
public sealed record SingleDecision(double Fraction, double Accuracy, double Cost);
