namespace Isthmus.Core.Orchestration.Learning;

/// <summary>A point of a learning curve: an evaluation, and the steps since the point before.</summary>
/// <param name="Step">The steps that were learned from.</param>
/// <param name="MeanMs">The mean response time that is expected of what the learner holds to be best, over the states, where the wanted accuracy is kept or not.</param>
/// <param name="Excess">What its score (response time, and what missing accuracy costs) is above the optimum's, as a share of it. Null if a hard goal is missed in a state.</param>
/// <param name="MeanAccuracy">The mean accuracy of it, 0…1.</param>
/// <param name="KeepsGoal">The share of states in which it keeps the wanted accuracy.</param>
/// <param name="Optimal">The share of states in which it is an optimum: the paper's "prediction accuracy".</param>
/// <param name="LivedMs">The mean response time expected of the joint actions that were really taken since the point before, exploration included.</param>
/// <param name="LivedKeepsGoal">The share of those steps that kept the wanted accuracy.</param>
/// <param name="Regret">The sum over all steps so far of what the joint action's expected reward was below the optimum's, in milliseconds of mean response time.</param>
public sealed record ConvergencePoint(
    long Step, double MeanMs, double? Excess, double MeanAccuracy, double KeepsGoal, double Optimal, double LivedMs, double LivedKeepsGoal, double Regret);
