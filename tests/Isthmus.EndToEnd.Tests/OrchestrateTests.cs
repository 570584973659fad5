using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Orchestrating;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

public sealed class OrchestrateTests
{
    private const int Pictures = 6;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string FreeAddress()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        return $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
    }

    private static async Task<IsthmusProcess> StartAsync(TestFolder folder, string listen)
    {
        IsthmusProcess orchestrator = IsthmusProcess.Start(
            "orchestrate", "--listen", listen, "--policies", folder["policies"], "--save-every", "0.1", "--interval", "50", "--user-expiry", "600", "--json");
        await orchestrator.ReadyAsync();
        return orchestrator;
    }

    private static async Task<OrchestratorState> UntilAsync(OrchestratorClient client, Func<OrchestratorState, bool> done, string what)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            while (true)
            {
                OrchestratorState state = await client.StateAsync(patience.Token);
                if (done(state)) return state;
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(what);
            throw;
        }
    }

    [Fact]
    public async Task Orchestrate_UsersANodeAndACrash_EveryPictureIsAnsweredAndNothingIsForgotten()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder), listen = FreeAddress();
        for (int i = 0; i < Pictures; i++) folder.Write($"images/{i:000}.png", TestPicture.Png(i));
        using OrchestratorClient client = new(new Uri(listen));
        IsthmusProcess orchestrator = await StartAsync(folder, listen);
        try
        {
            await using TestNode edge = await TestNode.StartAsync("edge", "--orchestrator", listen);
            LinkConditions slow = new(new BitsPerSecond(20e6), new Milliseconds(10));
            await using LinkEmulator link = LinkEmulator.Start(new LinkEmulatorOptions { To = new IPEndPoint(IPAddress.Loopback, edge.Url.Port), Up = slow, Down = slow });
            // A device that is this slow (emulated) is better off with the edge.
            string[] tiers = ["--edge", link.Url.ToString(), "--emulated-links", "--device-slowdown", "100"];
            (await IsthmusProcess.RunAsync(["profile", model, "--images", folder["images"], "-o", folder["profile.json"], "--samples", "2", "--codecs", "raw", "--inputs", "file", "--json", .. tiers])).Json();
            string[] Run(string user, int repeat) =>
                ["run", model, "--images", folder["images"], "--profile", folder["profile.json"], "--repeat", $"{repeat}", "--orchestrator", listen, "--user", user, "--json", .. tiers];

            // Two users at a time, and an orchestrator that hears of all of it.
            JsonElement[] both = [.. (await Task.WhenAll(IsthmusProcess.RunAsync(Run("ann", 1)), IsthmusProcess.RunAsync(Run("bob", 1)))).Select(r => r.Json())];
            foreach (JsonElement run in both)
            {
                Assert.Equal(Pictures, run.GetProperty("summary").GetProperty("answered").GetInt32());
                JsonElement followed = run.GetProperty("orchestration");
                Assert.True(followed.GetProperty("isThere").GetBoolean());
                Assert.True(followed.GetProperty("advised").GetInt32() > 0, followed.ToString());
                Assert.True(followed.GetProperty("reports").GetInt32() > 0, followed.ToString());
            }

            OrchestratorState state = await client.StateAsync(Cancel);
            Assert.Equal("reports", Assert.Single(state.Nodes, n => n.Name == "edge").Status);
            Assert.Equal("model", state.Learner);
            Assert.True(state.Steps > 0);

            // It dies in the middle of a run: kill -9, as a crash does.
            await using IsthmusProcess longRun = IsthmusProcess.Start(Run("ann", 20));
            await UntilAsync(client, s => s.Users is [{ Answered: > 5 }] && s.Policy is not null && s.Steps > state.Steps + 3, "The run did not report.");
            string policies = folder["policies"];
            orchestrator.Kill();
            await orchestrator.DisposeAsync();
            JsonElement survived = (await longRun.EndAsync()).Json();
            Assert.Equal(20 * Pictures, survived.GetProperty("summary").GetProperty("answered").GetInt32());
            JsonElement lost = survived.GetProperty("orchestration");
            Assert.False(lost.GetProperty("isThere").GetBoolean());
            Assert.Equal(1, lost.GetProperty("gone").GetInt32());
            Assert.True(lost.GetProperty("repeated").GetInt32() > 0, lost.ToString());

            // The newest policy is damaged as well: the one before it is taken, and what was learned is known.
            string[] files = [.. Directory.GetFiles(policies, "policy-*.json").Order()];
            Assert.InRange(files.Length, 2, 6);
            await File.WriteAllTextAsync(files[^1], (await File.ReadAllTextAsync(files[^1], Cancel))[..^10], Cancel);
            orchestrator = await StartAsync(folder, listen);
            OrchestratorState restored = await client.StateAsync(Cancel);
            Assert.Contains(Path.GetFileName(files[^1]), Assert.Single(restored.RefusedPolicies), StringComparison.Ordinal);
            Assert.Contains(restored.Users, u => u.Name == "ann");
            Assert.True(restored.Version >= state.Version);
            await UntilAsync(
                client, s => s.Decisions > 0 && s.Learning.GetValueOrDefault("model.responses") > 0 && s.Nodes.Any(n => n is { Name: "edge", Status: "reports" }),
                "What was learned is forgotten, or the edge does not report to the new one.");
            string table = (await IsthmusProcess.RunAsync("orchestrate", "status", listen)).Output;
            Assert.Contains("edge", table, StringComparison.Ordinal);
        }
        finally
        {
            await orchestrator.DisposeAsync();
        }
    }

    [Fact]
    public async Task Run_AnOrchestratorThatIsNotThere_EveryPictureIsAnsweredAndTheSummarySaysSo()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        folder.Write("images/a.png", TestPicture.Png(1));
        ToolResult run = await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--orchestrator", FreeAddress(), "--json");
        JsonElement result = run.Json();
        Assert.Equal(1, result.GetProperty("summary").GetProperty("answered").GetInt32());
        Assert.False(result.GetProperty("orchestration").GetProperty("isThere").GetBoolean());
        Assert.Contains("went on without it", run.Error, StringComparison.Ordinal);
        (await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--orchestrator", FreeAddress(), "--plan", "device")).Refusal(2);
        (await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--user", "ann")).Refusal(2);
    }
}
