using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Links;

namespace Isthmus.Lab.Regret;

/// <summary>
/// Judges the adaptation under a trace of the device's link, against an oracle that knows the trace, the best plan that never changes (chosen in
/// hindsight), and everything in one place. Simulated: times come from the profile, and adaptation, link estimator and circuit breaker
/// are the product's own, on a simulated clock. The same seed gives the same figures on any machine.
/// </summary>
/// <remarks>
/// The trace is the device's access: to the edge it is the whole link; to the cloud, the round trip between edge and cloud comes on top. The
/// link between edge and cloud stays as profiled. The oracle picks for each picture the fastest of the plans that are the best under some constant
/// bandwidth between 1 kbit/s and 10 Gbit/s, those that the adaptation used, and the device alone; where the trace is constant for as
/// long as a picture takes, that is the fastest of all plans.
/// </remarks>
public sealed class RegretStudy
{
    private const int GridPoints = 57;

    private readonly ProfileIndex _index;
    private readonly RegretOptions _options;
    private readonly string _device;
    private readonly ImmutableArray<NodeProfile> _nodes;
    private readonly Dictionary<Plan, PlanTimes> _times = [];

    /// <summary>Prepares a study.</summary>
    /// <param name="profile">What was measured.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="IsthmusException">An option is out of range, or the profile has no node beside the device that a link leads to.</exception>
    public RegretStudy(Profile profile, RegretOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        _options = options ?? RegretOptions.Default;
        _options.Validate();
        _index = ProfileIndex.Of(profile);
        if (profile.Nodes.Count(n => n.Tier == Tier.Device) > 1)
            throw new IsthmusException(ErrorKind.Planning, "The profile has several devices, and a run is on one: profile again on one of them.");
        _device = profile.Nodes.First(n => n.Tier == Tier.Device).Name;
        _nodes = [.. profile.Nodes.Where(n => n.Tier != Tier.Device)];
        if (_nodes.IsEmpty) throw new IsthmusException(ErrorKind.Planning, "The profile knows the device alone: there is nothing to adapt to. Profile with --edge or --cloud.");
    }

    /// <summary>Judges under one trace.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="trace">The device's link over time; its last line marks the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InfeasiblePlanException">No plan satisfies the constraints.</exception>
    public TraceRegret Run(string name, LinkTrace trace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trace);
        double end = trace.Steps[^1].At.Value;
        Random random = new(_options.Seed);
        List<(double At, double Speed)> arrivals = [];
        for (double at = 0; at < end; at += _options.Every.Value) arrivals.Add((at, 1 + (_options.Noise * ((2 * random.NextDouble()) - 1))));
        if (arrivals.Count > 1_000_000) throw new IsthmusException(ErrorKind.Usage, "More than a million pictures come: choose a longer --every.");
        Dictionary<string, TracedLink> links = _nodes.ToDictionary(n => n.Name, n => new TracedLink(trace, Beyond(n)));

        (double[] adaptive, PlanTimes[] used, int fallbacks) = Adaptive(arrivals, links, cancellationToken);
        PlanTimes[] plans = [.. Candidates(trace, links).Concat(used).DistinctBy(p => p.Plan)];
        double[] oracle = new double[arrivals.Count];
        int oracleSwitches = 0;
        Plan? last = null;
        for (int i = 0; i < oracle.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (double best, PlanTimes? plan) = (double.PositiveInfinity, null);
            foreach (PlanTimes candidate in plans)
            {
                double latency = SimulatedRun.Latency(candidate, arrivals[i].At, arrivals[i].Speed, links, _index.Profile.OutputBytes);
                if (latency < best) (best, plan) = (latency, candidate);
            }

            oracle[i] = best;
            if (last is not null && last != plan!.Plan) oracleSwitches++;
            last = plan!.Plan;
        }

        List<PolicyRegret> rows = [Row("oracle", null, oracle, oracle, oracleSwitches, 0), Row("adaptive", null, adaptive, oracle, Changes(used), fallbacks)];
        (PlanTimes Plan, double[] Latencies, int Fallbacks)[] fixedRuns = [.. plans.Select(p => Fixed(p, arrivals, links, cancellationToken))];
        Add("static best", fixedRuns);
        Add("device-only", [.. fixedRuns.Where(f => f.Plan.Node is null)]);
        foreach (Tier tier in new[] { Tier.Edge, Tier.Cloud })
            Add($"{tier.ToString().ToLowerInvariant()}-only", [.. Whole(tier).Select(p => Fixed(p, arrivals, links, cancellationToken))]);
        return new(name, end / 1000, arrivals.Count, [.. rows]) { Timeline = [.. arrivals.Select((a, i) => (a.At, oracle[i], adaptive[i]))] };

        void Add(string policy, (PlanTimes Plan, double[] Latencies, int Fallbacks)[] runs)
        {
            if (runs.Length == 0) return;
            (PlanTimes plan, double[] latencies, int late) = runs.MinBy(r => r.Latencies.Average());
            rows.Add(Row(policy, plan.Plan.Describe(), latencies, oracle, 0, late));
        }
    }

    private (double[] Latencies, PlanTimes[] Used, int Fallbacks) Adaptive(List<(double At, double Speed)> arrivals, Dictionary<string, TracedLink> links, CancellationToken cancellationToken)
    {
        SimulatedClock clock = new();
        SimulatedTiers tiers = new(_index.Profile, _device, links, clock, _options);
        Adaptation adaptation = new(_index.Profile, tiers, _options.Adaptation with { Clock = clock });
        SimulatedRun run = new(clock, tiers, links, _index.Profile.OutputBytes, _options);
        List<PlanTimes> used = [];
        double[] latencies = run.Run(arrivals, () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            AdaptationDecision decision = adaptation.Decide();
            PlanTimes times = Times(decision.Plan);
            used.Add(times);
            return (times, adaptation.Patience(decision.Predicted, decision.BestMs)?.Value ?? double.PositiveInfinity);
        }, watchesLinks: true);
        return (latencies, [.. used], run.Fallbacks);
    }

    private (PlanTimes Plan, double[] Latencies, int Fallbacks) Fixed(
        PlanTimes plan, List<(double At, double Speed)> arrivals, Dictionary<string, TracedLink> links, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SimulatedClock clock = new();
        SimulatedTiers tiers = new(_index.Profile, _device, links, clock, _options);
        SimulatedRun run = new(clock, tiers, links, _index.Profile.OutputBytes, _options);
        return (plan, run.Run(arrivals, () => (plan, double.PositiveInfinity), watchesLinks: false), run.Fallbacks);
    }

    // The best plans under every constant bandwidth of a grid, with each round trip of the trace; and the device alone, which is always there.
    private IEnumerable<PlanTimes> Candidates(LinkTrace trace, Dictionary<string, TracedLink> links)
    {
        PlanningRequest request = new(_index)
        {
            Objective = _options.Adaptation.Objective,
            Constraints = _options.Adaptation.Constraints,
            Space = _options.Adaptation.Space,
            Top = 1,
            WithPareto = false,
        };
        HashSet<Plan> plans = [];
        double[] moments = [.. trace.Steps.DistinctBy(s => (s.Up.Delay, s.Down.Delay)).Select(s => s.At.Value).Take(8)];
        foreach (double moment in moments)
        {
            for (int i = 0; i < GridPoints; i++)
            {
                BitsPerSecond rate = new(Math.Pow(10, 3 + (7.0 * i / (GridPoints - 1))));
                ImmutableArray<LinkProfile> now =
                [
                    .. links.SelectMany(l => new LinkProfile[]
                    {
                        new(_device, l.Key, new(l.Value.RoundTrip(moment)), rate, true), new(l.Key, _device, new(l.Value.RoundTrip(moment)), rate, true),
                    }),
                ];
                PlanningRequest then = request with { Links = now };
                if (Planner.Best(then, CostModel.Of(then)) is { } best) plans.Add(best.Plan);
            }
        }

        foreach (double moment in moments)
        {
            // The trace's own rates, exactly.
            foreach (LinkTraceStep step in trace.Steps.DistinctBy(s => s.Up.Rate).Take(200))
            {
                PlanningRequest then = request with
                {
                    Links = [.. links.SelectMany(l => new LinkProfile[]
                    {
                        new(_device, l.Key, new(l.Value.RoundTrip(moment)), step.Up.Rate, true), new(l.Key, _device, new(l.Value.RoundTrip(moment)), step.Down.Rate, true),
                    })],
                };
                if (Planner.Best(then, CostModel.Of(then)) is { } best) plans.Add(best.Plan);
            }
        }

        plans.Add(new Plan(_index.Profile.Model, InputEncoding.Local, [new(_device, Tier.Device, null, null, null)]));
        return plans.Select(TryTimes).OfType<PlanTimes>();
    }

    private IEnumerable<PlanTimes> Whole(Tier tier)
    {
        foreach (NodeProfile node in _nodes.Where(n => n.Tier == tier))
        {
            foreach (InputProfile input in _index.Profile.Inputs)
            {
                if (_options.Adaptation.Constraints.MaxAccuracyLoss is { } most && input.AccuracyLoss > most) continue;
                if (TryTimes(new(_index.Profile.Model, input.Encoding, [new(node.Name, tier, null, null, null)])) is { } times) yield return times;
            }
        }
    }

    private PlanTimes Times(Plan plan) => _times.TryGetValue(plan, out PlanTimes? times) ? times : _times[plan] = PlanTimes.Of(_index, _device, plan);

    private PlanTimes? TryTimes(Plan plan)
    {
        try
        {
            return Times(plan);
        }
        catch (IsthmusException)
        {
            // Not measured: it is no candidate.
            return null;
        }
    }

    // From the edge's place to the cloud's.
    private Milliseconds Beyond(NodeProfile node) => node.Tier == Tier.Edge ? Milliseconds.Zero
        : _index.Profile.Links.Where(l => l.To == node.Name && l.From != _device).Select(l => l.RoundTrip).DefaultIfEmpty(Milliseconds.Zero).MinBy(r => r.Value);

    private static int Changes(PlanTimes[] used) => used.Zip(used.Skip(1)).Count(pair => pair.First.Plan != pair.Second.Plan);

    private static PolicyRegret Row(string policy, string? plan, double[] latencies, double[] oracle, int switches, int fallbacks) => new(
        policy, plan, Round(latencies.Average()), Round(P95(latencies)), Round(latencies.Max()), Round(latencies.Average() - oracle.Average()),
        Round(P95(latencies) - P95(oracle)), switches, fallbacks);

    private static double P95(double[] values) => Timing.Of(values).P95.Value;

    private static double Round(double ms) => Math.Round(ms, 3);
}
