using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Reference;

/// <summary>The optimum by trying every joint decision: for few users, and to check what is faster.</summary>
public static class ExhaustiveSearch
{
    /// <summary>The most joint decisions that are tried.</summary>
    public const long MaxDecisions = 20_000_000;

    /// <summary>Tries them all.</summary>
    /// <returns>The best; of equal ones the first in the order of the options. Null if none keeps to what is wanted.</returns>
    /// <exception cref="IsthmusException">There are too many.</exception>
    public static JointDecision? Solve(JointProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Validate();
        double decisions = problem.Users.Aggregate(1.0, (n, u) => n * u.Options.Length);
        if (decisions > MaxDecisions) throw new IsthmusException(ErrorKind.Usage, $"{decisions:0.##e0} joint decisions are too many to try them all: at most {MaxDecisions}.");
        int[] choices = new int[problem.Users.Length];
        JointDecision? best = null;
        while (true)
        {
            if (problem.Users.Select((u, i) => (u, i)).All(p => JointProblem.Serves(p.u, p.u.Options[choices[p.i]]))
                && problem.Decide([.. choices]) is var decision && problem.Allows(decision) && decision.Score < (best?.Score ?? double.PositiveInfinity)) best = decision;
            int at = choices.Length - 1;
            while (at >= 0 && ++choices[at] == problem.Users[at].Options.Length) choices[at--] = 0;
            if (at < 0) return best;
        }
    }
}
