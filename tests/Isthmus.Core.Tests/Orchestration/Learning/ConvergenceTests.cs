using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class ConvergenceTests
{
    private static readonly SystemModel Model = Worlds.Paper(2);

    [Fact]
    public void Run_ALearnerThatKnowsTheOptimumAfterSomeSteps_SaysWhen()
    {
        Script learner = new(step => step >= 37 ? Best() : [0, 0]);
        ConvergenceResult result = Run(learner, 1000);
        Assert.Equal((37L, 137L), (result.ConvergedAt!.Value, result.Steps));
        Assert.Equal((0.0, 1.0, 1.0), (result.Last.Excess!.Value, result.Last.Optimal, result.Last.KeepsGoal));
    }

    [Fact]
    public void Run_ALearnerThatLosesItAgain_IsNotConvergedBefore()
    {
        Script learner = new(step => step is >= 10 and < 60 or >= 90 ? Best() : [0, 0]);
        Assert.Equal(90, Run(learner, 1000).ConvergedAt);
    }

    [Fact]
    public void Run_AGoalThatIsMissed_IsNoConvergenceHoweverFast()
    {
        // The fastest network of all misses the accuracy.
        Script learner = new(_ => [7, 7]);
        ConvergenceResult result = Run(learner, 300);
        Assert.Null(result.ConvergedAt);
        Assert.Equal((null, 0.0, 300L), (result.Last.Excess, result.Last.KeepsGoal, result.Steps));
    }

    [Fact]
    public void Run_Curve_IsThinnedAndItsMeansAreOfTheStepsBetween()
    {
        SimulatedEnvironment world = new(Model, Worlds.Still(Model));
        Script learner = new(step => step % 2 == 0 ? [0, 0] : [8, 9]);
        ConvergenceResult result = Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 2500, CurvePoints = 20 });
        Assert.InRange(result.Curve.Length, 5, 21);
        Assert.Equal([0L, 2500L], [result.Curve[0].Step, result.Curve[^1].Step]);
        Assert.Equal(result.Curve.Select(p => p.Step).Order().Distinct(), result.Curve.Select(p => p.Step));

        // Every other step is each of the two.
        double mean = (world.ExpectedMeanMs([0, 0]) + world.ExpectedMeanMs([8, 9])) / 2;
        double lived = result.Curve.Zip(result.Curve.Skip(1)).Sum(p => p.Second.LivedMs * (p.Second.Step - p.First.Step)) / 2500;
        Assert.Equal(mean, lived, 6);
        double optimum = CountingSearch.Solve(Model.Problem(world.State, new(0.85)))!.Score;
        Assert.Equal(2500 * (mean - optimum), result.Last.Regret, 3);
    }

    [Fact]
    public void Run_StatesThatOccur_WeighAsOftenAsTheyOccur()
    {
        // One user's link is weak a third of the time: what only knows the regular state is as often wrong.
        SystemModel model = Worlds.Paper(1);
        SimulatedEnvironment world = new(model, new([new(new(1), new(1), new(new(50, 4), new(0.2, 500), 0.1, 0.2))], Worlds.Still(model).Nodes));
        JointDecision regular = CountingSearch.Solve(model.Problem(world.State, new()))!;
        ConvergenceResult result = Convergence.Run(new Script(_ => [.. regular.Choices]), world, new(new(0.89)) { MaxSteps = 1, States = 2000, StatesEvery = 20 });
        Assert.Equal(2, result.DistinctStates);
    }

    [Fact]
    public void Run_AnAccuracyThatCannotBeHad_IsRefused() =>
        Assert.Equal(ErrorKind.Planning, Assert.Throws<IsthmusException>(() => Convergence.Run(new Script(_ => [0, 0]), new(Model, Worlds.Still(Model)), new(new(0.99)))).Kind);

    private static ConvergenceResult Run(ILearner learner, long steps) => Convergence.Run(learner, new(Model, Worlds.Still(Model)), new(new(0.85)) { MaxSteps = steps });

    private static int[] Best() => [.. CountingSearch.Solve(Model.Problem(new SimulatedEnvironment(Model, Worlds.Still(Model)).State, new(0.85)))!.Choices];

    private sealed class Script(Func<long, int[]> choose) : ILearner
    {
        private long _step;

        public string Name => "script";

        public void Choose(SystemState state, Span<int> choices) => choose(_step).CopyTo(choices);

        public void ChooseBest(SystemState state, Span<int> choices) => choose(_step).CopyTo(choices);

        public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after) => _step++;

        public JsonObject Save() => [];
    }
}
