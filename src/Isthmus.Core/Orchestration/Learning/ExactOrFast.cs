using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>The search that a learner plans with: exact for few users, fast for more. It begins anew each time, so that a restored learner decides as the one that was saved.</summary>
/// <param name="users">How many users there are.</param>
internal sealed class ExactOrFast(int users)
{
    /// <summary>Up to so many users decisions are exact.</summary>
    public const int ExactUsers = 20;

    private readonly FastSearch? _fast = users > ExactUsers ? new() : null;

    public JointDecision? Solve(JointProblem problem)
    {
        if (_fast is null) return CountingSearch.Solve(problem);
        _fast.Forget();
        return _fast.Solve(problem);
    }
}
