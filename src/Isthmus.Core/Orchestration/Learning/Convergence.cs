using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>
/// Has a learner learn in a simulation and watches how it comes to the optimum: after which step what it holds to be best is within a share of the optimum, the wanted accuracy kept, and
/// stays so. It is evaluated after every step up to 1,000, then every 10 up to 10,000, every 100 up to 100,000, and so on, so that the step is known to 1 %.
/// </summary>
public static class Convergence
{
    /// <summary>Runs.</summary>
    /// <param name="learner">The learner, from what it knows now on: after a change of the world, this tells how it recovers.</param>
    /// <param name="world">The simulation, from where it is now on. It should not be changed meanwhile.</param>
    /// <param name="options">What to watch.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="IsthmusException">The wanted accuracy cannot be had at all, or a number is out of its range.</exception>
    public static ConvergenceResult Run(ILearner learner, SimulatedEnvironment world, ConvergenceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Optima optima = new(world.Model, options.Goal);
        (SystemState State, double Weight, JointDecision Best)[] panel = Panel(world, options, optima, cancellationToken);
        double optimal = panel.Sum(p => p.Weight * p.Best.MeanMs);
        int users = world.Actions.Users.Length;
        int[] choices = new int[users];
        double[] ms = new double[users];
        SystemState before = new(users, world.Actions.Nodes.Length);
        List<ConvergencePoint> curve = [];
        int keepEvery = 1, evaluations = 0, inARow = 0;
        long step = 0, candidate = 0, lived = 0;
        double livedMs = 0, livedKept = 0, regret = 0;
        ConvergencePoint last = Evaluate(0);
        curve.Add(last);
        long? converged = null;
        while (step < options.MaxSteps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            world.State.CopyTo(before);
            learner.Choose(before, choices);
            double expected = world.ExpectedMeanMs(choices), accuracy = world.Actions.MeanAccuracy(choices), worst = expected;
            bool kept = options.Goal.Allows(accuracy);
            if (optima.Of(before) is { } best)
            {
                // A step that misses a hard goal is as bad as the worst joint action.
                if (!kept) worst = RewardRule.WorstOf(world.Model, before);
                regret += -options.Goal.Reward(expected, accuracy, worst) - best.Score;
            }

            livedMs += expected;
            livedKept += kept ? 1 : 0;
            lived++;
            world.Step(choices, ms);
            learner.Learn(before, choices, ms, world.State);
            step++;
            if (step % Every(step) != 0 && step != options.MaxSteps) continue;
            last = Evaluate(step);
            evaluations++;
            if (evaluations % keepEvery == 0)
            {
                curve.Add(last);
                (livedMs, livedKept, lived) = (0, 0, 0);
                if (curve.Count >= options.CurvePoints)
                {
                    // Every other point is enough from now on.
                    for (int i = 1; i < curve.Count - 1; i++) Merge(curve, i);
                    keepEvery *= 2;
                }
            }

            if (last.Excess <= options.Within)
            {
                if (inARow++ == 0) candidate = step;
                if (inARow > options.For && converged is null)
                {
                    converged = candidate;
                    if (options.StopWhenConverged) break;
                }
            }
            else
            {
                inARow = 0;
            }
        }

        if (curve[^1].Step != last.Step) curve.Add(last);
        return new(converged, step, optimal, panel.Length, last, [.. curve]);

        ConvergencePoint Evaluate(long at)
        {
            double mean = 0, score = 0, bestScore = 0, accuracy = 0, keeps = 0, hits = 0;
            foreach ((SystemState state, double weight, JointDecision best) in panel)
            {
                learner.ChooseBest(state, choices);
                double expected = ExpectedMeanMs(world.Model, state, choices), got = world.Actions.MeanAccuracy(choices);
                bool kept = options.Goal.Allows(got) && Served(world.Actions, choices);
                double cost = kept ? expected + (Math.Max(0, (options.Goal.MinMean ?? 0) - got) * (options.Goal.MsPerMissing ?? 0)) : double.PositiveInfinity;
                mean += weight * expected;
                score += weight * cost;
                bestScore += weight * best.Score;
                accuracy += weight * got;
                keeps += kept ? weight : 0;
                hits += cost <= best.Score * (1 + 1e-9) ? weight : 0;
            }

            return new(at, mean, double.IsFinite(score) ? score == bestScore ? 0 : (score / bestScore) - 1 : null, accuracy, double.IsFinite(score) ? 1 : keeps, Math.Min(1, hits),
                lived == 0 ? mean : livedMs / lived, lived == 0 ? keeps : livedKept / lived, regret);
        }
    }

    // Leaves a point out; the steps before it are told by the next one.
    private static void Merge(List<ConvergencePoint> curve, int i)
    {
        ConvergencePoint point = curve[i], next = curve[i + 1];
        double share = (double)(point.Step - curve[i - 1].Step) / (next.Step - curve[i - 1].Step);
        curve[i + 1] = next with
        {
            LivedMs = next.LivedMs + (share * (point.LivedMs - next.LivedMs)),
            LivedKeepsGoal = next.LivedKeepsGoal + (share * (point.LivedKeepsGoal - next.LivedKeepsGoal)),
        };
        curve.RemoveAt(i);
    }

    private static long Every(long step)
    {
        long every = 1;
        while (step >= every * 1000) every *= 10;
        return every;
    }

    private static bool Served(ActionSpace actions, ReadOnlySpan<int> choices)
    {
        for (int u = 0; u < choices.Length; u++)
        {
            if (actions.Users[u].Actions[choices[u]].Accuracy < (actions.Users[u].MinAccuracy ?? 0) - JointProblem.Tolerance) return false;
        }

        return true;
    }

    private static double ExpectedMeanMs(SystemModel model, SystemState state, ReadOnlySpan<int> choices)
    {
        Span<int> counts = stackalloc int[JointProblem.MaxNodes];
        counts = counts[..model.Actions.Nodes.Length];
        model.Actions.Count(choices, counts);
        double sum = 0;
        for (int u = 0; u < choices.Length; u++)
        {
            int node = model.Actions.Users[u].Actions[choices[u]].Node;
            sum += model.ExpectedMs(state, u, choices[u], node < 0 ? 1 : counts[node]);
        }

        return sum / choices.Length;
    }

    // The distinct states that occur, each with how often.
    private static (SystemState State, double Weight, JointDecision Best)[] Panel(SimulatedEnvironment world, ConvergenceOptions options, Optima optima, CancellationToken cancellationToken)
    {
        SimulatedEnvironment copy = new(world.Model, world.Options with { Seed = unchecked(world.Options.Seed + 0x5DEECE66D) });
        Dictionary<Optima.Key, (SystemState State, int Count)> seen = [];
        int[] choices = new int[world.Actions.Users.Length];
        double[] ms = new double[choices.Length];
        for (int i = 0; i < options.States; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int s = 0; s < options.StatesEvery; s++) copy.Step(choices, ms);
            Optima.Key key = new(copy.State);
            if (seen.TryGetValue(key, out (SystemState State, int Count) there))
            {
                seen[key] = (there.State, there.Count + 1);
                continue;
            }

            SystemState kept = copy.State.Copy();
            seen.Add(new(kept), (kept, 1));
        }

        return [.. seen.Values.Select(s => (s.State, (double)s.Count / options.States,
            optima.Of(s.State) ?? throw new IsthmusException(ErrorKind.Planning, "The wanted accuracy cannot be had: no joint action keeps it in a state that occurs.")))];
    }
}
