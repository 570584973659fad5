using System.Collections.Immutable;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>What came out of running for real.</summary>
/// <param name="Users">The users.</param>
/// <param name="WeakUsers">How many of them have a weak link.</param>
/// <param name="Emulated">What was emulated, in words.</param>
/// <param name="Comparison">What the simulation predicts beside what was measured.</param>
/// <param name="Rows">The methods.</param>
/// <param name="Learned">The mean response time of each step while Isthmus learned, from knowing nothing: threshold, step, milliseconds.</param>
internal sealed record LiveStudy(
    int Users, int WeakUsers, ImmutableArray<string> Emulated, LiveComparison Comparison, ImmutableArray<LiveRow> Rows, ImmutableArray<(string Threshold, int Step, double Ms)> Learned);
