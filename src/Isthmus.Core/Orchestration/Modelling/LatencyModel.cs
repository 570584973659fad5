using System.Text.Json.Nodes;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>
/// What requests take, learned from response times: Bayesian linear regression on the terms of <see cref="SystemModel"/>, one response at a time, with the uncertainty of every
/// prediction. It begins with a measured profile or with the structure alone, in which case it looks at no time of the action space: only at who uses which node, at the bytes, and at
/// what monitors report. Parameters: by kind of action what it takes on a device, by user a pace, by action and user a difference; by node and kind what it takes alone and what each
/// further user adds, tied to the same of the other kinds; by user, node and weak or regular link, milliseconds, a factor on the round trip and one on the transfer.
/// </summary>
/// <remarks>
/// Responses scatter in proportion to their time. One that is far off weighs less (Huber), one that is lost (NaN) is not looked at. <see cref="ResponseDrift"/> watches each device,
/// link and node; what drifts is believed less again. Not thread-safe.
/// </remarks>
public sealed class LatencyModel
{
    private const int ForgetEvery = 50;
    private const double LeastNoise = 0.005;
    private const double LeastMs = 1e-3;

    // Nearly three hours: what is longer is no response, and nothing is expected to be.
    private const double MostMs = 1e7;
    private const double BusyCpu = 0.75;

    private readonly double[] _x;
    private readonly int[] _counts;
    private double[][] _curves = [];
    private double[] _v = [];
    private LatencyLayout _layout;
    private HierarchicalRegression _terms;
    private bool _scaled;

    // Which parameters had a part in a response since the last time that the others were forgotten a little; and the steps since then.
    private bool[] _seen = [];
    private bool[][] _seenOwn = [];
    private int _steps;

    // Drift of each user's device, of each user's link to each node, and of each node.
    private ResponseDrift[] _devices = [];
    private ResponseDrift[] _links = [];
    private ResponseDrift[] _nodes = [];

    /// <summary>Begins with what is believed at first.</summary>
    /// <param name="actions">What users may do.</param>
    /// <param name="profile">What was measured, for the same actions; null for only the structure.</param>
    /// <param name="options">What is believed.</param>
    /// <exception cref="Errors.IsthmusException">The actions or options make no sense.</exception>
    public LatencyModel(ActionSpace actions, SystemModel? profile = null, LatencyModelOptions? options = null)
        : this(actions, profile, options, null)
    {
    }

    private LatencyModel(ActionSpace actions, SystemModel? profile, LatencyModelOptions? options, double? scale)
    {
        ArgumentNullException.ThrowIfNull(actions);
        actions.Validate();
        Options = options ?? new();
        Options.Validate();
        if (profile is not null)
        {
            Profiles.Check(actions, profile);
            scale ??= Math.Max(1e-3, actions.Users.Average(static u => u.Actions.Average(static a => a.DeviceMs + a.NodeMs)));
        }

        Actions = actions;
        Profile = profile;
        Noise = Options.Noise;
        _scaled = scale is not null;
        _layout = new(actions, profile, Options, scale ?? Options.TypicalMs);
        _terms = Terms(_layout);
        _x = new double[_layout.Shared.Count];
        _v = new double[_layout.Users.Max(static u => u.Length)];
        _counts = new int[actions.Nodes.Length];
        MakeCurves();
        ClearSeen();
        Watch();
    }

    /// <summary>What users may do.</summary>
    public ActionSpace Actions { get; }

    /// <summary>The profile that it began with; null if only the structure was known.</summary>
    public SystemModel? Profile { get; }

    /// <summary>What was believed at first.</summary>
    public LatencyModelOptions Options { get; }

    /// <summary>How much requests that do the same scatter, relative to their time.</summary>
    public double Noise { get; private set; }

    /// <summary>How many responses it has learned from.</summary>
    public long Responses { get; private set; }

    /// <summary>How many responses were lost or no time.</summary>
    public long Lost { get; private set; }

    /// <summary>How many responses counted as outliers.</summary>
    public long Outliers { get; private set; }

    /// <summary>How often a device, a link or a node was found to have changed, or responses were so absurd that all was forgotten.</summary>
    public long Drifts { get; private set; }

    /// <summary>The number of parameters: shared, and of all users.</summary>
    public (int Shared, int Own) Parameters => (_layout.Shared.Count, _layout.Users.Sum(static u => u.Length));

    internal LatencyLayout Layout => _layout;

    internal HierarchicalRegression Regression => _terms;

    /// <summary>What a request is expected to take.</summary>
    /// <param name="state">How users and nodes are.</param>
    /// <param name="user">The user.</param>
    /// <param name="action">The position of the action in the user's menu.</param>
    /// <param name="sharing">How many users use the action's node, this one included.</param>
    public Prediction Predict(SystemState state, int user, int action, int sharing)
    {
        ArgumentNullException.ThrowIfNull(state);
        Features(state, user, action, sharing);
        (double mean, double variance) = _terms.Predict(user, _x, Own(user));
        return new(Possible(mean), Math.Min(MostMs, Math.Sqrt(variance)));
    }

    /// <summary>Learns from a step.</summary>
    /// <param name="before">How users and nodes were when it was chosen.</param>
    /// <param name="choices">The joint action.</param>
    /// <param name="responseMs">Each user's response time in milliseconds; NaN if the request was lost.</param>
    public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs)
    {
        ArgumentNullException.ThrowIfNull(before);
        if (!_scaled) Rescale(responseMs);
        Actions.Count(choices, _counts);
        for (int u = 0; u < choices.Length; u++)
        {
            double y = responseMs[u];
            if (!(y is >= 0 and <= MostMs))
            {
                Lost++;
                continue;
            }

            int node = Actions.Users[u].Actions[choices[u]].Node;
            Features(before, u, choices[u], node < 0 ? 1 : _counts[node]);
            Learn(u, node, y);
        }

        if (++_steps == ForgetEvery) Forget();
        if (!_terms.Sane)
        {
            // Monitors or responses so absurd that the numbers do not bear them: better to know nothing.
            _terms = Terms(_layout);
            Drifts++;
        }

        _terms.Refresh();
    }

    /// <summary>The features of an observation: of the shared parameters, and of the user's.</summary>
    internal (double[] Shared, double[] Own) Row(SystemState state, int user, int action, int sharing)
    {
        Features(state, user, action, sharing);
        return ([.. _x], Own(user).ToArray());
    }

    private void Learn(int user, int node, double y)
    {
        Span<double> own = Own(user);
        (double mean, double variance) = _terms.Predict(user, _x, own);
        double about = Math.Max(Math.Max(mean, 0.5 * Math.Min(y, 3 * (Math.Abs(mean) + Math.Sqrt(variance)))), LeastMs);
        double noise = Noise * about;
        noise *= noise;
        double off = (y - mean) / Math.Sqrt(variance + noise);
        Responses++;
        double given = noise;
        if (Math.Abs(off) > Options.Outlier)
        {
            Outliers++;
            given *= off * off / (Options.Outlier * Options.Outlier);
        }

        _terms.Learn(user, _x, own, y, given);
        for (int i = 0; i < _seen.Length; i++) _seen[i] |= _x[i] != 0;
        for (int i = 0; i < own.Length; i++) _seenOwn[user][i] |= own[i] != 0;
        if (Options.LearnNoise)
        {
            // A step of the logarithm towards as many standard deviations as there should be; only what is well known says something of the noise.
            double rate = noise / (variance + noise) * Math.Max(0.01, 1.0 / (20 + Responses));
            Noise = Math.Clamp(Noise * Math.Exp(rate * (Math.Min(off * off, 9) - 0.995)), LeastNoise, 10);
        }

        if (!double.IsPositiveInfinity(Options.DriftThreshold)) Watch(user, node, off, y - mean);
    }

    /// <summary>Fills a table with expected times, or with times that could be as far as is known (Thompson sampling).</summary>
    /// <param name="table">Is overwritten.</param>
    /// <param name="state">How users and nodes are.</param>
    /// <param name="goal">What accuracy is wanted.</param>
    /// <param name="random">Draws the parameters; null for the expectation.</param>
    /// <param name="spread">How many times as far as is known the draws may lie.</param>
    /// <param name="together">Whether one draw of what nodes take holds for all users.</param>
    internal void Fill(JointTable table, SystemState state, AccuracyGoal goal, ResumableRandom? random = null, double spread = 1, bool together = true)
    {
        int shared = _layout.Shared.Count, users = Actions.Users.Length, nodes = Actions.Nodes.Length;
        Span<double> s = stackalloc double[shared], common = stackalloc double[shared], normal = stackalloc double[Math.Max(shared, _v.Length)];
        _terms.Mean.CopyTo(s);
        if (random is not null) _terms.Draw(common, random, spread, normal);
        else s.CopyTo(common);
        for (int c = 0; c < _curves.Length; c++) Curve(_layout.Curves[c], common, state.Nodes[_layout.Curves[c].Node].Memory < SystemModel.LowMemory, _curves[c]);
        table.Begin(users, nodes, goal.MinMean, goal.MsPerMissing);
        for (int u = 0; u < users; u++)
        {
            // Everybody draws anew, so that not all try the same at once; of nodes, together, one draw holds for all: that four at once are fast there is tried by four or by nobody.
            double far = random is null ? 0 : spread;
            if (random is not null) _terms.Draw(s, random, spread, normal);
            if (!together)
            {
                s.CopyTo(common);
                for (int c = 0; c < _curves.Length; c++) Curve(_layout.Curves[c], common, state.Nodes[_layout.Curves[c].Node].Memory < SystemModel.LowMemory, _curves[c]);
            }

            Span<double> d = _v.AsSpan(0, _layout.Users[u].Length);
            _terms.Given(u, s, common, _layout.Link[u], d, random, spread, normal);
            UserMenu menu = Actions.Users[u];
            for (int p = 0; p <= nodes; p++)
            {
                for (int a = 0; a < menu.Actions.Length; a++)
                {
                    UserAction action = menu.Actions[a];
                    if (action.Node != p - 1 || action.Accuracy < (menu.MinAccuracy ?? 0) - JointProblem.Tolerance) continue;
                    double fixedMs = DeviceMs(state, u, a, s, d) + LinkMs(state, u, a, d);
                    if (p == 0)
                    {
                        table.Add(a, action.Accuracy, 1)[0] = Possible(fixedMs);
                        continue;
                    }

                    double[] curve = _curves[_layout.Curve[u][a]];
                    double factor = (Profile is null ? 1 : action.NodeMs) / Sane(state.Nodes[p - 1]).Cpu;
                    Span<double> times = table.Add(a, action.Accuracy, users);
                    double least = LeastMs;
                    for (int k = 1; k <= users; k++) times[k - 1] = least = Math.Max(least, Possible(fixedMs + (factor * curve[k])));
                }

                table.EndPlace();
            }
        }
    }

    /// <summary>The same model for users and nodes that came or went: what was learned of those that stay is kept, by name.</summary>
    /// <param name="changed">The new actions.</param>
    /// <param name="profile">Their profile, if it began with one.</param>
    internal LatencyModel For(ActionSpace changed, SystemModel? profile)
    {
        LatencyModel other = new(changed, profile, Options, profile is null && _scaled ? _layout.Scale : null)
        {
            Noise = Noise,
            Responses = Responses,
            Lost = Lost,
            Outliers = Outliers,
            Drifts = Drifts,
        };
        if ((profile is null) != (Profile is null) || !_scaled) return other;
        Dictionary<string, int> shared = Index(_layout.Shared.Select(static t => t.Key)), users = Index(Actions.Users.Select(static u => u.Name)), nodes = Index(Actions.Nodes);
        List<(int Group, int[] Own)> groups = [];
        for (int u = 0; u < changed.Users.Length; u++)
        {
            int from = users.GetValueOrDefault(changed.Users[u].Name, -1);
            Dictionary<string, int> own = from < 0 ? [] : Index(_layout.Users[from].Select(static t => t.Key));
            groups.Add((from, [.. other._layout.Users[u].Select(t => own.GetValueOrDefault(t.Key, -1))]));
            if (from < 0) continue;
            other._devices[u].CopyFrom(_devices[from]);
            for (int n = 0; n < changed.Nodes.Length; n++)
            {
                if (nodes.TryGetValue(changed.Nodes[n], out int m)) other._links[(u * changed.Nodes.Length) + n].CopyFrom(_links[(from * Actions.Nodes.Length) + m]);
            }
        }

        for (int n = 0; n < changed.Nodes.Length; n++)
        {
            if (nodes.TryGetValue(changed.Nodes[n], out int m)) other._nodes[n].CopyFrom(_nodes[m]);
        }

        _terms.MoveTo(other._terms, [.. other._layout.Shared.Select(t => shared.GetValueOrDefault(t.Key, -1))], groups);
        return other;
    }

    /// <summary>All that it has learned.</summary>
    internal JsonObject Save()
    {
        JsonArray users = [];
        for (int u = 0; u < Actions.Users.Length; u++)
        {
            HierarchicalRegression.Group g = _terms[u];
            users.Add(new JsonObject
            {
                ["name"] = Actions.Users[u].Name,
                ["terms"] = SavedNumbers.Names(_layout.Users[u].Select(static t => t.Key)),
                ["mean"] = SavedNumbers.Of(g.Mean),
                ["slope"] = SavedNumbers.Of(g.Slope),
                ["covariance"] = SavedNumbers.Of(g.Covariance),
            });
        }

        return new()
        {
            ["nodes"] = SavedNumbers.Names(Actions.Nodes),
            ["prior"] = Profile is null ? "structure" : "profile",
            ["scale"] = _scaled ? _layout.Scale : 0.0,
            ["noise"] = Noise,
            ["responses"] = Responses,
            ["lost"] = Lost,
            ["outliers"] = Outliers,
            ["drifts"] = Drifts,
            ["terms"] = SavedNumbers.Names(_layout.Shared.Select(static t => t.Key)),
            ["mean"] = SavedNumbers.Of(_terms.Mean),
            ["covariance"] = SavedNumbers.Of(_terms.Covariance),
            ["users"] = users,
            ["steps"] = _steps,
            ["seen"] = SavedNumbers.Of([.. _seen.Concat(_seenOwn.SelectMany(static o => o)).Select(static b => b ? 1.0 : 0)]),
            ["drift"] = SavedNumbers.Of([.. Tests.SelectMany(static t => t.Numbers())]),
        };
    }

    /// <summary>Restores what was saved of the same actions.</summary>
    /// <exception cref="Errors.IsthmusException">It is damaged, or of other actions.</exception>
    internal static LatencyModel Restore(ActionSpace actions, JsonObject saved, SystemModel? profile, LatencyModelOptions? options)
    {
        double scale = SavedNumbers.Number(saved, "scale", 0, 1e12);
        SavedNumbers.Expect(saved, "prior", profile is null ? "structure" : "profile");
        LatencyModel model = new(actions, profile, options, scale > 0 ? scale : null)
        {
            Noise = SavedNumbers.Number(saved, "noise", LeastNoise / 100, 10),
            Responses = SavedNumbers.Count(saved, "responses"),
            Lost = SavedNumbers.Count(saved, "lost"),
            Outliers = SavedNumbers.Count(saved, "outliers"),
            Drifts = SavedNumbers.Count(saved, "drifts"),
        };
        SavedNumbers.Expect(saved, "nodes", actions.Nodes);
        LatencyLayout layout = model._layout;
        SavedNumbers.Expect(saved, "terms", [.. layout.Shared.Select(static t => t.Key)]);
        SavedNumbers.Read(saved, "mean", model._terms.Mean);
        SavedNumbers.ReadCovariance(saved, "covariance", model._terms.Covariance, layout.Shared.Count);
        JsonArray users = SavedNumbers.List(saved, "users", actions.Users.Length);
        for (int u = 0; u < users.Count; u++)
        {
            JsonObject user = users[u] as JsonObject ?? throw SavedNumbers.Wrong("a user is no object");
            SavedNumbers.Expect(user, "name", actions.Users[u].Name);
            SavedNumbers.Expect(user, "terms", [.. layout.Users[u].Select(static t => t.Key)]);
            HierarchicalRegression.Group g = model._terms[u];
            SavedNumbers.Read(user, "mean", g.Mean);
            SavedNumbers.Read(user, "slope", g.Slope);
            SavedNumbers.ReadCovariance(user, "covariance", g.Covariance, g.Size);
        }

        model._steps = (int)SavedNumbers.Number(saved, "steps", 0, ForgetEvery - 1);
        double[] seen = new double[model._seen.Length + model._seenOwn.Sum(static o => o.Length)];
        SavedNumbers.Read(saved, "seen", seen);
        int at = 0;
        for (int i = 0; i < model._seen.Length; i++) model._seen[i] = seen[at++] > 0;
        foreach (bool[] own in model._seenOwn)
        {
            for (int i = 0; i < own.Length; i++) own[i] = seen[at++] > 0;
        }

        ResponseDrift[] tests = [.. model.Tests];
        double[] drift = new double[4 * tests.Length];
        SavedNumbers.Read(saved, "drift", drift);
        for (int i = 0; i < tests.Length; i++)
        {
            if (!tests[i].TryRestore(drift.AsSpan(4 * i, 4))) throw SavedNumbers.Wrong("its drift makes no sense");
        }

        return model;
    }

    private IEnumerable<ResponseDrift> Tests => _devices.Concat(_links).Concat(_nodes);

    private static Dictionary<string, int> Index(IEnumerable<string> names)
    {
        Dictionary<string, int> index = [];
        int i = 0;
        foreach (string name in names) index.TryAdd(name, i++);
        return index;
    }

    private static HierarchicalRegression Terms(LatencyLayout layout) =>
        new([.. layout.Shared.Select(static t => (t.Mean, t.Deviation))], [.. layout.Users.Select(static u => u.Select(static t => (t.Mean, t.Deviation)).ToArray())]);

    private void MakeCurves() => _curves = [.. _layout.Curves.Select(_ => new double[Actions.Users.Length + 1])];

    private Span<double> Own(int user) => _v.AsSpan(0, _layout.Users[user].Length);

    // Nothing was learned yet: the first responses say what is typical.
    private void Rescale(ReadOnlySpan<double> responseMs)
    {
        double sum = 0;
        int seen = 0;
        foreach (double y in responseMs)
        {
            if (!(y is > 0 and <= MostMs)) continue;
            sum += y;
            seen++;
        }

        if (seen == 0) return;
        _layout = new(Actions, Profile, Options, Math.Max(LeastMs, sum / seen));
        _terms = Terms(_layout);
        MakeCurves();
        _scaled = true;
    }

    // The curve of a kind of action on a node, by number of users.
    private void Curve(NodeCurve curve, ReadOnlySpan<double> s, bool low, double[] values)
    {
        int users = Actions.Users.Length;
        double at = s[curve.Base];
        double memory = low ? s[_layout.NodeMemory[curve.Node]] : 0;
        for (int k = 1, j = 0; k <= users; k++)
        {
            while (j < curve.Increments.Length && _layout.Knots[j + 1] < k) at += Rise(curve, s, j++);
            double value = at + (k > 1 && j < curve.Increments.Length ? Rise(curve, s, j) * _layout.Span(j, k) : 0);
            double measured = Profile?.Contention[curve.Node].At(k) ?? 1;
            values[k] = value + (((curve.Own >= 0 ? s[curve.Own] : 0) + memory) * measured);
        }

        static double Rise(NodeCurve curve, ReadOnlySpan<double> s, int j) => s[curve.Increments[j]] + (curve.OwnIncrements.Length > 0 ? s[curve.OwnIncrements[j]] : 0);
    }

    private double DeviceMs(SystemState state, int user, int action, ReadOnlySpan<double> s, ReadOnlySpan<double> d)
    {
        UserAction what = Actions.Users[user].Actions[action];
        int own = _layout.Action[user][action];
        UserCondition device = Sane(state.Users[user]);
        double own1 = own >= 0 ? d[own] : 0;
        double factor = 1 / device.Cpu;
        if (what.Node >= 0 && what.DeviceMs == 0)
        {
            // What a user's action differs by on the node, where it is not told apart over users.
            return own < 0 ? 0 : own1 * (Profile is null ? 1 : what.NodeMs * Profile.Contention[what.Node].At(1)) / Sane(state.Nodes[what.Node]).Cpu;
        }

        bool low = device.Memory < SystemModel.LowMemory;
        int kind = _layout.DeviceKind[user][action];
        double busy = device.Cpu < BusyCpu ? d[_layout.Busy[user]] : 0;
        if (Profile is not null)
        {
            return what.DeviceMs * factor * (s[_layout.Pace] + (kind >= 0 ? s[kind] : 0) + (low ? s[_layout.Memory] : 0) + d[_layout.UserPace[user]] + own1 + busy);
        }

        double about = kind >= 0 ? About(kind) : 0;
        return factor * ((kind >= 0 ? s[kind] + (about * (d[_layout.UserPace[user]] + own1)) : own1) + (low ? s[_layout.Memory] : 0) + busy);
    }

    private double LinkMs(SystemState state, int user, int action, ReadOnlySpan<double> d)
    {
        UserAction what = Actions.Users[user].Actions[action];
        if (what.Node < 0) return 0;
        UserCondition device = Sane(state.Users[user]);
        NodeCondition node = Sane(state.Nodes[what.Node]);
        int link = LinkAt(user, what.Node, device);
        return d[link] + (d[link + 1] * (device.RttMs + node.RttMs)) + (d[link + 2] * Transfer(what, device, node));
    }

    private int LinkAt(int user, int node, in UserCondition device) =>
        _layout.Link[user] + (6 * node) + (device.RttMs >= Options.WeakRttMs || device.Mbps < Options.WeakMbps ? 3 : 0);

    private static double Transfer(UserAction what, in UserCondition device, in NodeCondition node) => what.Bytes * 8 / (Math.Min(device.Mbps, node.Mbps) * 1000);

    // What a kind takes on a device as far as is known: the unit of what users differ by.
    private double About(int kind) => Math.Max(0.05 * _layout.Scale, _terms.Mean[kind]);

    // The features of an observation: of the shared parameters in _x, of the user's in _v.
    private void Features(SystemState state, int user, int action, int sharing)
    {
        Span<double> x = _x, v = Own(user);
        x.Clear();
        v.Clear();
        UserAction what = Actions.Users[user].Actions[action];
        UserCondition device = Sane(state.Users[user]);
        int own = _layout.Action[user][action];
        if (what.Node < 0 || what.DeviceMs > 0)
        {
            bool low = device.Memory < SystemModel.LowMemory, busy = device.Cpu < BusyCpu;
            int kind = _layout.DeviceKind[user][action];
            double work = (Profile is null ? 1 : what.DeviceMs) / device.Cpu;
            if (kind >= 0) x[kind] = work;
            if (low) x[_layout.Memory] = work;
            if (busy) v[_layout.Busy[user]] = work;
            if (Profile is not null) x[_layout.Pace] = work;
            double unit = Profile is not null ? work : kind >= 0 ? About(kind) * work : 0;
            v[_layout.UserPace[user]] = unit;
            if (own >= 0) v[own] = Profile is null && kind < 0 ? work : unit;
        }

        if (what.Node < 0) return;
        NodeCondition node = Sane(state.Nodes[what.Node]);
        int link = LinkAt(user, what.Node, device);
        v[link] = 1;
        v[link + 1] = device.RttMs + node.RttMs;
        v[link + 2] = Transfer(what, device, node);
        NodeCurve curve = _layout.Curves[_layout.Curve[user][action]];
        double load = (Profile is null ? 1 : what.NodeMs) / node.Cpu, measured = Profile?.Contention[what.Node].At(sharing) ?? 1;
        x[curve.Base] = load;
        if (curve.Own >= 0) x[curve.Own] = load * measured;
        if (node.Memory < SystemModel.LowMemory) x[_layout.NodeMemory[what.Node]] = load * measured;
        if (own >= 0 && what.DeviceMs == 0) v[own] = load * (Profile?.Contention[what.Node].At(1) ?? 1);
        for (int j = 0; j < curve.Increments.Length && _layout.Knots[j] < sharing; j++)
        {
            x[curve.Increments[j]] = load * _layout.Span(j, sharing);
            if (curve.OwnIncrements.Length > 0) x[curve.OwnIncrements[j]] = x[curve.Increments[j]];
        }
    }

    private void Watch()
    {
        double threshold = Options.DriftThreshold;
        _devices = [.. Actions.Users.Select(_ => new ResponseDrift(threshold))];
        _nodes = [.. Actions.Nodes.Select(_ => new ResponseDrift(threshold))];
        _links = [.. Enumerable.Range(0, Actions.Users.Length * Actions.Nodes.Length).Select(_ => new ResponseDrift(threshold))];
    }

    private void Watch(int user, int node, double off, double offMs)
    {
        if (node < 0)
        {
            if (!_devices[user].Add(off, offMs)) return;
            Drifts++;
            DoubtOwn(user, _devices[user].OffMs);
            _devices[user].Reset();
            return;
        }

        ResponseDrift link = _links[(user * Actions.Nodes.Length) + node];
        bool here = link.Add(off, offMs);
        if (_nodes[node].Add(off, offMs))
        {
            Drifts++;
            DoubtNode(user, node, _nodes[node].OffMs);
        }
        else if (here)
        {
            Drifts++;
            DoubtOwn(user, link.OffMs);
            link.Reset();
        }
    }

    // Something of a user's own has changed by about so many milliseconds: each parameter that had a part in it is believed less, as if it alone explained that.
    private void DoubtOwn(int user, double offMs)
    {
        double[] wide = new double[_layout.Users[user].Length];
        for (int i = 0; i < wide.Length; i++)
        {
            if (_v[i] != 0) wide[i] = Wide(offMs / _v[i], _layout.Users[user][i]);
        }

        _terms.Widen(user, wide);
    }

    // A node or the way to it has changed for all: what it takes alone, more than what further users add; and everybody's link to it, by what the last response had to do with it.
    private void DoubtNode(int user, int node, double offMs)
    {
        double[] wide = new double[_layout.Shared.Count];
        foreach (NodeCurve curve in _layout.Curves)
        {
            if (curve.Node != node) continue;
            foreach (int j in (int[])[curve.Base, .. curve.Increments, .. curve.OwnIncrements]) wide[j] = Square(_layout.Shared[j].Deviation) / 4;
        }

        foreach (NodeCurve curve in _layout.Curves)
        {
            if (curve.Node != node || _x[curve.Base] == 0) continue;
            wide[curve.Base] = Wide(offMs / _x[curve.Base], _layout.Shared[curve.Base]);
            foreach (int j in curve.Increments)
            {
                if (_x[j] != 0) wide[j] = Wide(offMs / _x[j], _layout.Shared[j]) / 16;
            }
        }

        Span<double> link = stackalloc double[3];
        for (int i = 0; i < 6; i++) link[i % 3] = Math.Max(link[i % 3], Math.Abs(_v[_layout.Link[user] + (6 * node) + i]));
        for (int u = 0; u < Actions.Users.Length; u++)
        {
            double[] own = new double[_layout.Users[u].Length];
            for (int i = 0; i < 6; i++)
            {
                int at = _layout.Link[u] + (6 * node) + i;
                if (link[i % 3] > 0) own[at] = Wide(offMs / link[i % 3], _layout.Users[u][at]);
            }

            _terms.Widen(u, own);
            _links[(u * Actions.Nodes.Length) + node].Reset();
        }

        _terms.Widen(wide);
        _nodes[node].Reset();
    }

    // What nobody used may have changed meanwhile, or was learned from an outlier: it is known a little less, until it is tried again.
    private void Forget()
    {
        _steps = 0;
        double share = ForgetEvery / Options.ForgetSteps;
        if (share > 0)
        {
            Forget(_layout.Shared, _seen, share, v => _terms.Widen(v));
            for (int u = 0; u < _seenOwn.Length; u++)
            {
                int user = u;
                Forget(_layout.Users[u], _seenOwn[u], share, v => _terms.Widen(user, v));
            }
        }

        ClearSeen();
    }

    private static void Forget(IReadOnlyList<LatencyTerm> terms, bool[] seen, double share, Action<double[]> widen)
    {
        double[] variances = new double[terms.Count];
        for (int i = 0; i < variances.Length; i++) variances[i] = seen[i] ? 0 : share * Square(terms[i].Deviation);
        if (seen.Contains(false)) widen(variances);
    }

    private void ClearSeen()
    {
        _seen = new bool[_layout.Shared.Count];
        _seenOwn = [.. _layout.Users.Select(static u => new bool[u.Length])];
    }

    // A monitor may lie or say nothing: what it says is brought to where it could be, and what is no number is taken for idle.
    private static UserCondition Sane(in UserCondition c) => new(Within(c.Cpu, 0.01, 100, 1), Within(c.Memory, 0, 1, 1), Within(c.Mbps, 1e-3, 1e6, 1e3), Within(c.RttMs, 0, 1e5, 0));

    private static NodeCondition Sane(in NodeCondition c) => new(Within(c.Cpu, 0.01, 100, 1), Within(c.Memory, 0, 1, 1), Within(c.Mbps, 1e-3, 1e6, 1e3), Within(c.RttMs, 0, 1e5, 0));

    private static double Within(double value, double least, double most, double otherwise) => double.IsNaN(value) ? otherwise : Math.Clamp(value, least, most);

    private static double Possible(double ms) => ms >= LeastMs ? Math.Min(ms, MostMs) : ms < LeastMs ? LeastMs : MostMs;

    private static double Wide(double deviation, LatencyTerm term) => Math.Min(Square(deviation), 1e4 * Square(term.Deviation));

    private static double Square(double value) => value * value;
}
