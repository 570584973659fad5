using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>How several learners learned in the same case.</summary>
/// <param name="World">The world.</param>
/// <param name="Users">The number of users.</param>
/// <param name="Scenario">The scenario.</param>
/// <param name="Threshold">The threshold.</param>
/// <param name="Curves">Of each learner, of its run of median speed: the mean response time of what it held to be best, over the optimum's, by step.</param>
internal sealed record LearningRace(string World, int Users, string Scenario, string Threshold, ImmutableArray<(string Learner, ImmutableArray<(double Step, double Ratio)> Points)> Curves);
