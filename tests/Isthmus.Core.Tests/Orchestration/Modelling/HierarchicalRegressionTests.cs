using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration.Modelling;

namespace Isthmus.Core.Tests.Orchestration.Modelling;

public sealed class HierarchicalRegressionTests
{
    [Fact]
    public void Learn_RandomObservations_IsWhatBatchLeastSquaresSays() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
    {
        World world = new(seed);
        world.Observe(30);
        return world.Agrees();
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Widen_SharedParameters_IsAStepOfEachInTheJointPosterior() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
    {
        // Known well, then a step of variance q: what is expected stays, and the variance of a pure shared prediction grows by q·x².
        World world = new(seed);
        world.Observe(30);
        double[] q = [.. Enumerable.Range(0, world.Shared).Select(_ => world.Random.NextDouble())];
        List<(int Group, double[] X, double[] V, (double Mean, double Variance) Before)> asked =
            [.. Enumerable.Range(0, 10).Select(_ => world.Ask()).Select(a => (a.Group, a.X, a.V, world.Tested.Predict(a.Group, a.X, a.V)))];
        world.Tested.Widen(q);
        return asked.All(a =>
        {
            (double mean, double variance) = world.Tested.Predict(a.Group, a.X, a.V);
            double expected = a.Before.Variance + a.X.Select((x, i) => x * x * q[i]).Sum();
            return Close(mean, a.Before.Mean) && Close(variance, expected);
        });
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void MoveTo_SomeParametersStay_PredictionsFromThoseStayToo() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
    {
        World world = new(seed);
        world.Observe(30);

        // Leaves out the first shared parameter, the first group, and the first parameter of every other; adds one of each in front.
        (double, double)[] shared = [(1, 2), .. world.SharedPrior.Skip(1)];
        List<IReadOnlyList<(double, double)>> groups = [[(0, 1)], .. world.GroupPriors.Skip(1).Select(IReadOnlyList<(double, double)> (g) => [(3, 1), .. g.Skip(1)])];
        HierarchicalRegression moved = new(shared, groups);
        List<(int, int[])> from = [(-1, [-1]), .. world.GroupPriors.Select((g, i) => (i, g)).Skip(1).Select(p => (p.i, (int[])[-1, .. Enumerable.Range(1, p.g.Length - 1)]))];
        world.Tested.MoveTo(moved, [-1, .. Enumerable.Range(1, world.Shared - 1)], from);
        return Enumerable.Range(0, 20).All(_ =>
        {
            (int group, double[] x, double[] v) = world.Ask();
            if (group == 0) return true;
            (x[0], v[0]) = (0, 0);
            (double mean, double variance) = moved.Predict(group, x, v);
            (double expected, double spread) = world.Tested.Predict(group, x, v);
            return Close(mean, expected) && Close(variance, spread);
        });
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static bool Close(double x, double y) => Math.Abs(x - y) <= 1e-6 * (1 + Math.Abs(y));

    private sealed class World
    {
        private readonly BatchRegression _oracle;

        public World(int seed)
        {
            Random = new(seed);
            Shared = Random.Next(2, 6);
            SharedPrior = [.. Enumerable.Range(0, Shared).Select(_ => Prior())];
            GroupPriors = [.. Enumerable.Range(0, Random.Next(2, 5)).Select(_ => Enumerable.Range(0, Random.Next(2, 5)).Select(_ => Prior()).ToArray())];
            Tested = new(SharedPrior, GroupPriors);
            _oracle = new([.. SharedPrior, .. GroupPriors.SelectMany(static g => g)]);
        }

        public Random Random { get; }

        public int Shared { get; }

        public (double, double)[] SharedPrior { get; }

        public (double, double)[][] GroupPriors { get; }

        public HierarchicalRegression Tested { get; }

        public void Observe(int count)
        {
            for (int i = 0; i < count; i++)
            {
                (int group, double[] x, double[] v) = Ask();
                double y = Random.NextDouble() * 10, noise = 0.1 + Random.NextDouble();
                Tested.Learn(group, x, v, y, noise);
                _oracle.Add(Flat(group, x, v), y, noise);
            }
        }

        public bool Agrees() => Enumerable.Range(0, 20).All(_ =>
        {
            (int group, double[] x, double[] v) = Ask();
            (double mean, double variance) = Tested.Predict(group, x, v);
            (double expected, double spread) = _oracle.Predict(Flat(group, x, v));
            return Close(mean, expected) && Close(variance, spread);
        });

        public (int Group, double[] X, double[] V) Ask()
        {
            int group = Random.Next(GroupPriors.Length);
            return (group, Features(Shared), Features(GroupPriors[group].Length));
        }

        private double[] Features(int n) => [.. Enumerable.Range(0, n).Select(_ => Random.Next(3) == 0 ? 0 : (Random.NextDouble() * 4) - 2)];

        private (double, double) Prior() => (Random.NextDouble() * 4, 0.2 + (3 * Random.NextDouble()));

        private double[] Flat(int group, double[] x, double[] v) =>
            [.. x, .. GroupPriors.SelectMany((g, i) => i == group ? v : new double[g.Length])];
    }
}
