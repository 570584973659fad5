using Isthmus.Core.Orchestration.Policies;
using Isthmus.Node.Orchestrating;
using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Node.Tests.Orchestrating;

/// <summary>An orchestrator whose time and background move only when a test says so, with nodes "edge" and "cloud" that users may share.</summary>
internal sealed class FleetFixture : IDisposable
{
    public FleetFixture(Func<OrchestratorOptions, OrchestratorOptions>? configure = null)
    {
        Options = new OrchestratorOptions { Clock = Clock, PolicyFolder = Folder, Learner = new ProfileKind() };
        Options = configure?.Invoke(Options) ?? Options;
        Fleet = new(Options);
    }

    public JumpingClock Clock { get; } = new();

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"isthmus-fleet-{Guid.NewGuid():N}");

    public OrchestratorOptions Options { get; }

    public FleetOrchestrator Fleet { get; private set; }

    // Alone the edge is the fastest, then the cloud; at home is slow, and the small network at home fast and wrong.
    public static UserRegistration Menu(double edgeMs = 20) => new([
        new("own", null, 100, 0, 0, 0.9), new("small", null, 10, 0, 0, 0.7), new("edge", "edge", 1, 1000, edgeMs, 0.9), new("cloud", "cloud", 1, 1000, 40, 0.9)]);

    public static NodeReport Report(double cpu = 1, int queue = 0, string url = "http://10.0.0.1:8500") => new(url, Core.Planning.Tier.Edge, cpu, 0.5, 1, 0, queue);

    public PlanAdvice Register(string user, UserRegistration? menu = null) => Fleet.Register(user, menu ?? Menu());

    public PlanAdvice Ask(string user, UserRegistration? menu = null) => Fleet.Ask(user, new((menu ?? Menu()).MenuId()));

    public string? Asked(string user) => Ask(user).Action is { } action ? Menu().Actions[action].Name : null;

    /// <summary>The user carries out what is decided, in so many milliseconds, and reports it.</summary>
    public PlanAdvice Use(string user, double ms) => Fleet.Report(user, new(Menu().MenuId(), Ask(user).Action!.Value, ms));

    public PlanAdvice Outcome(string user, int action, double ms) => Fleet.Report(user, new(Menu().MenuId(), action, ms));

    /// <summary>Time passes, and the background decides.</summary>
    public void Pass(double milliseconds = 200)
    {
        Clock.Advance(milliseconds);
        Fleet.Tick();
    }

    public OrchestratedUser User(string name) => Fleet.State().Users.Single(u => u.Name == name);

    public OrchestratedNode Node(string name) => Fleet.State().Nodes.Single(n => n.Name == name);

    /// <summary>The process dies without a word, and another one is started on the same folder.</summary>
    public void Crash(Func<OrchestratorOptions, OrchestratorOptions>? configure = null) => Fleet = new(configure?.Invoke(Options) ?? Options);

    public void Dispose()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
