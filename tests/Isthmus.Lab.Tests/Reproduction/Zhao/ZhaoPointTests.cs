using Isthmus.Lab.Reproduction.Zhao;

namespace Isthmus.Lab.Tests.Reproduction.Zhao;

public sealed class ZhaoPointTests
{
    private static readonly ZhaoOutcome Other = InventedResult.Outcome("x", 1, 1, 1);

    [Fact]
    public void SendAll_OnlyOneKeepsToTheQuestion_IsThatOne()
    {
        Assert.Equal(ZhaoMethod.Edge, At(InventedResult.Fastest, InventedResult.Outcome(ZhaoMethod.Edge, 90, 1, 1), InventedResult.Outcome(ZhaoMethod.Cloud, 10, 1, 1, meets: false)));
        Assert.Equal(ZhaoMethod.Cloud, At(InventedResult.Deadline, InventedResult.Outcome(ZhaoMethod.Edge, 10, 1, 1, meets: false), InventedResult.Outcome(ZhaoMethod.Cloud, 90, 1, 1)));
    }

    [Fact]
    public void SendAll_AccuracyIsWanted_IsTheMoreAccurateIfBothAreInTime()
    {
        ZhaoOutcome edge = InventedResult.Outcome(ZhaoMethod.Edge, 90, 1, 1, predictedLoss: 0.01), cloud = InventedResult.Outcome(ZhaoMethod.Cloud, 10, 1, 1, predictedLoss: 0.02);
        Assert.Equal(ZhaoMethod.Edge, At(InventedResult.Deadline, edge, cloud));
        Assert.Equal(ZhaoMethod.Cloud, At(InventedResult.Fastest, edge, cloud));
        Assert.Equal(ZhaoMethod.Cloud, At(InventedResult.Deadline, edge with { MeetsQuestion = false }, cloud with { MeetsQuestion = false }));
    }

    [Fact]
    public void SendAll_AccuracyAndTimeTogether_IsTheOneThatIsWorthMore()
    {
        ZhaoQuestion question = InventedResult.Fastest with { MaxLoss = null, MsPerAccuracy = 1000 };
        ZhaoOutcome edge = InventedResult.Outcome(ZhaoMethod.Edge, 100, 1, 80), cloud = InventedResult.Outcome(ZhaoMethod.Cloud, 150, 1, 84);
        Assert.Equal(ZhaoMethod.Edge, At(question, edge, cloud));
        Assert.Equal(ZhaoMethod.Cloud, At(question with { MsPerAccuracy = 2000 }, edge, cloud));
    }

    [Fact]
    public void SendAll_OneHasNoPlan_IsTheOther()
    {
        Assert.Equal(ZhaoMethod.Cloud, At(InventedResult.Fastest, new() { Method = ZhaoMethod.Edge }, InventedResult.Outcome(ZhaoMethod.Cloud, 10, 1, 1, meets: false)));
    }

    private static string At(ZhaoQuestion question, ZhaoOutcome edge, ZhaoOutcome cloud) =>
        InventedResult.Point(1, question, Other with { Method = ZhaoMethod.Device }, edge, cloud, Other with { Method = ZhaoMethod.Zhao }, Other with { Method = ZhaoMethod.Isthmus }).SendAll.Method;
}
