using System.Diagnostics.Metrics;

namespace Isthmus.Node.Orchestrating;

/// <summary>What an orchestrator counts and measures of itself; a meter of its own, so that servers in one process do not mix.</summary>
internal sealed class OrchestratorTelemetry : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Isthmus.Orchestrator";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _answer;
    private readonly Histogram<double> _tick;

    /// <summary>Creates the instruments.</summary>
    public OrchestratorTelemetry(FleetOrchestrator fleet)
    {
        Meter = new Meter(Name);
        _requests = Meter.CreateCounter<long>("isthmus.orchestrator.requests", description: "Requests by what they were and how they ended.");
        _answer = Meter.CreateHistogram<double>("isthmus.orchestrator.answer.duration", "s", "From the arrival of a user's question or report to its answer.");
        _tick = Meter.CreateHistogram<double>("isthmus.orchestrator.tick.duration", "s", "Learning and deciding in the background.");
        Meter.CreateObservableGauge("isthmus.orchestrator.users", () => fleet.State().Users.Length, description: "Users that are registered.");
        Meter.CreateObservableGauge("isthmus.orchestrator.nodes", () => Nodes(fleet), description: "Nodes by whether they report.");
        Meter.CreateObservableGauge("isthmus.orchestrator.nodes.doubted", () => fleet.State().Nodes.Count(n => n.Doubted), description: "Nodes whose reports do not fit what users measure.");
        Meter.CreateObservableCounter("isthmus.orchestrator.decisions", () => fleet.State().Decisions, description: "Joint decisions.");
        Meter.CreateObservableCounter("isthmus.orchestrator.steps", () => fleet.State().Steps, description: "Steps that were learned from.");
        Meter.CreateObservableGauge("isthmus.orchestrator.space.version", () => fleet.State().Version, description: "The version of the action space.");
        Meter.CreateObservableGauge("isthmus.orchestrator.shed", () => fleet.State().Users.Sum(u => u.Shed), description: "Questions of present users that were answered with the safe action because a node is overloaded.");
    }

    /// <summary>The instruments.</summary>
    public Meter Meter { get; }

    /// <summary>A request ended.</summary>
    /// <param name="what">register, ask, report, leave, node, state.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="seconds">How long it took; of questions and reports.</param>
    public void Count(string what, int status, double seconds)
    {
        _requests.Add(1, new("what", what), new("outcome", status < 400 ? "answered" : status is 429 or 503 ? "refused" : status < 500 ? "invalid" : "failed"));
        if (what is "ask" or "report" && status < 400) _answer.Record(seconds);
    }

    /// <summary>The background decided.</summary>
    public void CountTick(double seconds) => _tick.Record(seconds);

    public void Dispose() => Meter.Dispose();

    private static IEnumerable<Measurement<int>> Nodes(FleetOrchestrator fleet) =>
        fleet.State().Nodes.GroupBy(n => n.Status, StringComparer.Ordinal).Select(g => new Measurement<int>(g.Count(), new KeyValuePair<string, object?>("status", g.Key)));
}
