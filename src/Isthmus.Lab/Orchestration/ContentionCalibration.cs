using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Progress;
using Isthmus.Core.Statistics;

namespace Isthmus.Lab.Orchestration;

/// <summary>
/// Measures on real nodes how many times longer a request computes there if so many users use the node at once: k real users send at the same time, k = 1 to all of them, and what each
/// takes beyond its own time alone counts as the node's. Medians over rounds of the mean over users; the means are what orchestration is about.
/// </summary>
/// <param name="rounds">How often each number of users is measured, 1 to 1000.</param>
public sealed class ContentionCalibration(int rounds = 15)
{
    /// <summary>Measures the edge and the cloud of an environment.</summary>
    /// <param name="live">The environment; nothing else may use it meanwhile.</param>
    /// <param name="progress">Told what goes on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A curve for each node; a node of which nothing was answered is taken to take turns.</returns>
    public async Task<ImmutableArray<ContentionCurve>> MeasureAsync(LiveEnvironment live, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(live);
        int users = live.Actions.Users.Length, nodes = live.Actions.Nodes.Length;
        double[][][] beyond = [.. Enumerable.Range(0, nodes).Select(_ => Enumerable.Range(0, users).Select(_ => new double[rounds]).ToArray())];
        int[] choices = new int[users];
        // Rounds outside: what disturbs for a while falls on all numbers alike.
        for (int round = 0; round < rounds; round++)
        {
            for (int node = 0; node < nodes; node++)
            {
                int action = ActionOn(live.Actions, node);
                for (int k = 1; k <= users; k++)
                {
                    Array.Fill(choices, LiveEnvironment.Idle);
                    // Others begin each time, so that every user takes part.
                    for (int i = 0; i < k; i++) choices[(round + i) % users] = action;
                    ImmutableArray<LiveAnswer?> answers = await live.RequestAsync(choices, cancellationToken);
                    double[] factors = [.. answers.Select((a, u) => a is { IsLost: false } answer ? Factor(live, u, action, answer.Ms) : double.NaN).Where(double.IsFinite)];
                    beyond[node][k - 1][round] = factors.Length == k ? factors.Average() : double.NaN;
                }
            }

            progress?.Report(new("measures how users share the nodes", (round + 1.0) / rounds));
        }

        return [.. beyond.Select(Curve)];
    }

    /// <summary>The curve that measured factors suggest: medians, made not to fall with the number of users, and never below the first.</summary>
    /// <param name="byUsers">For one user, two, and so on: the factors of the rounds; NaN for rounds in which a request was lost.</param>
    internal static ContentionCurve Curve(double[][] byUsers)
    {
        List<(double Factor, double Count)> known = [];
        foreach (double[] round in byUsers)
        {
            double[] answered = [.. round.Where(double.IsFinite)];
            // A number of users of which nothing is known ends what is known.
            if (answered.Length == 0) break;
            known.Add((LiveEnvironment.Median(answered), answered.Length));
        }

        if (known.Count == 0) return ContentionCurve.TakingTurns(1);
        // The profile was measured alone, so alone is 1 by definition; what alone was now is only drift.
        double[] negated = [.. known.Select((k, i) => -(i == 0 ? 1 : Math.Max(1, k.Factor)))];
        double[] factors = [.. IsotonicRegression.NonIncreasing(negated, [.. known.Select((k, i) => i == 0 ? 1e6 : k.Count)]).Select(f => Math.Max(1, -f))];
        factors[0] = 1;
        // Beyond what was measured, as from one to all of it.
        double slope = factors.Length == 1 ? 1 : (factors[^1] - factors[0]) / (factors.Length - 1);
        return new([.. factors], slope);
    }

    // The first action on a node: any variant will do, since factors are of the node's own time.
    private static int ActionOn(ActionSpace actions, int node)
    {
        ImmutableArray<UserAction> menu = actions.Users[0].Actions;
        for (int a = 0; a < menu.Length; a++)
        {
            if (menu[a].Node == node) return a;
        }

        throw new ArgumentException($"Nobody can use {actions.Nodes[node]}.", nameof(actions));
    }

    private static double Factor(LiveEnvironment live, int user, int action, double ms) =>
        live.Actions.Users[user].Actions[action].NodeMs is > 0 and var alone ? 1 + ((ms - live.AloneMs(user, action)) / alone) : double.NaN;
}
