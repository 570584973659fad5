using System.Collections.Immutable;

namespace Isthmus.Runtime.Adaptive;

/// <summary>What became of deciding again.</summary>
/// <param name="Runs">Headers in the log.</param>
/// <param name="Decisions">Decisions that were made again.</param>
/// <param name="Identical">Of these, those that came out the same and follow from the one before.</param>
/// <param name="Different">The number of the others.</param>
/// <param name="Differences">The first of them, at most <see cref="DecisionReplay.MostDifferences"/>.</param>
/// <param name="TornLines">Lines that end in the middle because their writer was killed.</param>
/// <param name="Switches">Decisions that changed the plan.</param>
public sealed record ReplayReport(int Runs, long Decisions, long Identical, long Different, ImmutableArray<ReplayDifference> Differences, int TornLines, long Switches);
