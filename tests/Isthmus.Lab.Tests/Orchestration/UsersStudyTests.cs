using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Lab.Tests.Orchestration;

public sealed class UsersStudyTests
{
    private static readonly UsersStudyOptions Small = new() { Users = 12, WarmUpSeconds = 30, Seconds = 40, Seed = 3 };

    [Fact]
    public void Run_EveryMethod_SeesTheSameArrivalsAndKeepsTheAccuracy()
    {
        ImmutableArray<UsersStudyRow> rows = UsersStudy.Run(Small, cancellationToken: TestContext.Current.CancellationToken);
        // Equal but for what was under way when counting began.
        Assert.Single(rows.Select(r => r.Requests).Distinct());
        Assert.All(rows, r => Assert.True(r.MeanAccuracy >= 0.85 - 1e-9, r.Method));
        Assert.All(rows, r => Assert.Equal(1, r.Device + r.Edge + r.Cloud, 9));
        Assert.All(rows.Where(r => r.Answered > 0), r => Assert.True(r.P50Ms <= r.P95Ms && r.P95Ms <= r.P99Ms && r.MeanMs <= r.SlowestUserMs + 1e-9 && r.Jain is > 0 and <= 1 + 1e-9));
        Assert.Equal((1.0, 0.0, 0.0), (rows[0].Device, rows[0].Edge, rows[0].Cloud));
        // On its own device nobody waits for anybody else.
        Assert.True(rows[0].Jain > 0.9);
        Assert.True(rows.Single(r => r.Method == "Isthmus, knowing nothing").MeanMs < rows.Where(r => r.Method.EndsWith("-only", StringComparison.Ordinal)).Min(r => r.MeanMs));
    }

    [Fact]
    public void Run_SameSeed_IsTheSame()
    {
        UsersStudyOptions options = Small with { Users = 5, Seconds = 20, WarmUpSeconds = 5, Bursts = true };
        Assert.Equal(UsersStudy.Run(options).Select(r => r with { DecideMs = 0 }), UsersStudy.Run(options).Select(r => r with { DecideMs = 0 }));
    }

    [Fact]
    public void Run_AccuracyThatNothingHas_IsRefusedWithWhatThereIs()
    {
        IsthmusException error = Assert.Throws<IsthmusException>(() => UsersStudy.Run(Small with { Accuracy = 0.95 }));
        Assert.Equal(ErrorKind.Planning, error.Kind);
        Assert.Contains("0.899", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OptionsThatMakeNoSense_AreRefused()
    {
        UsersStudyOptions[] wrong =
        [
            Small with { Users = 0 }, Small with { Users = 1001 }, Small with { PerSecond = 0 }, Small with { PerSecond = double.NaN }, Small with { WeakShare = 2 }, Small with { Accuracy = -1 },
            Small with { EdgeWorkers = 0 }, Small with { CloudWorkers = 100_000 }, Small with { WarmUpSeconds = -1 }, Small with { Seconds = 0 },
        ];
        Assert.All(wrong, o => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => UsersStudy.Run(o)).Kind));
    }
}
