using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration;

/// <summary>What all users do at once, and what comes of it.</summary>
/// <param name="Choices">The position of each user's option.</param>
/// <param name="MeanMs">The mean response time in milliseconds.</param>
/// <param name="MeanAccuracy">The mean accuracy, 0…1.</param>
/// <param name="Score">What is minimised: the mean response time, and what accuracy that is missing costs.</param>
public sealed record JointDecision(ImmutableArray<int> Choices, double MeanMs, double MeanAccuracy, double Score);
