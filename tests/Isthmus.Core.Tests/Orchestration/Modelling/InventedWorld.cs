using Isthmus.Bench;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Tests.Orchestration.Modelling;

/// <summary>Invented users whose requests take what a model says, with noise: for tests of learners.</summary>
internal sealed class InventedWorld
{
    private readonly Random _random;
    private readonly int[] _counts;

    public InventedWorld(SystemModel truth, int seed, double noise = 0.05)
    {
        Truth = truth;
        _random = new(seed);
        Noise = noise;
        _counts = new int[truth.Actions.Nodes.Length];
        Choices = new int[truth.Actions.Users.Length];
        Ms = new double[Choices.Length];
        State = InventedUsers.State(truth, seed);
    }

    public SystemModel Truth { get; set; }

    public double Noise { get; set; }

    public SystemState State { get; private set; }

    public int[] Choices { get; }

    public double[] Ms { get; }

    /// <summary>Changes a response before the learner hears of it.</summary>
    public Func<int, double, double> Disturb { get; set; } = static (_, ms) => ms;

    public void Step(ILearner learner, int steps = 1)
    {
        for (int t = 0; t < steps; t++)
        {
            learner.Choose(State, Choices);
            Truth.Actions.Count(Choices, _counts);
            for (int u = 0; u < Choices.Length; u++)
            {
                int node = Truth.Actions.Users[u].Actions[Choices[u]].Node;
                double normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
                Ms[u] = Disturb(u, Truth.ExpectedMs(State, u, Choices[u], node < 0 ? 1 : _counts[node]) * Math.Exp((Noise * normal) - (Noise * Noise / 2)));
            }

            SystemState after = _random.NextDouble() < 0.3 ? InventedUsers.State(Truth, _random.Next()) : State;
            learner.Learn(State, Choices, Ms, after);
            State = after;
        }
    }

    /// <summary>By how much what the learner holds to be best is above the optimum, on average over states.</summary>
    public double Gap(ILearner learner, AccuracyGoal goal, int states = 12)
    {
        double sum = 0;
        int[] choices = new int[Choices.Length];
        for (int i = 0; i < states; i++)
        {
            SystemState state = InventedUsers.State(Truth, 50_000 + i);
            JointProblem problem = Truth.Problem(state, goal);
            learner.ChooseBest(state, choices);
            JointDecision decision = problem.Decide([.. choices]);
            Assert.True(goal.Allows(decision.MeanAccuracy));
            sum += (decision.Score / CountingSearch.Solve(problem)!.Score) - 1;
        }

        return sum / states;
    }
}
