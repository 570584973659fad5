using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Planning.Assignment;

/// <summary>
/// Many requests that share links and nodes (Zhao et al., Globecom Workshops 2020): for each a network, a node or its own device, and how much of the picture crosses.
/// <para>
/// The model. Each request is a user with a device of his own, who sends ρ images a second. A link's bandwidth B is divided: a request with the share β of it sends the
/// fraction x of D bytes in 8·x·D/(β·B), which may not take longer than until its next image. A node answers one image at a time in the order in which they come: with
/// requests that come at random it is busy U = Σρ·w of its time, which may be at most <see cref="MaxUtilisation"/>, and an image waits W = Σρ·w²/(2·(1 − U)) (Pollaczek
/// and Khinchine), w being its decoding and computing. T = encode + RTT + transfer + W + w + overhead + answer; on the device T = decode + compute + overhead.
/// </para>
/// </summary>
public sealed class AssignmentProblem
{
    /// <summary>The most requests.</summary>
    public const int MaxRequests = 10_000;

    /// <summary>The share of its time for which a node may work.</summary>
    public const double MaxUtilisation = 0.95;

    // Bounds on memory and time: ways to answer, and tables of accuracy, of which there is one for each floor.
    private const long MaxOptions = 4_000_000;
    private const int MaxTables = 4096;

    private readonly Profile[] _profiles;
    private readonly OptionSource _source;

    private AssignmentProblem(ImmutableArray<AssignmentRequest> requests, AssignmentObjective objective, AssignmentOption[][] options, Profile[] profiles, double maxMs, OptionSource source)
    {
        _source = source;
        Requests = requests;
        Objective = objective;
        Options = options;
        MaxMs = maxMs;
        _profiles = profiles;
    }

    /// <summary>The requests.</summary>
    public ImmutableArray<AssignmentRequest> Requests { get; }

    /// <summary>What is wanted.</summary>
    public AssignmentObjective Objective { get; }

    /// <summary>T_max of satisfactions: the longest deadline, or a second if there is none. A_max is 1.</summary>
    public double MaxMs { get; }

    /// <summary>By request, the ways to answer it that keep its floor and, with a link and a node of its own, its deadline.</summary>
    internal AssignmentOption[][] Options { get; }

    /// <summary>How many nodes the profiles have.</summary>
    internal int Nodes => _profiles[0].Nodes.Length;

    /// <summary>Lays the problem out.</summary>
    /// <param name="planning">The profiles of one or several networks, and links, ratios and constraints on nodes and tiers as for a plan; the rest does not count.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="objective">What is wanted.</param>
    /// <exception cref="IsthmusException">A request has a number out of range or names what is not there, or the profiles have no curve.</exception>
    public static AssignmentProblem Of(PlanningRequest planning, ImmutableArray<AssignmentRequest> requests, AssignmentObjective objective)
    {
        ArgumentNullException.ThrowIfNull(planning);
        if (requests.IsDefaultOrEmpty || requests.Length > MaxRequests) throw new IsthmusException(ErrorKind.Usage, $"From 1 to {MaxRequests} requests can be assigned.");
        if (!Enum.IsDefined(objective)) throw new IsthmusException(ErrorKind.Usage, "The objective is none of accuracy, latency and satisfaction.");
        PlanningQuestion.Validate(planning with { Space = new() { MaxCuts = 0, OnlyCurves = true }, WithPareto = false });
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (AssignmentRequest request in requests) Check(request, names);
        ImmutableArray<CostModel> models = CostModel.AllOf(planning);
        long ways = requests.Length * models.Sum(m => (long)m.Index.Profile.Nodes.Length * Math.Max(1, m.Index.Profile.InputCurves.Length));
        if (ways > MaxOptions) throw new IsthmusException(ErrorKind.Usage, $"{ways} ways to answer {requests.Length} requests are too many: at most {MaxOptions}; give fewer profiles, curves (--inputs) or requests.");
        OptionSource source = new(planning, models);
        double longest = requests.Max(r => r.MaxMs) ?? 1000;
        return new(requests, objective, [.. requests.Select(source.Of)], [.. models.Select(m => m.Index.Profile)], longest > 0 ? longest : 1000, source);
    }

    /// <summary>The same problem with fewer ways.</summary>
    internal AssignmentProblem Only(Func<AssignmentOption, NodeProfile, bool> allowed, bool whole) => new(
        Requests, Objective,
        [.. Options.Select(all => all.Where(o => allowed(o, NodeOf(o))).Select(o => whole && o.Table is { } table ? o with { Table = table.OnlyWhole() } : o).ToArray())], _profiles, MaxMs, _source);

    /// <summary>Why a request is not served.</summary>
    internal string WhyNot(int request)
    {
        if (Options[request].Length > 0) return "the others leave no room on the links and nodes that could serve it";
        AssignmentRequest r = Requests[request];
        string floor = $"no network reaches an accuracy of {r.MinAccuracy:0.###}", deadline = $"nothing answers within {r.MaxMs:0.##} ms, even alone";
        if (_source.Of(r with { MaxMs = null, MinAccuracy = 0 }).Length == 0) return "no node that may be used can answer so many images a second";
        bool inTime = _source.Of(r with { MinAccuracy = 0 }).Length > 0, exact = _source.Of(r with { MaxMs = null }).Length > 0;
        return !exact && !inTime ? $"{floor}, and {deadline}" : !exact ? floor : !inTime ? deadline
            : $"nothing that answers within {r.MaxMs:0.##} ms reaches an accuracy of {r.MinAccuracy:0.###}, even alone";
    }

    internal NodeProfile NodeOf(AssignmentOption option) => _profiles[option.Variant].Nodes[option.Node];

    internal Profile ProfileOf(AssignmentOption option) => _profiles[option.Variant];

    /// <summary>What accuracy is worth to a request, and what a millisecond costs it.</summary>
    internal (double Gain, double Loss) Worth(AssignmentRequest request) => Objective switch
    {
        AssignmentObjective.Accuracy => (request.Weight, 0),
        AssignmentObjective.Latency => (0, request.Weight),
        _ => (request.Weight * request.AccuracyWeight, request.Weight * request.TimeWeight / MaxMs),
    };

    /// <summary>How satisfied a user is who is served: wa·(A − A_req) + wc·(T_req − T)/T_max, without a deadline with T_max as T_req.</summary>
    internal double Satisfaction(AssignmentRequest request, double accuracy, double ms) =>
        (request.AccuracyWeight * (accuracy - request.MinAccuracy)) + (request.TimeWeight * ((request.MaxMs ?? MaxMs) - ms) / MaxMs);

    /// <summary>What a request that is served with this is worth, more being better.</summary>
    internal double Value(AssignmentRequest request, double accuracy, double ms) => request.Weight * Objective switch
    {
        AssignmentObjective.Accuracy => accuracy,
        AssignmentObjective.Latency => -ms,
        _ => Satisfaction(request, accuracy, ms),
    };

    private static void Check(AssignmentRequest request, HashSet<string> names)
    {
        if (request is null || string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > 256) throw new IsthmusException(ErrorKind.Usage, "A request has a name of at most 256 letters.");
        if (!names.Add(request.Name)) throw Wrong("is there twice");
        if (!(request.PerSecond is > 0 and <= 1e6)) throw Wrong("must send above 0 and at most a million images a second");
        if (!(request.Weight is > 0 and <= 1e6)) throw Wrong("must have a weight above 0 and at most a million");
        if (!(request.MinAccuracy is >= 0 and <= 1)) throw Wrong("must have a floor of accuracy from 0 to 1");
        if (request.MaxMs is { } ms && !(ms is > 0 and <= ProfileRules.MaxMilliseconds)) throw Wrong("must have a deadline above 0 ms and at most an hour");
        if (request.Bytes is { } bytes && !(bytes is > 0 and <= ProfileRules.MaxSize)) throw Wrong("must have images of 1 byte or more, at most a terabyte");
        if (!(request.AccuracyWeight is >= 0 and <= 1e6) || !(request.TimeWeight is >= 0 and <= 1e6)) throw Wrong("must have weights from 0 to a million");

        IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"The request '{request.Name}' {what}.");
    }

    // Makes the ways to answer a request, from what the profiles hold.
    private sealed class OptionSource
    {
        private readonly PlanningRequest _planning;
        private readonly ImmutableArray<CostModel> _models;
        private readonly double[] _most;
        private readonly (InputCurve Curve, IAccuracyCurve Accuracy)[][] _curves;
        private readonly Dictionary<(int Variant, int Curve, int Least), AccuracyTable> _tables = [];

        public OptionSource(PlanningRequest planning, ImmutableArray<CostModel> models)
        {
            _planning = planning;
            _models = models;
            // With labels, what the best network reaches on the curves' images; else 1, all agree with themselves.
            double best = models.SelectMany(m => m.Index.Profile.InputCurves).Max(c => c.Whole);
            _most = [.. models.Select(m => Math.Clamp(best - m.VariantLoss, 0, 1))];
            _curves = [.. models.Select(m => FractionInputs.CurvesOf(m.Index.Profile)
                .Where(c => _planning.Space.Inputs?.Contains(c.Reference) != false).Select(c => (c, c.Curve)).ToArray())];
        }

        public AssignmentOption[] Of(AssignmentRequest request)
        {
            List<AssignmentOption> options = [];
            for (int v = 0; v < _models.Length; v++)
            {
                CostModel model = _models[v];
                int device = DeviceOf(model.Index, request);
                double local = model.DecodeLocal(device) + model.Compute(device, -1, model.Index.End);
                double ms = local + model.Queue(device) + model.Overhead(device);
                // Who computes for longer than until the next image cannot keep up.
                bool may = Allowed(model.Index.Profile.Nodes[device]) && local * request.PerSecond <= 1000;
                if (may && !double.IsNaN(ms) && _most[v] >= request.MinAccuracy && !(ms > request.MaxMs))
                    options.Add(new(v, device, -1, ms, 0, local, 0, InputEncoding.Local, _most[v], null));
                for (int c = 0; c < _curves[v].Length; c++)
                {
                    for (int node = 0; node < model.Index.Profile.Nodes.Length; node++)
                    {
                        if (Sent(request, v, c, device, node) is { } option) options.Add(option);
                    }
                }
            }

            return [.. options];
        }

        private AssignmentOption? Sent(AssignmentRequest request, int variant, int c, int device, int node)
        {
            CostModel model = _models[variant];
            ProfileIndex index = model.Index;
            NodeProfile profile = index.Profile.Nodes[node];
            if (profile.Tier == Tier.Device || !Allowed(profile) || !model.HasLink(device, node)) return null;
            (InputCurve curve, IAccuracyCurve accuracy) = _curves[variant][c];
            if (index.InputAt(curve.Reference) is not { } input) return null;
            double bytes = request.Bytes ?? curve.Bytes.Value;
            double work = model.DecodeInput(node, input) + model.Compute(node, -1, index.End);
            double whole = bytes * model.MsPerByte(device, node);
            double rest = model.EncodeInput(device, input) + model.HalfTrip(device, node) + work + model.Queue(node) + model.Overhead(node) + model.Return(node, device);
            double shift = _most[variant] - curve.Whole;
            // No measurement backs the curve before its first point.
            double least = Math.Max(curve.Least, accuracy.Inverse(request.MinAccuracy - shift) ?? 2);
            int thousandth = Math.Max(1, (int)Math.Ceiling((least * AccuracyTable.Whole) - 1e-9));
            double slack = Math.Min((request.MaxMs ?? double.PositiveInfinity) - rest, 1000 / request.PerSecond);
            if (double.IsNaN(rest) || thousandth > AccuracyTable.Whole || _most[variant] < request.MinAccuracy || !(slack > 0)) return null;
            if (thousandth * whole / AccuracyTable.Whole > slack || work * request.PerSecond > 1000 * MaxUtilisation) return null;
            if (!_tables.TryGetValue((variant, c, thousandth), out AccuracyTable? table))
            {
                if (_tables.Count == MaxTables) throw new IsthmusException(ErrorKind.Usage, $"The requests have too many different floors of accuracy for so many curves: more than {MaxTables} together.");
                _tables[(variant, c, thousandth)] = table = new(accuracy, shift, _most[variant], thousandth);
            }

            return new(variant, node, (device * index.Profile.Nodes.Length) + node, rest, whole, work, bytes, curve.Reference, 0, table);
        }

        private bool Allowed(NodeProfile node) => _planning.Constraints.Allows(node) && _planning.Space.Allows(node);

        private int DeviceOf(ProfileIndex index, AssignmentRequest request)
        {
            if ((request.Device ?? _planning.Device) is not { } name)
            {
                return index.Devices.Length == 1 ? index.Device
                    : throw new IsthmusException(ErrorKind.Usage, $"The request '{request.Name}' does not say which device it comes from: choose {string.Join(", ", index.Devices.Select(d => index.Profile.Nodes[d].Name))}.");
            }

            return index.Node(name).Tier == Tier.Device ? index.NodeAt(name) : throw new IsthmusException(ErrorKind.Usage, $"The request '{request.Name}' comes from '{name}', which is not a device.");
        }
    }
}
