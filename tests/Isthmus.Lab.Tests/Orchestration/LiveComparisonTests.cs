using Isthmus.Core.Errors;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Lab.Tests.Orchestration;

public sealed class LiveComparisonTests
{
    [Fact]
    public void Of_SomePredictions_AreTheirQuantiles()
    {
        PredictionErrors errors = PredictionErrors.Of([Time(110, 100), Time(80, 100), Time(100, 100), Time(10, double.NaN)])!;
        Assert.Equal(3, errors.Count);
        Assert.Equal(0.1, errors.Median, 1e-12);
        Assert.Equal(0.2, errors.P90, 1e-12);
        Assert.Equal(0.2, errors.Largest, 1e-12);
        Assert.Equal(-0.1 / 3, errors.Bias, 1e-12);
        Assert.Null(PredictionErrors.Of([Time(10, double.NaN)]));
    }

    [Fact]
    public void JointOrder_OfPredictions_CountsPairsInTheirOrder()
    {
        Assert.Equal(1, Joint(Time(1, 10), Time(2, 20), Time(3, 30)).JointOrder);
        Assert.Equal(-1, Joint(Time(3, 10), Time(2, 20), Time(1, 30)).JointOrder);
        Assert.Equal(1.0 / 3, Joint(Time(1, 10), Time(3, 20), Time(2, 30)).JointOrder!.Value, 1e-12);
        Assert.Null(Joint(Time(1, 10), Time(2, double.NaN)).JointOrder);
    }

    [Fact]
    public void ChoosingLoses_ByThePrediction_IsBesideTheBestThatWasMeasured()
    {
        Assert.Equal(0.5, Joint(Time(1, 15), Time(2, 10)).ChoosingLoses!.Value, 1e-12);
        Assert.Equal(0, Joint(Time(1, 10), Time(2, 15)).ChoosingLoses);
        Assert.Null(Joint().ChoosingLoses);
    }

    [Fact]
    public void Validate_OptionsOutOfRange_AreRefused()
    {
        LiveEnvironmentOptions good = new() { Ladder = "somewhere" };
        good.Validate();
        LiveEnvironmentOptions[] bad =
        [
            good with { Users = 0 }, good with { Users = 33 }, good with { WeakUsers = [3] }, good with { DeviceSlowdown = 0.5 }, good with { EdgeSlowdown = double.NaN }, good with { CloudWorkers = 0 },
            good with { TimeoutMs = 0 }, good with { ProfileRounds = 0 }, good with { Regular = new(0, 1) }, good with { ToCloud = new(1, -1) }, good with { UserSlowdowns = good.UserSlowdowns.Add(5, 2) },
        ];
        Assert.All(bad, options => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(options.Validate).Kind));
        Assert.Throws<IsthmusException>(() => new LivePredictionOptions { Rounds = 0 }.Validate());
        Assert.Throws<IsthmusException>(() => new LivePredictionOptions { JointActions = -1 }.Validate());
    }

    private static PredictedTime Time(double predicted, double measured) => new("it", 1, predicted, measured, 1);

    private static LiveComparison Joint(params PredictedTime[] times) => new([], [], [], [.. times]);
}
