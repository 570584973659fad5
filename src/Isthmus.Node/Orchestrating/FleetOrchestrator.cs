using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Admission;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Policies;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Node.Orchestrating;

/// <summary>
/// Decides for a fleet. Questions are answered from what was decided before, which is a lookup; <see cref="Tick"/>, in the background, learns from what was reported and decides anew.
/// Time is monotonic only: a clock that jumps changes nothing. Thread-safe.
/// </summary>
public sealed class FleetOrchestrator
{
    private const double RateSeconds = 2;
    private const double LostMs = 10_000;
    private const int KnownSpaces = 16;
    private const int RememberedUsers = 2000;

    private readonly OrchestratorOptions _options;
    private readonly TimeProvider _clock;
    private readonly PolicyStore? _store;
    private readonly ConcurrentDictionary<string, FleetUser> _users = new(StringComparer.Ordinal);
    private readonly Lock _joining = new();
    private readonly Lock _listening = new();
    private readonly Dictionary<string, FleetNode> _nodes = new(StringComparer.Ordinal);
    private readonly Lock _deciding = new();
    private readonly Dictionary<string, JsonObject> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _knownOrder = new();
    private readonly Dictionary<string, JsonObject> _remembered = new(StringComparer.Ordinal);
    private readonly Queue<string> _rememberedOrder = new();
    private readonly Lock _telling = new();
    private Published _published;
    private FleetView? _view;
    private ImmutableArray<FleetUser> _lastUsers = [];
    private ILearner? _learner;
    private LearnerKind? _running;
    private AccuracyGoal _goal = new();
    private string? _conflict;
    private (LearnerKind Kind, ActionSpace Space, JsonObject Saved)? _before;
    private SystemState _state = new(0, 0);
    private SystemState _stateBefore = new(0, 0);
    private int[] _choices = [];
    private bool[] _silent = [];
    private long _joined;
    private long _lastTick;
    private long _lastSave;
    private long _savedSteps;
    private long _savedVersion;

    /// <summary>Creates the orchestrator, from the newest policy of its folder that can be used.</summary>
    /// <param name="options">How it is set up.</param>
    /// <exception cref="IsthmusException">An option is out of range, or the folder of policies cannot be read.</exception>
    public FleetOrchestrator(OrchestratorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _clock = options.Clock;
        _lastTick = _lastSave = _clock.GetTimestamp();
        _published = new(0, 0, 0, 0, null, null, null, options.Learner.Name, []);
        if (options.PolicyFolder is not { } folder) return;
        _store = new(folder, options.KeepPolicies);
        (string? used, ImmutableArray<string> refused) = _store.Restore(Restore);
        _published = _published with { Policy = used, Refused = refused };
    }

    /// <summary>Called when something came that is worth deciding anew at once; null for nobody.</summary>
    public Action? Changed { get; set; }

    /// <summary>Why policies were refused at the start, one sentence each.</summary>
    public ImmutableArray<string> RefusedPolicies => _published.Refused;

    /// <summary>The policy that was restored or last written; null if there is none.</summary>
    public string? Policy => Volatile.Read(ref _published).Policy;

    /// <summary>Registers a user, or changes what it can do and wants.</summary>
    /// <param name="name">The user.</param>
    /// <param name="registration">What it can do.</param>
    /// <returns>The safe action, or what is decided already.</returns>
    /// <exception cref="IsthmusException">Something of it is not as it should be, or contradicts itself; or there are too many users or nodes.</exception>
    public PlanAdvice Register(string name, UserRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        OrchestrationLimits.Name(name, "user");
        registration.Validate();
        long now = _clock.GetTimestamp();
        FleetUser user;
        lock (_joining)
        {
            if (_users.TryGetValue(name, out FleetUser? known) && known.Menu == registration.MenuId())
            {
                known.See(now, registration.Device);
                return Answer(known, now);
            }

            if (known is null && _users.Count >= OrchestrationLimits.MaxUsers)
                throw new NodeRefusal(503, $"There are {OrchestrationLimits.MaxUsers} users already, and no more can be served; try again later.", retryAfterSeconds: 30);
            ImmutableArray<string> nodes = FleetView.NodesOf(_users.Values.Where(u => u.Name != name).Select(u => u.Registration).Append(registration));
            if (nodes.Length > OrchestrationLimits.MaxNodes)
                throw new NodeRefusal(409, $"Users would share {nodes.Length} nodes ({string.Join(", ", nodes)}), and at most {OrchestrationLimits.MaxNodes} can be: leave some out of the menu.");
            user = new FleetUser(name, registration, known?.Order ?? ++_joined, now) { PerSecond = known?.PerSecond ?? 0 };
            _users[name] = user;
        }

        Changed?.Invoke();
        return Answer(user, now);
    }

    /// <summary>Answers a question.</summary>
    /// <exception cref="IsthmusException">The user is not registered, or with another menu (404, 409); or there are more questions than can be answered (429).</exception>
    public PlanAdvice Ask(string name, PlanQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        question.Device?.Validate();
        FleetUser user = Registered(name, question.Menu);
        user.CountQuestion();
        long now = _clock.GetTimestamp();
        user.See(now, question.Device);
        Admit(user);
        return Answer(user, now);
    }

    /// <summary>Takes in what became of a request.</summary>
    /// <returns>The plan for the next one.</returns>
    /// <exception cref="IsthmusException">The user is not registered, or with another menu (404, 409); a number is out of its range.</exception>
    public PlanAdvice Report(string name, RequestOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        FleetUser user = Registered(name, outcome.Menu);
        outcome.Validate(user.Registration.Actions.Length);
        long now = _clock.GetTimestamp();
        user.See(now, outcome.Device);
        user.Add(outcome, outcome.Lost ? Math.Max(LostMs, outcome.Ms) : outcome.Ms);
        Admit(user);
        return Answer(user, now);
    }

    /// <summary>A user leaves; one that is not there has left already.</summary>
    public void Leave(string name)
    {
        lock (_joining) _users.TryRemove(name, out _);
        Changed?.Invoke();
    }

    /// <summary>A node says how it is.</summary>
    /// <exception cref="IsthmusException">A number is out of its range; another node of this name reports; or there are too many nodes.</exception>
    public NodeAcknowledgement ReportNode(string name, NodeReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        OrchestrationLimits.Name(name, "node");
        report.Validate();
        bool news, doubted;
        lock (_listening)
        {
            if (!_nodes.TryGetValue(name, out FleetNode? node))
            {
                if (_nodes.Count >= OrchestrationLimits.MaxUsers) throw new NodeRefusal(503, "There are too many nodes already; try again later.", retryAfterSeconds: 30);
                _nodes[name] = node = new(name, _clock);
            }

            if (node.Report is { } before && before.Url != report.Url && !node.IsSilent(_options.NodeSilence))
                throw new NodeRefusal(409, $"Another node at {before.Url} is called '{name}' and reports: give one of them another --name.");
            news = node.Report is null || node.IsSilent(_options.NodeSilence);
            node.Hear(report);
            doubted = node.Trust.Doubted;
        }

        if (news) Changed?.Invoke();
        return new(doubted, _options.NodeSilence.TotalMilliseconds / 3);
    }

    /// <summary>Learns from what was reported, and decides, if there is anything new. Called again and again in the background.</summary>
    public void Tick()
    {
        lock (_deciding)
        {
            long now = _clock.GetTimestamp();
            double seconds = Math.Max(1e-3, _clock.GetElapsedTime(_lastTick, now).TotalSeconds);
            _lastTick = now;
            foreach (FleetUser gone in _users.Values.Where(u => _clock.GetElapsedTime(u.Seen, now) > _options.UserExpiry))
            {
                // Unless it came back just now.
                lock (_joining)
                {
                    if (_clock.GetElapsedTime(gone.Seen, now) > _options.UserExpiry) _users.TryRemove(KeyValuePair.Create(gone.Name, gone));
                }
            }

            ImmutableArray<FleetUser> users = [.. _users.Values.OrderBy(u => u.Order)];
            UserStep[] steps = [.. users.Select(u => u.Drain())];
            for (int u = 0; u < users.Length; u++)
            {
                double weight = 1 - Math.Exp(-seconds / RateSeconds);
                users[u].PerSecond += weight * ((steps[u].Requests / seconds) - users[u].PerSecond);
            }

            if (users.IsEmpty)
            {
                if (_view is not null) Remember();
                (_view, _learner) = (null, null);
                Publish(p => p with { MeanAccuracy = null, Conflict = null });
                SaveIfDue(now);
                return;
            }

            bool changed = false;
            if (_view is null || !_view.IsOf(users))
            {
                Enter(new FleetView(users));
                changed = true;
            }

            _view = _view!.With(users);
            changed |= Look();
            bool learned = Learn(steps);
            if (changed || learned || users.Any(u => u.Decision is null)) Decide();
            Share();
            SaveIfDue(now);
        }
    }

    /// <summary>Writes what is known now, if it is kept anywhere.</summary>
    /// <exception cref="IsthmusException">It cannot be written.</exception>
    public void Save()
    {
        lock (_deciding) Write();
    }

    /// <summary>All that it tells of itself.</summary>
    public OrchestratorState State()
    {
        Published p = Volatile.Read(ref _published);
        FleetUser[] users = [.. _users.Values.OrderBy(u => u.Name, StringComparer.Ordinal)];
        var counts = users.Select(u => u.Counts).ToArray();
        ImmutableArray<OrchestratedUser> told = [.. users.Zip(counts).Select(p => Told(p.First, p.Second))];
        double[] means = [.. counts.Select(c => c.MeanMs).OfType<double>()];
        ImmutableArray<OrchestratedNode> nodes;
        lock (_listening)
        {
            nodes = [.. _nodes.Values.OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => new OrchestratedNode(
                n.Name, n.Report?.Tier, n.Report?.Url, n.Report is null ? "unmonitored" : n.IsSilent(_options.NodeSilence) ? "silent" : "reports",
                n.Report?.Cpu, Math.Round(n.Cpu, 4), n.Report?.Memory, n.Report?.Mbps, n.Report?.RttMs, n.Report?.Queue ?? 0, n.Report?.Busy ?? 0, n.Workers, told.Count(u => u.Node == n.Name),
                n.Trust.Ratio is { } ratio ? Math.Round(ratio, 3) : null, n.Trust.Doubted, Math.Round(n.Demand, 4),
                n.Report is null ? null : Math.Round(_clock.GetElapsedTime(n.Reported).TotalMilliseconds, 1)))];
        }

        return new(p.Learner, p.Version, p.Decisions, p.Steps, Math.Round(p.DecideMs, 4), _options.Goal.MinMean, p.MeanAccuracy, means.Length == 0 ? null : Math.Round(means.Average(), 3),
            p.Conflict, p.Policy, p.Refused, told, nodes)
        {
            Learning = p.Learning,
        };
    }

    private OrchestratedUser Told(FleetUser user, (long Answered, long Fallbacks, long Lost, long Shed, double? MeanMs) counts)
    {
        OfferedAction? action = user.Decision is { } decision ? user.Registration.Actions[decision.Action] : null;
        return new(
            user.Name, user.Menu, user.Registration.Actions.Length, action?.Name, action?.Node, action?.Accuracy, user.Registration.MinAccuracy, Math.Round(user.PerSecond, 3),
            counts.MeanMs is { } ms ? Math.Round(ms, 3) : null, counts.Answered, counts.Fallbacks, counts.Lost, counts.Shed, Math.Round(user.Through.Share, 4),
            Math.Round(_clock.GetElapsedTime(user.Seen).TotalMilliseconds, 1));
    }

    private FleetUser Registered(string name, string menu)
    {
        if (!_users.TryGetValue(name, out FleetUser? user)) throw new NodeRefusal(404, "This user is not registered: register it first.");
        if (!string.Equals(user.Menu, menu, StringComparison.Ordinal)) throw new NodeRefusal(409, "This user is registered with another menu: register it again.");
        return user;
    }

    private static void Admit(FleetUser user)
    {
        if (!user.Answered.Take()) throw new NodeRefusal(429, "There are more questions than this orchestrator answers; go on with the last plan.", retryAfterSeconds: 1);
    }

    // A lookup: this is what requests wait for.
    private PlanAdvice Answer(FleetUser user, long now)
    {
        double valid = _options.AdviceValid.TotalMilliseconds;
        if (user.Decision is not { } decision)
            return new(user.Menu, user.Safe >= 0 ? user.Safe : null, "Nothing is decided yet: the safe action.") { ValidMs = valid };
        OfferedAction action = user.Registration.Actions[decision.Action];
        if (action.Node is { } node && !user.Through.Take())
        {
            user.CountShed();
            return new(user.Menu, user.Safe >= 0 ? user.Safe : null, $"{node} is overloaded, and this user's fair share of it is used: the safe action.")
            {
                Version = decision.Version,
                Decision = decision.Number,
                Shed = true,
                ValidMs = valid,
                Conflict = decision.Conflict,
            };
        }

        return new(user.Menu, decision.Action, decision.Why) { Version = decision.Version, Decision = decision.Number, ValidMs = valid, Conflict = decision.Conflict };
    }

    // Users or nodes came, went or changed: another action space, in which what is known goes on.
    private void Enter(FleetView view)
    {
        Remember();
        (_view, _lastUsers) = (view, view.Users);
        lock (_listening)
        {
            foreach (string node in view.Actions.Nodes)
            {
                if (!_nodes.ContainsKey(node)) _nodes[node] = new(node, _clock);
            }
        }

        (_goal, _conflict) = Possible(view.Actions);
        (_learner, _running) = Learner(view.Actions);
        _state = new(view.Actions.Users.Length, view.Actions.Nodes.Length);
        _stateBefore = new(view.Actions.Users.Length, view.Actions.Nodes.Length);
        _choices = new int[view.Actions.Users.Length];
        _silent = new bool[view.Actions.Nodes.Length];
        string name = _running.Name == _options.Learner.Name ? _running.Name : $"{_running.Name} ({_options.Learner.Name} cannot learn among {view.Actions.JointActions:0.#} joint actions)";
        Publish(p => p with { Version = p.Version + 1, Learner = name });
    }

    // What is wanted, as far as it can be; and which wishes contradict what there is.
    private (AccuracyGoal Goal, string? Conflict) Possible(ActionSpace space)
    {
        ImmutableArray<Contradiction> all = Contradictions.Of(space, _options.Goal);
        if (all.IsEmpty) return (_options.Goal, null);
        Contradiction? mean = all.FirstOrDefault(c => c.Kind == ContradictionKind.MeanAccuracy);
        return (mean is null ? _options.Goal : _options.Goal with { MinMean = mean.Possible }, $"These wishes cannot be kept together: {string.Join("; ", all.Take(5).Select(c => c.Message))}.");
    }

    private LearnerSetting Setting(ActionSpace space, AccuracyGoal goal)
    {
        Dictionary<string, int> workers;
        lock (_listening) workers = _nodes.ToDictionary(n => n.Key, n => n.Value.Workers, StringComparer.Ordinal);
        return new(space, goal, node => ContentionCurve.TakingTurns(workers.GetValueOrDefault(node, 1)), _options.Seed);
    }

    private (ILearner, LearnerKind) Learner(ActionSpace space)
    {
        LearnerKind kind = space.JointActions <= _options.Learner.MaxJointActions ? _options.Learner : LearnerKinds.Get(ProfileLearner.KindName);
        LearnerSetting setting = Setting(space, _goal);
        (ActionSpace Space, JsonObject Saved)? before = _before is { } b && b.Kind.Name == kind.Name ? (b.Space, b.Saved) : null;
        string fingerprint = Fingerprint(kind, space);
        try
        {
            if (before is { } same && Fingerprint(kind, same.Space) == fingerprint) return (kind.Restore(setting, same.Saved), kind);
            if (!kind.CarriesOver && _known.TryGetValue(fingerprint, out JsonObject? known)) return (kind.Restore(setting, known), kind);
            if (before is { } other) return (kind.Carry(setting, other.Space, other.Saved, _remembered), kind);
        }
        catch (IsthmusException)
        {
            // What another version knew is of no use here.
        }

        return (kind.Create(setting), kind);
    }

    // What is known now, for whatever comes; and of users who are not there any more, for when they come back.
    private void Remember()
    {
        if (_learner is null || _view is null || _running is null) return;
        JsonObject saved = _learner.Save();
        _before = (_running, _view.Actions, saved);
        foreach (UserMenu user in _view.Actions.Users.Where(u => !_users.ContainsKey(u.Name)))
        {
            if (_running.Remember(saved, user.Name) is not { } known) continue;
            if (!_remembered.ContainsKey(user.Name))
            {
                _rememberedOrder.Enqueue(user.Name);
                if (_rememberedOrder.Count > RememberedUsers) _remembered.Remove(_rememberedOrder.Dequeue());
            }

            _remembered[user.Name] = known;
        }

        if (_running.CarriesOver) return;
        string key = Fingerprint(_running, _view.Actions);
        if (!_known.ContainsKey(key))
        {
            _knownOrder.Enqueue(key);
            if (_knownOrder.Count > KnownSpaces) _known.Remove(_knownOrder.Dequeue());
        }

        _known[key] = saved;
    }

    private static string Fingerprint(LearnerKind kind, ActionSpace space)
    {
        string text = JsonSerializer.Serialize(new { space.Nodes, space.Users }, IsthmusJson.Compact);
        return kind.Name + ":" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    // How everything is; whether a node fell silent or came back.
    private bool Look()
    {
        bool changed = false;
        _state.CopyTo(_stateBefore);
        lock (_listening)
        {
            for (int n = 0; n < _silent.Length; n++)
            {
                FleetNode node = _nodes[_view!.Actions.Nodes[n]];
                bool silent = node.IsSilent(_options.NodeSilence);
                changed |= silent != _silent[n];
                _silent[n] = silent;
            }

            _view!.Fill(_state, name => _nodes[name] is var node && node.IsSilent(_options.NodeSilence) ? null : (node.Cpu, node.Report?.Memory ?? 1, node.Report?.Mbps));
            // What was never reported of before a first step is what it is now.
            if (_stateBefore.Step == 0 && _state.Step == 0) _state.CopyTo(_stateBefore);
        }

        return changed;
    }

    private bool Learn(UserStep[] steps)
    {
        if (steps.All(s => s.Action < 0)) return false;
        ActionSpace space = _view!.Actions;
        int[] choices = new int[steps.Length];
        double[] ms = new double[steps.Length];
        bool everybody = true;
        for (int u = 0; u < steps.Length; u++)
        {
            FleetUser user = _view.Users[u];
            ms[u] = steps[u].MeanMs;
            if (steps[u].Action >= 0)
            {
                choices[u] = steps[u].Action;
            }
            else if (_running!.NeedsEveryUser)
            {
                // A reward is of all users: who sent nothing counts as it did lately.
                choices[u] = user.Decision?.Action ?? Math.Max(0, user.Safe);
                if (user.Counts.MeanMs is { } lately) ms[u] = lately;
                else everybody = false;
            }
            else
            {
                // Who reported nothing uses no node, and of it nothing is known.
                choices[u] = user.Safe >= 0 ? user.Safe : user.Decision?.Action ?? 0;
            }
        }

        Span<int> counts = stackalloc int[OrchestrationLimits.MaxNodes];
        space.Count(choices, counts[..space.Nodes.Length]);
        lock (_listening) Trust(steps, choices, counts);
        _state.Step++;
        if (!everybody) return true;
        _learner!.Learn(_stateBefore, choices, ms, _state);
        Publish(p => p with { Steps = p.Steps + 1 });
        return true;
    }

    // What users measured beside what the nodes' own words let expect.
    private void Trust(UserStep[] steps, int[] choices, ReadOnlySpan<int> counts)
    {
        ActionSpace space = _view!.Actions;
        SystemState said = new(space.Users.Length, space.Nodes.Length);
        _view.Fill(said, name => (Math.Max(0.01, _nodes[name].Report?.Cpu ?? 1), _nodes[name].Report?.Memory ?? 1, _nodes[name].Report?.Mbps));
        SystemModel model = new(space, [.. space.Nodes.Select(n => ContentionCurve.TakingTurns(_nodes[n].Workers))]);
        for (int u = 0; u < steps.Length; u++)
        {
            if (steps[u].Action < 0 || space.Users[u].Actions[choices[u]].Node is not (>= 0 and var node)) continue;
            // A node that users do not monitor by reports says nothing that could be a lie.
            if (_nodes[space.Nodes[node]].Report is null) continue;
            _nodes[space.Nodes[node]].Trust.Add(space.Users[u].Name, steps[u].MeanMs, model.ExpectedMs(said, u, choices[u], 1), model.ExpectedMs(said, u, choices[u], Math.Max(1, counts[node])));
        }
    }

    private void Decide()
    {
        ActionSpace space = _view!.Actions;
        long began = _clock.GetTimestamp();
        _learner!.Choose(_state, _choices);
        for (int u = 0; u < _choices.Length; u++) _choices[u] = Usable(u, _choices[u]);
        double ms = _clock.GetElapsedTime(began).TotalMilliseconds, accuracy = space.MeanAccuracy(_choices);
        string? conflict = _conflict;
        ImmutableDictionary<string, double> learning = Learning();
        Publish(p => p with { Decisions = p.Decisions + 1, DecideMs = ms, MeanAccuracy = Math.Round(accuracy, 6), Conflict = conflict, Learning = learning });
        Published published = _published;
        for (int u = 0; u < _choices.Length; u++)
        {
            FleetUser user = _view.Users[u];
            string why = user.Decision is { } before && before.Action == _choices[u] && before.Version == published.Version && before.Conflict == conflict ? before.Why : $"The orchestrator decided so for {Users(space)} ({_learner.Name}).";
            user.Decision = new(_choices[u], published.Version, published.Decisions, why, conflict);
        }
    }

    // Nobody is sent to a silent node, nor to an action that is less accurate than the user wants.
    private int Usable(int user, int choice)
    {
        UserMenu menu = _view!.Actions.Users[user];
        double floor = menu.MinAccuracy ?? 0;
        if (choice >= 0 && choice < menu.Actions.Length && IsUsable(menu.Actions[choice])) return choice;
        double wanted = choice >= 0 && choice < menu.Actions.Length ? Math.Max(floor, menu.Actions[choice].Accuracy) : floor;
        SystemModel model = new(_view.Actions, [.. _view.Actions.Nodes.Select(_ => ContentionCurve.TakingTurns(1))]);
        int best = -1;
        (bool Serves, double Cost) least = default;
        for (int a = 0; a < menu.Actions.Length; a++)
        {
            if (!IsUsable(menu.Actions[a])) continue;
            // As accurate as what was meant, and fast; else as accurate as can be.
            bool serves = menu.Actions[a].Accuracy >= wanted - 1e-9;
            double cost = serves ? model.ExpectedMs(_state, user, a, 1) : -menu.Actions[a].Accuracy;
            if (best < 0 || (serves && !least.Serves) || (serves == least.Serves && cost < least.Cost)) (best, least) = (a, (serves, cost));
        }

        return best >= 0 ? best : _view.Users[user].Safe >= 0 ? _view.Users[user].Safe : Math.Clamp(choice, 0, menu.Actions.Length - 1);

        bool IsUsable(UserAction action) => action.Accuracy >= floor - 1e-9 && (action.Node < 0 || !_silent[action.Node]);
    }

    private ImmutableDictionary<string, double> Learning()
    {
        ImmutableDictionary<string, double>.Builder told = ImmutableDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        if (_learner is not GuardRail guard) return told.ToImmutable();
        told["guard.requests"] = guard.Counts.Requests;
        told["guard.outOfBound"] = guard.Counts.OutOfBound;
        told["guard.overBudget"] = guard.Counts.OverBudget;
        told["guard.forAccuracy"] = guard.Counts.ForAccuracy;
        told["guard.unproven"] = guard.Counts.Unproven;
        told["guard.explored"] = guard.Counts.Explored;
        told["model.responses"] = guard.Model.Responses;
        told["model.outliers"] = guard.Model.Outliers;
        told["model.drifts"] = guard.Model.Drifts;
        told["model.noise"] = Math.Round(guard.Model.Noise, 4);
        return told.ToImmutable();
    }

    private static string Users(ActionSpace space) => space.Users.Length == 1 ? "1 user" : $"{space.Users.Length} users";

    // What is asked for more than it can do is shared max-min fairly; likewise the orchestrator's own attention.
    private void Share()
    {
        FleetUser[] users = [.. _view!.Users];
        double level = MaxMinShares.Level([.. users.Select(u => u.PerSecond)], _options.MaxPerSecond);
        foreach (FleetUser user in users) user.Answered.Share = user.PerSecond <= level ? 1 : level / user.PerSecond;
        lock (_listening)
        {
            foreach (string name in _view.Actions.Nodes)
            {
                FleetNode node = _nodes[name];
                (FleetUser User, double Ms)[] there = [.. users.Where(u => u.Decision is { } d && u.Registration.Actions[d.Action].Node == name)
                    .Select(u => (u, u.Registration.Actions[u.Decision!.Action].NodeMs / node.Cpu))];
                double[] rates = [.. there.Select(t => t.User.PerSecond)], work = [.. there.Select(t => t.Ms)], shares = new double[there.Length];
                _options.Overload.Shares(rates, work, node.Workers, shares);
                for (int i = 0; i < there.Length; i++) there[i].User.Through.Share = shares[i];
                node.Demand = rates.Zip(work).Sum(p => p.First * p.Second) / (node.Workers * 1000 * _options.Overload.Utilisation);
            }
        }

        foreach (FleetUser user in users.Where(u => u.Decision is not { } d || u.Registration.Actions[d.Action].Node is null)) user.Through.Share = 1;
    }

    private void SaveIfDue(long now)
    {
        if (_store is null || _clock.GetElapsedTime(_lastSave, now) < _options.SaveInterval) return;
        _lastSave = now;
        if (_published.Steps == _savedSteps && _published.Version == _savedVersion) return;
        try
        {
            Write();
        }
        catch (IsthmusException e)
        {
            // A full disk is no reason to stop deciding; the next one is tried as if nothing had been.
            Publish(p => p with { Refused = [.. p.Refused.Where(r => r != e.Message).TakeLast(9), e.Message] });
        }
    }

    private void Write()
    {
        if (_store is null) return;
        Remember();
        // What was learned is of the users who were there when it was; who came since registers again, and who is gone will be taken for gone again.
        ImmutableArray<FleetUser> users = _view?.Users ?? _lastUsers;
        JsonObject knowledge = new()
        {
            ["learner"] = _options.Learner.Name,
            ["spaceVersion"] = _published.Version,
            ["users"] = new JsonArray([.. users.Select(u => (JsonNode)new JsonObject
            {
                ["name"] = u.Name,
                ["registration"] = JsonSerializer.SerializeToNode(u.Registration with { Device = null }, IsthmusJson.Compact),
                ["action"] = u.Decision?.Action ?? -1,
            })]),
            ["learned"] = _before is { } learned && !users.IsEmpty ? new JsonObject { ["kind"] = learned.Kind.Name, ["saved"] = learned.Saved.DeepClone() } : null,
            ["remembered"] = new JsonObject(_remembered.Select(r => KeyValuePair.Create(r.Key, (JsonNode?)r.Value.DeepClone()))),
            ["known"] = new JsonObject(_knownOrder.Where(_known.ContainsKey).Select(k => KeyValuePair.Create(k, (JsonNode?)_known[k].DeepClone()))),
        };
        (_savedSteps, _savedVersion) = (_published.Steps, _published.Version);
        string file = _store.Save(knowledge);
        Publish(p => p with { Policy = file });
    }

    private void Restore(JsonObject knowledge)
    {
        KnowledgeForm form = StrictJson.Parse<KnowledgeForm>(knowledge.ToJsonString(), "policy", "policy of an orchestrator");
        long now = _clock.GetTimestamp();
        List<FleetUser> users = [];
        foreach (KnownUser user in form.Users)
        {
            OrchestrationLimits.Name(user.Name, "user");
            user.Registration.Validate();
            FleetUser known = new(user.Name, user.Registration, users.Count + 1, now);
            // What was decided holds until it is decided anew, if the node is there.
            if (user.Action >= 0 && user.Action < user.Registration.Actions.Length) known.Decision = new(user.Action, form.SpaceVersion, 0, "The orchestrator decided so before it was started anew.", null);
            users.Add(known);
        }

        if (users.Count > OrchestrationLimits.MaxUsers || FleetView.NodesOf(users.Select(u => u.Registration)).Length > OrchestrationLimits.MaxNodes || users.Select(u => u.Name).Distinct(StringComparer.Ordinal).Count() != users.Count)
            throw new IsthmusException(ErrorKind.Data, "it has more users or nodes than there can be, or one twice");
        if (form.Known.Count > KnownSpaces || form.Remembered.Count > RememberedUsers) throw new IsthmusException(ErrorKind.Data, "it knows more than is kept");
        (LearnerKind Kind, ActionSpace Space, JsonObject Saved)? before = null;
        if (users.Count > 0 && form.Learned is { } learned && LearnerKinds.All.FirstOrDefault(k => k.Name == learned.Kind) is { } kind)
        {
            // A learner that cannot use what it saved says so here, and not in the middle of work.
            ActionSpace space = new FleetView([.. users]).Actions;
            kind.Restore(Setting(space, Possible(space).Goal), learned.Saved);
            before = (kind, space, learned.Saved);
        }

        _users.Clear();
        _known.Clear();
        _knownOrder.Clear();
        _remembered.Clear();
        _rememberedOrder.Clear();
        (_before, _lastUsers) = (before, [.. users]);
        foreach ((string user, JsonObject known) in form.Remembered)
        {
            _remembered[user] = known;
            _rememberedOrder.Enqueue(user);
        }

        foreach (FleetUser user in users) _users[user.Name] = user;
        foreach ((string key, JsonObject saved) in form.Known)
        {
            _known[key] = saved;
            _knownOrder.Enqueue(key);
        }

        _joined = users.Count;
        _published = _published with { Version = form.SpaceVersion };
        _savedVersion = form.SpaceVersion;
    }

    private void Publish(Func<Published, Published> change)
    {
        lock (_telling) Volatile.Write(ref _published, change(_published));
    }

    private sealed record Published(
        long Version, long Decisions, long Steps, double DecideMs, double? MeanAccuracy, string? Conflict, string? Policy, string Learner, ImmutableArray<string> Refused)
    {
        public ImmutableDictionary<string, double> Learning { get; init; } = ImmutableDictionary<string, double>.Empty;
    }

    private sealed record KnowledgeForm(
        string Learner, long SpaceVersion, ImmutableArray<KnownUser> Users, KnownLearner? Learned, Dictionary<string, JsonObject> Remembered, Dictionary<string, JsonObject> Known);

    private sealed record KnownLearner(string Kind, JsonObject Saved);

    private sealed record KnownUser(string Name, UserRegistration Registration, int Action);
}
