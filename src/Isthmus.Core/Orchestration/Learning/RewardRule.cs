using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>What a learner of rewards is told of a step: <see cref="AccuracyGoal.Reward"/> over the worst mean response time there can be, so from about −1 to 0.</summary>
/// <param name="Goal">What accuracy is wanted.</param>
/// <param name="WorstMs">The worst mean response time there can be, in milliseconds; a lost request counts as this. <see cref="WorstOf"/> says it of a model.</param>
/// <param name="Rule">How the wanted accuracy is kept to. Default as in the paper.</param>
public sealed record RewardRule(AccuracyGoal Goal, double WorstMs, AccuracyRule Rule = AccuracyRule.Penalty)
{
    // A response far beyond what was said to be the worst must not spoil all that was learned.
    private const double Least = -2;

    /// <summary>The mean over users of the longest that any of their actions is expected to take if everybody is on the same node.</summary>
    /// <param name="model">What requests take.</param>
    /// <param name="state">How users and nodes are, at their worst.</param>
    public static double WorstOf(SystemModel model, SystemState state)
    {
        ArgumentNullException.ThrowIfNull(model);
        int users = model.Actions.Users.Length;
        return Enumerable.Range(0, users).Average(u => Enumerable.Range(0, model.Actions.Users[u].Actions.Length).Max(a => model.ExpectedMs(state, u, a, users)));
    }

    /// <summary>The reward of a step, from −2 to 0.</summary>
    /// <param name="actions">What users may do.</param>
    /// <param name="choices">What they did.</param>
    /// <param name="responseMs">What it took; NaN if the request was lost.</param>
    public double Of(ActionSpace actions, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs)
    {
        ArgumentNullException.ThrowIfNull(actions);
        double mean = Mean(responseMs);
        return Math.Max(Least, (Rule == AccuracyRule.Known && Goal.MsPerMissing is null ? -mean : Goal.Reward(mean, actions.MeanAccuracy(choices), WorstMs)) / WorstMs);
    }

    // The reward without what the accuracy costs.
    internal double OfTime(ReadOnlySpan<double> responseMs) => Math.Max(Least, -Mean(responseMs) / WorstMs);

    private double Mean(ReadOnlySpan<double> responseMs)
    {
        double sum = 0;
        foreach (double ms in responseMs) sum += ms is >= 0 and < double.PositiveInfinity ? ms : WorstMs;
        return sum / responseMs.Length;
    }

    internal void Validate()
    {
        if (!(WorstMs is > 0 and < double.PositiveInfinity)) throw Wrong("the worst mean response time is a finite number of milliseconds above 0");
        if (Goal is null || Goal.MinMean is not (null or (>= 0 and <= 1)) || Goal.MsPerMissing is not (null or (>= 0 and < double.PositiveInfinity)))
            throw Wrong("a wanted accuracy is a share from 0 to 1, and what is missing costs zero or more");
        if (!Enum.IsDefined(Rule)) throw Wrong("this accuracy rule is not known");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"This cannot be learned: {what}.");
}
