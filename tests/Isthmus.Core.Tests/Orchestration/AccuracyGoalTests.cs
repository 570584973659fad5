using Isthmus.Core.Orchestration;

namespace Isthmus.Core.Tests.Orchestration;

public sealed class AccuracyGoalTests
{
    [Fact]
    public void Reward_ThresholdKept_IsMinusTheMeanResponseTime() => Assert.Equal(-80, new AccuracyGoal(0.85).Reward(80, 0.85, 1000));

    [Fact]
    public void Reward_HardThresholdMissed_IsMinusTheWorstThereIs() => Assert.Equal(-1000, new AccuracyGoal(0.85).Reward(80, 0.84, 1000));

    [Fact]
    public void Reward_SoftThresholdMissed_CostsWhatIsMissing() => Assert.Equal(-90, new AccuracyGoal(0.85, 1000).Reward(80, 0.84, 5000), 9);

    [Fact]
    public void Reward_NothingWanted_IsMinusTheMeanResponseTime() => Assert.Equal(-80, new AccuracyGoal().Reward(80, 0, 1000));
}
