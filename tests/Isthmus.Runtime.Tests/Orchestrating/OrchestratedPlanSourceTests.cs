using System.Diagnostics;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Node;
using Isthmus.Node.Orchestrating;
using Isthmus.Runtime.Orchestrating;
using Isthmus.Runtime.Running;

namespace Isthmus.Runtime.Tests.Orchestrating;

public sealed class OrchestratedPlanSourceTests
{
    private static readonly OrchestrationOptions Quick = new() { Patience = TimeSpan.FromMilliseconds(200), Timeout = TimeSpan.FromSeconds(2), Retry = TimeSpan.FromMilliseconds(20) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Advice(int? action, string? menu = null, string why = "so") =>
        $$"""{"menu":"{{menu ?? TestCarrier.Menu.MenuId()}}","action":{{action?.ToString() ?? "null"}},"why":"{{why}}","version":1,"decision":1,"shed":false,"validMs":1000}""";

    private static OrchestratedPlanSource Source(OrchestratorClient client, OrchestrationOptions? options = null, TestCarrier? carrier = null) =>
        new(client, "ann", TestCarrier.Menu, TestCarrier.Plans, carrier ?? new(), options ?? Quick);

    // One request after another, each of which takes what the test says.
    private static async Task<PlanChoice> UseAsync(OrchestratedPlanSource source, double ms = 20)
    {
        PlanChoice choice = await source.NextAsync(Cancel);
        source.Observe(TestCarrier.Answer(choice.Plan, ms));
        return choice;
    }

    private static async Task UntilAsync(Func<Task<bool>> done, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await done())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), what);
            await Task.Yield();
        }
    }

    [Fact]
    public async Task NextAsync_ARealOrchestrator_ItsPlansAreFollowedAndItHearsOfThem()
    {
        await using OrchestratorServer server = await OrchestratorServer.StartAsync(new() { Listen = "http://127.0.0.1:0", LogFormat = NodeLogFormat.None, Interval = TimeSpan.FromMilliseconds(20) }, Cancel);
        using OrchestratorClient client = new(new Uri(server.Url));
        OrchestratedPlanSource source = Source(client);
        await using (source)
        {
            await UntilAsync(async () => (await UseAsync(source)).Plan == TestCarrier.Plans[1], "The edge was never advised.");
            await UntilAsync(async () => (await client.StateAsync(Cancel)).Users.Sum(u => u.Answered) > 0, "Nothing was reported.");
            Assert.True(source.Summary is { IsThere: true, Wrong: 0, Gone: 0, Advised: > 0 }, source.Summary.ToString());
        }

        // It left.
        Assert.Empty((await client.StateAsync(Cancel)).Users);
    }

    [Fact]
    public async Task NextAsync_NobodyIsThere_TheSafePlanIsUsedAndTheSummarySaysSo()
    {
        using OrchestratorClient client = new(new Uri($"http://127.0.0.1:{FakeOrchestrator.FreePort()}"));
        await using OrchestratedPlanSource source = Source(client);
        for (int i = 0; i < 20; i++) Assert.Equal(TestCarrier.Plans[0], (await UseAsync(source, 100)).Plan);
        OrchestrationSummary summary = source.Summary;
        Assert.Equal((20, 0, 20, 1), (summary.Requests, summary.Advised, summary.Repeated, summary.Gone));
        Assert.False(summary.IsThere);
        Assert.Contains("cannot be reached", summary.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NextAsync_ItGoesAndComesBack_TheLastPlanServesMeanwhile()
    {
        string listen = $"http://127.0.0.1:{FakeOrchestrator.FreePort()}";
        OrchestratorOptions options = new() { Listen = listen, LogFormat = NodeLogFormat.None, Interval = TimeSpan.FromMilliseconds(20) };
        using OrchestratorClient client = new(new Uri(listen));
        await using OrchestratedPlanSource source = Source(client);
        await using (OrchestratorServer server = await OrchestratorServer.StartAsync(options, Cancel))
        {
            await UntilAsync(async () => (await UseAsync(source)).Plan == TestCarrier.Plans[1], "The edge was never advised.");
        }

        await UntilAsync(
            async () =>
            {
                Assert.Equal(TestCarrier.Plans[1], (await UseAsync(source)).Plan);
                return !source.Summary.IsThere;
            },
            "It was not noticed that the orchestrator is gone.");
        for (int i = 0; i < 10; i++) Assert.Equal(TestCarrier.Plans[1], (await UseAsync(source)).Plan);
        long advised = source.Summary.Advised;
        await using OrchestratorServer again = await OrchestratorServer.StartAsync(options, Cancel);
        await UntilAsync(
            async () =>
            {
                await UseAsync(source);
                return source.Summary.IsThere && source.Summary.Advised > advised + 2;
            },
            "It did not come back.");
        Assert.Equal(source.Summary.Requests, source.Summary.Advised + source.Summary.Repeated);
    }

    [Fact]
    public async Task NextAsync_ItNeverAnswers_RequestsGoOnAndDoNotWaitForItAgain()
    {
        await using FakeOrchestrator fake = new(_ => null);
        using OrchestratorClient client = new(fake.Url);
        await using OrchestratedPlanSource source = Source(client, Quick with { Timeout = TimeSpan.FromMilliseconds(300) });
        for (int i = 0; i < 50; i++) Assert.Equal(TestCarrier.Plans[0], (await UseAsync(source, 100)).Plan);
        Assert.True(source.Summary is { Advised: 0, Repeated: 50 }, source.Summary.ToString());
    }

    [Fact]
    public async Task NextAsync_ItBecomesSilentlySlow_TheLastPlanServesAndTheSummarySaysSo()
    {
        bool slow = false;
        await using FakeOrchestrator fake = new(_ => Volatile.Read(ref slow) ? null : Advice(2));
        using OrchestratorClient client = new(fake.Url);
        await using OrchestratedPlanSource source = Source(client, Quick with { Patience = TimeSpan.FromMilliseconds(20) });
        await UntilAsync(async () => (await UseAsync(source, 60)).Plan == TestCarrier.Plans[2], "The advice was not followed.");
        Volatile.Write(ref slow, true);
        for (int i = 0; i < 20; i++) Assert.Equal(TestCarrier.Plans[2], (await UseAsync(source, 60)).Plan);
        Assert.True(source.Summary is { Slow: >= 1, Repeated: >= 15 }, source.Summary.ToString());
        Assert.NotNull(source.Summary.Problem);
    }

    [Theory]
    [InlineData("another menu")]
    [InlineData("no such action")]
    [InlineData("negative")]
    [InlineData("no JSON")]
    [InlineData("another object")]
    [InlineData("endless")]
    [InlineData("no time")]
    public async Task NextAsync_ItAnswersWhatIsNoPlan_OnlyPlansOfTheMenuAreCarriedOut(string how)
    {
        await using FakeOrchestrator fake = new(_ => how switch
        {
            "another menu" => Advice(1, "0000000000000000"),
            "no such action" => Advice(99),
            "negative" => Advice(-1),
            "no JSON" => "\u001b[2J<html>",
            "another object" => """{"plan":{"segments":[{"node":"http://evil"}]}}""",
            "endless" => new string('[', 2_000_000),
            _ => Advice(1).Replace("1000", "-5", StringComparison.Ordinal),
        });
        using OrchestratorClient client = new(fake.Url);
        await using OrchestratedPlanSource source = Source(client, Quick with { Timeout = TimeSpan.FromMilliseconds(500), Patience = TimeSpan.FromMilliseconds(10) });
        for (int i = 0; i < 20; i++) Assert.Equal(TestCarrier.Plans[0], (await UseAsync(source, 100)).Plan);
        Assert.Equal(0, source.Summary.Advised);
        Assert.NotNull(source.Summary.Problem);
        Assert.DoesNotContain(source.Summary.Problem, char.IsControl);
    }

    [Fact]
    public async Task NextAsync_ItSaysWhatATerminalWouldObey_ControlCharactersAreLeftOut()
    {
        await using FakeOrchestrator fake = new(_ => Advice(1, why: "\\u001b[31m" + new string('x', 5000)));
        using OrchestratorClient client = new(fake.Url);
        await using OrchestratedPlanSource source = Source(client);
        await UseAsync(source);
        PlanChoice choice = await UseAsync(source);
        Assert.True(choice.Why.Length <= 300 && !choice.Why.Any(char.IsControl));
    }

    [Fact]
    public async Task NextAsync_WhatItAdvisesTakesMuchLongerThanTheOwnDevice_ItIsNotBelievedForAWhile()
    {
        await using FakeOrchestrator fake = new(_ => Advice(1));
        using OrchestratorClient client = new(fake.Url);
        ManualClock clock = new();
        await using OrchestratedPlanSource source = Source(client, Quick with { Patience = TimeSpan.FromSeconds(30), Clock = clock });
        List<Plan> plans = [];
        for (int i = 0; i < 20; i++) plans.Add((await UseAsync(source, 1000)).Plan);
        Assert.Equal(TestCarrier.Plans[1], plans[1]);
        Assert.Equal(TestCarrier.Plans[0], plans[^1]);
        Assert.Equal(1, source.Summary.Distrusted);
        Assert.True(source.Summary.Overruled >= 8);
        // It gets another chance.
        clock.Advance(31_000);
        await UntilAsync(async () => (await UseAsync(source)).Plan == TestCarrier.Plans[1], "It was never believed again.");
    }

    [Fact]
    public async Task NextAsync_ANodeOfTheAdviceIsExcluded_TheSafePlanIsUsed()
    {
        await using FakeOrchestrator fake = new(_ => Advice(1));
        using OrchestratorClient client = new(fake.Url);
        TestCarrier carrier = new();
        await using OrchestratedPlanSource source = Source(client, carrier: carrier);
        await UntilAsync(async () => (await UseAsync(source)).Plan == TestCarrier.Plans[1], "The advice was not followed.");
        carrier.Excluded.Add("edge");
        Assert.Equal(TestCarrier.Plans[0], (await UseAsync(source, 100)).Plan);
        carrier.Excluded.Clear();
        Assert.Equal(TestCarrier.Plans[1], (await UseAsync(source)).Plan);
    }

    [Fact]
    public async Task Lost_NodesFail_TheOrchestratorHearsIt()
    {
        await using OrchestratorServer server = await OrchestratorServer.StartAsync(new() { Listen = "http://127.0.0.1:0", LogFormat = NodeLogFormat.None }, Cancel);
        using OrchestratorClient client = new(new Uri(server.Url));
        await using OrchestratedPlanSource source = Source(client);
        PlanChoice choice = await source.NextAsync(Cancel);
        source.Lost(choice, new IsthmusException(ErrorKind.Data, "A damaged picture."));
        source.Lost(choice, new IsthmusException(ErrorKind.Node, "All nodes failed."));
        await UntilAsync(async () => (await client.StateAsync(Cancel)).Users is [{ Lost: 1 }], "It was not reported.");
    }

    [Fact]
    public async Task NextAsync_ManyAtATimeWhileItComesAndGoes_EveryRequestHasAPlan()
    {
        bool up = true;
        await using FakeOrchestrator fake = new(_ => Volatile.Read(ref up) ? Advice(1) : "x");
        using OrchestratorClient client = new(fake.Url);
        await using OrchestratedPlanSource source = Source(client, Quick with { Patience = TimeSpan.FromMilliseconds(5), Timeout = TimeSpan.FromMilliseconds(200), Retry = TimeSpan.FromMilliseconds(5) });
        int plans = 0;
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (i, _) =>
        {
            if (i % 50 == 0) Volatile.Write(ref up, !Volatile.Read(ref up));
            if (TestCarrier.Plans.Contains((await UseAsync(source)).Plan)) Interlocked.Increment(ref plans);
        });
        Assert.Equal(400, plans);
        Assert.Equal(400, source.Summary.Requests);
        Assert.Equal(400, source.Summary.Advised + source.Summary.Repeated);
    }
}
