using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Lab.Reproduction.Shahhosseini;

namespace Isthmus.Lab.Tests.Reproduction.Shahhosseini;

public sealed class ShahhosseiniCaseTests
{
    private static readonly ShahhosseiniWorld World = ShahhosseiniWorld.Published;

    [Theory]
    [InlineData(1, "A")]
    [InlineData(3, "B")]
    [InlineData(4, "D")]
    public void Of_EveryThreshold_IsWhatTryingEverythingFinds(int users, string letter)
    {
        ShahhosseiniScenario scenario = ShahhosseiniScenario.All.First(s => s.Name == letter);
        foreach ((string name, AccuracyGoal goal) in World.Goals)
        {
            ShahhosseiniCase at = ShahhosseiniCase.Of(World, users, scenario, name, goal);
            JointDecision best = ExhaustiveSearch.Solve(World.Model(users).Problem(World.State(users, scenario), goal))!;
            Assert.Equal(best.MeanMs, at.Of(ShahhosseiniCase.Optimum)!.MeanMs!.Value, 9);
            // Who may choose more is never worse; who is at one place with the most accurate variant is one of those who may choose the place.
            Assert.True(at.Of(ShahhosseiniCase.Everywhere)!.MeanMs <= at.Of(ShahhosseiniCase.Optimum)!.MeanMs + 1e-9);
            Assert.True(at.Of(ShahhosseiniCase.Optimum)!.MeanMs <= at.Of(ShahhosseiniCase.NoModelSelection)!.MeanMs + 1e-9);
            Assert.True(at.Of(ShahhosseiniCase.Optimum)!.MeanMs <= at.Of(ShahhosseiniCase.NoOffloading)!.MeanMs + 1e-9);
            Assert.All([ShahhosseiniCase.DeviceOnly, ShahhosseiniCase.EdgeOnly, ShahhosseiniCase.CloudOnly], m => Assert.True(at.Of(ShahhosseiniCase.NoModelSelection)!.MeanMs <= at.Of(m)!.MeanMs + 1e-9));
            Assert.All(at.Outcomes.Where(o => o.Method is ShahhosseiniCase.Optimum or ShahhosseiniCase.Everywhere), o => Assert.True(goal.Allows(o.MeanAccuracy!.Value)));
        }
    }

    [Fact]
    public void Of_TwoUsersOnTheEdge_TakeTwiceItsWorkAndTheLinkOnce()
    {
        ShahhosseiniOutcome edge = ShahhosseiniCase.Of(World, 2, ShahhosseiniScenario.All[0], "Max", new(0.899)).Of(ShahhosseiniCase.EdgeOnly)!;
        // 5 ms round trip, 20,000 bytes at 20 Mbit/s, twice half of 384 ms.
        Assert.Equal(5 + 8 + 384, edge.MeanMs!.Value, 9);
        Assert.Equal(edge.MeanMs, edge.WorstMs);
        Assert.Equal("2 × edge 1.0 float", edge.Decision);
    }

    [Fact]
    public void Gain_OfACase_DividesAllThatIsSaved()
    {
        foreach ((string name, AccuracyGoal goal) in World.Goals)
        {
            ShahhosseiniGain gain = ShahhosseiniGain.Of(ShahhosseiniCase.Of(World, 5, ShahhosseiniScenario.All[0], name, goal))!;
            Assert.Equal(gain.TotalMs, gain.PlacementShareMs + gain.ModelsShareMs, 9);
            Assert.True(gain.PlacementShareMs >= -1e-9 && gain.ModelsShareMs >= -1e-9);
        }

        // If only the most accurate variant will do, choosing the variant saves nothing.
        Assert.Equal(0, ShahhosseiniGain.Of(ShahhosseiniCase.Of(World, 5, ShahhosseiniScenario.All[0], "Max", new(0.899)))!.ModelsShareMs, 9);
    }
}
