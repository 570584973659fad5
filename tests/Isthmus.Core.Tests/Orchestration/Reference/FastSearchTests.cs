using FsCheck;
using FsCheck.Fluent;
using Isthmus.Bench;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Tests.Orchestration.Reference;

public sealed class FastSearchTests
{
    [Fact]
    public void Solve_RandomProblems_KeepsToWhatIsWantedWheneverAnythingDoes() => Prop.ForAll(JointProblems.Small.ToArbitrary(), problem =>
    {
        JointDecision? best = ExhaustiveSearch.Solve(problem), found = new FastSearch().Solve(problem);
        if (best is null || found is null) return best is null && found is null;
        return problem.Allows(found) && found.Score >= best.Score - 1e-9
            && problem.Users.Select((u, i) => JointProblem.Serves(u, u.Options[found.Choices[i]])).All(static s => s);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Fact]
    public void Solve_FifteenUsers_IsWithinOnePercentOfTheOptimumInTheMean()
    {
        double sum = 0, worst = 0;
        const int Problems = 40;
        for (int seed = 0; seed < Problems; seed++)
        {
            SystemModel model = InventedUsers.Create(seed, 15, 1 + (seed % 3));
            JointProblem problem = model.Problem(InventedUsers.State(model, seed), new(0.75 + (seed % 15 / 100.0)));
            double gap = (new FastSearch().Solve(problem)!.Score / CountingSearch.Solve(problem)!.Score) - 1;
            sum += gap;
            worst = Math.Max(worst, gap);
        }

        Assert.True(sum / Problems < 0.01 && worst < 0.03, $"mean gap {sum / Problems}, worst {worst}");
    }

    [Fact]
    public void Solve_FromTheLastDecision_IsAboutAsGoodAsFromNothing()
    {
        SystemModel model = InventedUsers.Create(3, 50);
        FastSearch warm = new();
        double with = 0, without = 0;
        for (int seed = 0; seed < 30; seed++)
        {
            JointProblem problem = model.Problem(InventedUsers.State(model, seed), new(0.85));
            with += warm.Solve(problem)!.Score;
            without += new FastSearch().Solve(problem)!.Score;
        }

        Assert.InRange(with / without, 0.99, 1.01);
    }

    [Fact]
    public void Solve_SoftGoal_IsNotWorseThanTheBetterOfTwoHardOnes() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
    {
        SystemModel model = InventedUsers.Create(seed, 8);
        JointProblem any = model.Problem(InventedUsers.State(model, seed), new()), soft = any with { MinMeanAccuracy = 0.87, MsPerMissingAccuracy = seed % 5000 };
        double free = soft.Decide(new FastSearch().Solve(any)!.Choices).Score;
        return new FastSearch().Solve(soft)!.Score <= free + 1e-9;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Solve_ChangedUsers_BeginsAnew()
    {
        FastSearch search = new();
        foreach (int users in (int[])[5, 9, 3, 9])
        {
            SystemModel model = InventedUsers.Create(users, users);
            JointProblem problem = model.Problem(InventedUsers.State(model, users), new(0.8));
            Assert.Equal(users, search.Solve(problem)!.Choices.Length);
        }
    }
}
