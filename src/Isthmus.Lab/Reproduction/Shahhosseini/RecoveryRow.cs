namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>How a learner finds its way after the world has changed.</summary>
/// <param name="Learner">The learner.</param>
/// <param name="First">Steps to within 1 % of the optimum from knowing nothing; null if it did not get there.</param>
/// <param name="Told">The same, after all links became weak, which monitors report.</param>
/// <param name="Untold">The same, after the node that most use began to take three times as long, which nobody reports.</param>
/// <param name="Budget">The most steps of each.</param>
internal sealed record RecoveryRow(string Learner, long? First, long? Told, long? Untold, int Budget);
