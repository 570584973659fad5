using Isthmus.Core.Orchestration;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>An environment in which users may do only some of what there is; the same for each.</summary>
internal sealed class RestrictedEnvironment : IOrchestrationEnvironment
{
    private readonly IOrchestrationEnvironment _all;
    private readonly int[] _allowed;
    private readonly int[] _choices;

    /// <summary>Restricts.</summary>
    /// <param name="all">What there is; every user has the same menu.</param>
    /// <param name="allowed">Which actions are allowed.</param>
    public RestrictedEnvironment(IOrchestrationEnvironment all, Func<UserAction, bool> allowed)
    {
        _all = all;
        _allowed = [.. Enumerable.Range(0, all.Actions.Users[0].Actions.Length).Where(a => allowed(all.Actions.Users[0].Actions[a]))];
        _choices = new int[all.Actions.Users.Length];
        Actions = all.Actions with { Users = [.. all.Actions.Users.Select(u => u with { Actions = [.. _allowed.Select(a => u.Actions[a])] })] };
    }

    /// <inheritdoc/>
    public ActionSpace Actions { get; }

    /// <inheritdoc/>
    public SystemState State => _all.State;

    /// <inheritdoc/>
    public ValueTask StepAsync(ReadOnlyMemory<int> choices, Memory<double> responseMs, CancellationToken cancellationToken = default) => _all.StepAsync(All(choices.Span), responseMs, cancellationToken);

    /// <summary>The positions in the whole menus.</summary>
    public int[] All(ReadOnlySpan<int> choices)
    {
        for (int u = 0; u < choices.Length; u++) _choices[u] = _allowed[choices[u]];
        return _choices;
    }
}
