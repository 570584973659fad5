namespace Isthmus.Core.Planning.Fractions;

/// <summary>What the device answers without sending anything.</summary>
/// <param name="Accuracy">Of the network on the device, 0…1.</param>
/// <param name="Milliseconds">How long it takes.</param>
public sealed record LocalAnswer(double Accuracy, double Milliseconds);
