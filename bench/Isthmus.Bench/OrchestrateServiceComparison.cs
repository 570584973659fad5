using System.Diagnostics;
using Isthmus.Core.Progress;
using Isthmus.Node;
using Isthmus.Node.Orchestrating;
using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Bench;

/// <summary>What a user waits for at an orchestrator with 50 users: in process, and over HTTP on loopback beside a request that asks for nothing; and what happens in the background meanwhile.</summary>
internal sealed class OrchestrateServiceComparison : IComparison
{
    private const int Users = 50;
    private const int Questions = 200_000;
    private const int WarmUp = 20;
    private const int Rounds = 120;
    private const double GoalMs = 1;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    public string Name => "orchestrate-service";

    public string Summary => "An orchestrator with 50 users of 10 actions who ask and report: what they wait for, beside a request that asks for nothing, and deciding in the background.";

    public async Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("isthmus-orchestrate-").FullName;
        try
        {
            List<ComparisonRow> rows = [];
            await using OrchestratorServer server = await OrchestratorServer.StartAsync(
                new() { Listen = "http://127.0.0.1:0", LogFormat = NodeLogFormat.None, PolicyFolder = folder, SaveInterval = TimeSpan.FromSeconds(2), UserExpiry = TimeSpan.FromMinutes(10), Goal = new(0.85) }, cancellationToken);
            UserRegistration[] menus = [.. Enumerable.Range(0, Users).Select(Menu)];
            for (int u = 0; u < Users; u++) server.Fleet.Register($"user {u}", menus[u]);
            using OrchestratorClient client = new(new Uri(server.Url));
            progress.Report(new("over HTTP", 0));
            (double[] answers, double[] empty) = await OverHttpAsync(server, client, menus, progress, cancellationToken);
            rows.Add(Row("50 users, HTTP/1.1", "report and next plan, median", "ms", At(answers, 0.5), "empty request", At(empty, 0.5)));
            double p99 = At(answers, 0.99);
            rows.Add(Row("50 users, HTTP/1.1", "report and next plan, p99", "ms", p99, "empty request", At(empty, 0.99), "below 1 ms", p99 < GoalMs));

            progress.Report(new("in process", 0.9));
            double[] inside = await Task.Run(() => InProcess(server.Fleet, menus), cancellationToken);
            OrchestratorState state = server.Fleet.State();
            rows.Add(Row("50 users, in process", "question, median", "ms", At(inside, 0.5), "deciding then and there", state.DecideMs));
            double inner = At(inside, 0.99);
            rows.Add(Row("50 users, in process", "question, p99", "ms", inner, "deciding then and there", state.DecideMs, "below 1 ms", inner < GoalMs));
            rows.Add(Row("50 users, background", "one joint decision", "ms", state.DecideMs, "the interval", 200));

            long begin = Stopwatch.GetTimestamp();
            server.Fleet.Save();
            double save = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            long size = new FileInfo(Path.Combine(folder, server.Fleet.Policy!)).Length;
            begin = Stopwatch.GetTimestamp();
            FleetOrchestrator restored = new(new() { PolicyFolder = folder, Goal = new(0.85) });
            restored.Tick();
            rows.Add(Row($"50 users, policy of {size / 1000} kB", "write, atomically", "ms", save, "read, check and decide", Stopwatch.GetElapsedTime(begin).TotalMilliseconds));
            return rows;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ComparisonRow Row(string what, string metric, string unit, double figure, string baseline, double of, string? goal = null, bool? met = null) =>
        ComparisonRow.Of(what, metric, unit, figure, baseline, of, goal, met);

    // Each user does a request every 100 ms, and between them one asks for nothing.
    private static async Task<(double[] Answers, double[] Empty)> OverHttpAsync(
        OrchestratorServer server, OrchestratorClient client, UserRegistration[] menus, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        List<double>[] answers = [.. menus.Select(_ => new List<double>())], empty = [.. menus.Select(_ => new List<double>())];
        using HttpClient stock = new() { BaseAddress = new Uri(server.Url) };
        await Task.WhenAll(Enumerable.Range(0, menus.Length).Select(async u =>
        {
            Random random = new(u + 1);
            string user = $"user {u}", menu = menus[u].MenuId();
            PlanAdvice advice = await client.AskAsync(user, new(menu), cancellationToken);
            await Task.Delay(Period * u / menus.Length, TimeProvider.System, cancellationToken);
            using PeriodicTimer timer = new(Period);
            for (int i = 0; i < WarmUp + Rounds; i++)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
                OfferedAction action = menus[u].Actions[advice.Action ?? 0];
                double ms = (action.DeviceMs + (2 * action.NodeMs) + (action.Bytes / 10_000)) * (0.9 + (0.2 * random.NextDouble()));
                long begin = Stopwatch.GetTimestamp();
                advice = await client.ReportAsync(user, new(menu, advice.Action ?? 0, ms), cancellationToken);
                if (i >= WarmUp) answers[u].Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                begin = Stopwatch.GetTimestamp();
                using HttpResponseMessage nothing = await stock.GetAsync(new Uri("/v2/health/live", UriKind.Relative), cancellationToken);
                if (i >= WarmUp) empty[u].Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                if (u == 0) progress.Report(new("over HTTP", 0.9 * i / (WarmUp + Rounds)));
            }
        }));
        return ([.. answers.SelectMany(a => a).Order()], [.. empty.SelectMany(e => e).Order()]);
    }

    // One question after another, as fast as they come, while the background decides.
    private static double[] InProcess(FleetOrchestrator fleet, UserRegistration[] menus)
    {
        string[] names = [.. menus.Select((_, u) => $"user {u}")];
        PlanQuestion[] questions = [.. menus.Select(m => new PlanQuestion(m.MenuId()))];
        double[] took = new double[Questions];
        int answered = 0;
        for (int i = 0; i < Questions; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            try
            {
                fleet.Ask(names[i % Users], questions[i % Users]);
            }
            catch (Core.Errors.IsthmusException)
            {
                // More than are answered in a second: the refusal is an answer too.
                continue;
            }

            took[answered++] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }

        Array.Resize(ref took, answered);
        Array.Sort(took);
        return took;
    }

    private static UserRegistration Menu(int user)
    {
        Random random = new(1000 + user);
        double pace = 0.5 + random.NextDouble();
        return new([
            .. Enumerable.Range(0, 6).Select(v => new OfferedAction($"own {v}", null, pace * 20 * (v + 1), 0, 0, 0.7 + (0.04 * v))),
            .. Enumerable.Range(0, 2).Select(v => new OfferedAction($"edge {v}", "edge", 3 * pace, 20_000 * (v + 1), 4 + (3 * v), 0.86 + (0.04 * v))),
            .. Enumerable.Range(0, 2).Select(v => new OfferedAction($"cloud {v}", "cloud", 3 * pace, 20_000 * (v + 1), 2 + v, 0.86 + (0.04 * v)))])
        {
            Device = new(0.9, 0.5) { Links = [new("edge", 50, 3), new("cloud", 50, 30)] },
        };
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Clamp(Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
