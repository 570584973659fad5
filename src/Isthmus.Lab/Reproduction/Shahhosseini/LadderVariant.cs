namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>A variant of the ladder, and what it takes on each idle machine that nobody else uses.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Accuracy">Share of pictures that it answers rightly, 0…1.</param>
/// <param name="DeviceMs">Milliseconds on a user's device.</param>
/// <param name="EdgeMs">Milliseconds on the edge, without the link.</param>
/// <param name="CloudMs">Milliseconds in the cloud, without the link.</param>
internal sealed record LadderVariant(string Name, double Accuracy, double DeviceMs, double EdgeMs, double CloudMs);
