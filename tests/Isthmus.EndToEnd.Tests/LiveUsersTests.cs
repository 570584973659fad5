using System.Diagnostics;
using System.Text.Json;
using Isthmus.Core.Orchestration;
using Isthmus.Lab.Orchestration;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

/// <summary>Real users who share real nodes, as processes.</summary>
public sealed class LiveUsersTests
{
    private static readonly LiveEnvironmentOptions Options = new()
    {
        Users = 2,
        WeakUsers = [1],
        Ladder = Path.Combine(DevelopmentData.Repository, "models", "fashion_mnist"),
        DeviceVariants = ["fashion_0.5", "fashion_0.25"],
        DeviceSlowdown = 4,
        EdgeSlowdown = 2,
        CloudSlowdown = 1,
        Weak = new(10, 44),
        ProfileRounds = 1,
        TimeoutMs = 20_000,
    };

    [Fact]
    public async Task StepAsync_UserThenNodeDies_IsLostReportedAndSurvived()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        int[] processes;
        await using (LiveEnvironment live = await LiveEnvironment.StartAsync(Options, cancellationToken: cancellation))
        {
            processes = [.. live.UserProcesses];
            string best = live.Ladder.ByAccuracy().First().Name;
            Assert.Equal(["device fashion_0.5", "device fashion_0.25", $"edge {best}", $"cloud {best}"], live.Actions.Users[0].Actions.Select(a => a.Name));
            Assert.All(live.Actions.Users.SelectMany(u => u.Actions), a => Assert.True(a.DeviceMs > 0 && (a.Node < 0 || (a.NodeMs > 0 && a.Bytes > 784))));

            double[] ms = new double[2];
            await live.StepAsync(new[] { 2, 3 }, ms, cancellation);
            Assert.All(ms, m => Assert.True(m > 0));
            // The weak link alone takes 44 ms, and the way to the cloud 20.
            Assert.True(ms[1] >= 60, $"{ms[1]} ms");
            Assert.Equal(1, live.State.Step);

            using (Process user = Process.GetProcessById(processes[0])) user.Kill();
            await live.StepAsync(new[] { 0, 0 }, ms, cancellation);
            Assert.True(double.IsNaN(ms[0]) && ms[1] > 0);
            await live.StepAsync(new[] { 0, 0 }, ms, cancellation);
            Assert.All(ms, m => Assert.True(m > 0));
            Assert.Equal(1, live.Restarts);
            processes = [.. processes, .. live.UserProcesses];

            live.EndNode(0);
            await live.StepAsync(new[] { 2, 1 }, ms, cancellation);
            Assert.True(double.IsNaN(ms[0]) && ms[1] > 0);
            Assert.Equal(2, live.Lost);
            Assert.Contains(live.Problems, p => p.Contains("user 0", StringComparison.Ordinal));
        }

        Assert.All(processes.Distinct(), id => Assert.Throws<ArgumentException>(() => Process.GetProcessById(id)));
    }

    [Fact]
    public async Task LiveUsers_Json_ComparesWhatWasPredictedWithWhatUsersSaw()
    {
        ToolResult result = await IsthmusProcess.RunAsync(
            "lab", "live-users", "--users", "2", "--weak", "1", "--rounds", "1", "--joint", "2", "--device-variants", "fashion_0.25", "--device-slowdown", "4", "--edge-slowdown", "2", "--cloud-slowdown", "1", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.NotEmpty(root.GetProperty("emulated").EnumerateArray());
        Assert.Equal(6, root.GetProperty("alone").GetArrayLength());
        Assert.Equal(2, root.GetProperty("sharing").GetArrayLength());
        Assert.Equal(0, root.GetProperty("lost").GetInt32());
        JsonElement[] curves = [.. root.GetProperty("contention").EnumerateArray()];
        Assert.Equal(["edge", "cloud"], curves.Select(c => c.GetProperty("node").GetString()));
        Assert.All(curves, c => new ContentionCurve([.. c.GetProperty("factors").EnumerateArray().Select(f => f.GetDouble())], c.GetProperty("slope").GetDouble()).Validate());
        Assert.All(root.GetProperty("joint").EnumerateArray(), j => Assert.True(j.GetProperty("measuredMs").GetDouble() > 0 && j.GetProperty("predictedMs").GetDouble() > 0));
        foreach (string what in new[] { "alone", "sharing", "joint" }) Assert.True(root.GetProperty("errors").GetProperty(what).GetProperty("median").GetDouble() >= 0);
    }
}
