using System.Text.Json;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Commands;

public sealed class AssignCommandTests
{
    private static readonly string Samples = Path.Combine(DevelopmentData.Repository, "samples", "fractions");

    [Fact]
    public async Task Assign_Sample_SaysWhoGoesWhereBesideTheBaselines()
    {
        CommandRun run = await CommandRun.OfAsync("assign", Sample("small"), Sample("large"), "--requests", Sample("requests"), "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement result = run.Json();
        Assert.Equal(10, result.GetProperty("requests").GetArrayLength());
        Assert.Equal(10, result.GetProperty("totals").GetProperty("served").GetInt32());
        Assert.Equal(4, result.GetProperty("baselines").GetArrayLength());
        Assert.All(
            result.GetProperty("baselines").EnumerateArray(),
            b => Assert.True(b.GetProperty("totals").GetProperty("value").GetDouble() <= result.GetProperty("totals").GetProperty("value").GetDouble()));
        Assert.Contains(result.GetProperty("requests").EnumerateArray(), r => r.GetProperty("fraction").GetDouble() is > 0 and < 1);
    }

    [Fact]
    public async Task Assign_NoSuchObjective_IsRefused() =>
        Assert.Contains("accuracy, latency or satisfaction", (await CommandRun.OfAsync("assign", Sample("small"), "--requests", Sample("requests"), "--objective", "luck")).AssertRefused(2), StringComparison.Ordinal);

    [Fact]
    public async Task Assign_NoRequests_IsRefused() => (await CommandRun.OfAsync("assign", Sample("small"))).AssertRefused(2);

    [Fact]
    public async Task Plan_ZhaoOnSample_MarksWhatComesFromACurve()
    {
        CommandRun run = await CommandRun.OfAsync("plan", Sample("small"), Sample("large"), "--method", "zhao", "--objective", "accuracy", "--max-ms", "120", "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement winner = run.Json().GetProperty("winner");
        Assert.Equal("gompertz", winner.GetProperty("fromCurve").GetProperty("kind").GetString());
        Assert.True(winner.GetProperty("predictedMs").GetDouble() <= 120);
    }

    [Fact]
    public async Task Plan_ProfileWithConfidences_SaysWhatDecidingImageByImageAdds()
    {
        CommandRun run = await CommandRun.OfAsync("plan", Sample("large"), "--max-loss", "0.03", "--json");
        JsonElement cascade = run.Json().GetProperty("imageByImage")[0];
        Assert.Equal(4, cascade.GetProperty("policy").GetArrayLength());
        Assert.True(cascade.GetProperty("accuracy").GetDouble() >= 0.73);
        Assert.True(cascade.GetProperty("bytes").GetDouble() < cascade.GetProperty("single").GetProperty("bytes").GetDouble());
    }

    private static string Sample(string name) => Path.Combine(Samples, name + ".json");
}
