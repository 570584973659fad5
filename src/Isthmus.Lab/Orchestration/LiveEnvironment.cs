using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Planning;
using Isthmus.Core.Progress;
using Isthmus.Core.Variants;
using Isthmus.Lab.Demo;

namespace Isthmus.Lab.Orchestration;

/// <summary>
/// Users who share an edge and a cloud, for real: two `isthmus serve` processes, a process for each user that runs the product's pipeline, and real transfers over the product's emulated
/// links. Each step every user sends one request at the same time (the paper's epoch). Machines are slowed down by stated factors; both that and the links are emulated. Not thread-safe.
/// </summary>
/// <remarks>
/// A user's process that ends or does not answer in time is started again before the next step; its request is lost (NaN). A request that a node does not answer is lost, whatever the
/// user's device does instead. Everything ends when this is disposed, and also when this process dies.
/// </remarks>
public sealed class LiveEnvironment : IOrchestrationEnvironment, IAsyncDisposable
{
    /// <summary>In place of a user's action: the user sends nothing.</summary>
    public const int Idle = -1;

    private readonly List<NodeProcess> _nodes = [];
    private readonly string _data;
    private readonly List<string> _problems = [];
    private readonly ImmutableArray<Variant> _deviceVariants;
    private readonly ImmutableArray<Variant> _nodeVariants;
    private readonly LiveUserProcess?[] _users;
    private LiveLinks? _links;
    private (string Images, string Labels) _pictures;
    private double[][] _aloneMs = [];

    private LiveEnvironment(LiveEnvironmentOptions options, VariantLadder ladder)
    {
        Options = options;
        Ladder = ladder;
        _data = Directory.CreateTempSubdirectory("isthmus-live-").FullName;
        _users = new LiveUserProcess?[options.Users];
        _deviceVariants = options.DeviceVariants.IsDefaultOrEmpty ? ladder.Variants : [.. options.DeviceVariants.Select(ladder.Get)];
        _nodeVariants = options.NodeVariants.IsDefaultOrEmpty ? [ladder.ByAccuracy().First()] : [.. options.NodeVariants.Select(ladder.Get)];
        Actions = new([.. NodeNames], [.. Enumerable.Range(0, options.Users).Select(u => new UserMenu($"user {u}", Menu()))]);
        State = new(options.Users, NodeNames.Length);
    }

    /// <summary>The fleet and the users.</summary>
    public LiveEnvironmentOptions Options { get; }

    /// <summary>The variants that users choose from.</summary>
    public VariantLadder Ladder { get; }

    /// <summary>
    /// What users may do: the device's variants first, then those of the edge, then those of the cloud, the same for all users. Milliseconds are medians of requests that were sent alone at
    /// the start; accuracies are top-1 of the ladder.
    /// </summary>
    public ActionSpace Actions { get; private set; }

    /// <summary>What monitors report: links as they are emulated now, and the round trip that the nodes add, as measured at the start; free memory of this machine; processors as free.</summary>
    public SystemState State { get; }

    /// <summary>What went wrong and was survived, such as users' processes that were started again; the first 100.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How often a user's process was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>How many requests were lost.</summary>
    public int Lost { get; private set; }

    /// <summary>Of the requests that were answered, how many.</summary>
    public int Answered { get; private set; }

    /// <summary>Of the requests that were answered, how many rightly.</summary>
    public int Right { get; private set; }

    /// <summary>What is emulated, in words.</summary>
    public ImmutableArray<string> Emulated =>
    [
        $"devices slowed down {(Options.UserSlowdowns.IsEmpty ? $"{Options.DeviceSlowdown:0.##}×" : string.Join(", ", Enumerable.Range(0, Options.Users).Select(u => $"{Options.SlowdownOf(u):0.##}×")))}",
        $"edge slowed down {Options.EdgeSlowdown:0.##}× ({Options.EdgeWorkers} at a time)", $"cloud slowed down {Options.CloudSlowdown:0.##}× ({Options.CloudWorkers} at a time)",
        $"links: regular {Options.Regular.Mbps:0.##} Mbit/s and {Options.Regular.RttMs:0.##} ms, weak {Options.Weak.Mbps:0.##} Mbit/s and {Options.Weak.RttMs:0.##} ms; "
            + $"to the edge {Options.ToEdge.RttMs:0.##} ms and to the cloud {Options.ToCloud.RttMs:0.##} ms more",
    ];

    private static ImmutableArray<string> NodeNames { get; } = ["edge", "cloud"];

    /// <summary>The numbers of the users' processes; 0 where one could not be started again.</summary>
    public ImmutableArray<int> UserProcesses => [.. _users.Select(u => u?.Id ?? 0)];

    /// <summary>Starts nodes, links and users, and measures each action alone.</summary>
    /// <param name="options">The fleet and the users.</param>
    /// <param name="progress">Told what goes on.</param>
    /// <param name="cancellationToken">Gives up; everything that was started ends.</param>
    /// <exception cref="IsthmusException">An option is out of range, the ladder or a network of it cannot be read, or a process does not start.</exception>
    public static async Task<LiveEnvironment> StartAsync(LiveEnvironmentOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        LiveEnvironment live = new(options, VariantLadderFile.Load(options.Ladder));
        try
        {
            await live.StartAsync(progress, cancellationToken);
            return live;
        }
        catch
        {
            await live.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask StepAsync(ReadOnlyMemory<int> choices, Memory<double> responseMs, CancellationToken cancellationToken = default)
    {
        ImmutableArray<LiveAnswer?> answers = await RequestAsync(choices, cancellationToken);
        for (int u = 0; u < answers.Length; u++) responseMs.Span[u] = answers[u]?.Ms ?? throw new ArgumentException("In a step every user sends a request.", nameof(choices));
        State.Step++;
    }

    /// <summary>Has some users send a request each, at the same time.</summary>
    /// <param name="choices">The position of each user's action, or <see cref="Idle"/>.</param>
    /// <param name="cancellationToken">Gives up; the users' processes are started again later.</param>
    /// <returns>What became of each; null where a user was idle.</returns>
    public async Task<ImmutableArray<LiveAnswer?>> RequestAsync(ReadOnlyMemory<int> choices, CancellationToken cancellationToken = default)
    {
        int[] chosen = choices.ToArray();
        if (chosen.Length != _users.Length) throw new ArgumentException($"{_users.Length} choices are expected.", nameof(choices));
        for (int u = 0; u < chosen.Length; u++) ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chosen[u], Actions.Users[u].Actions.Length);
        for (int u = 0; u < chosen.Length; u++)
        {
            if (chosen[u] >= 0 && _users[u] is not { IsRunning: true }) await RestartAsync(u, cancellationToken);
        }

        // The user's process gives the node up, and may then compute itself, before it is given up.
        TimeSpan patience = TimeSpan.FromMilliseconds((2 * Options.TimeoutMs) + 2000);
        // All are waited for, also when one is cancelled: none may be under way when the next are asked.
        ImmutableArray<LiveAnswer?> answers = [.. await Task.WhenAll(chosen.Select((action, u) => AskAsync(u, action, patience, cancellationToken)))];
        for (int u = 0; u < answers.Length; u++)
        {
            if (answers[u] is not { } answer) continue;
            if (answer.IsLost)
            {
                Lost++;
                Note($"user {u}: {answer.Problem}");
                continue;
            }

            Answered++;
            if (answer.IsRight) Right++;
        }

        Monitor();
        return answers;
    }

    /// <summary>Makes a user's access link weak, or regular again, for whatever is not sent yet.</summary>
    /// <param name="user">The user, from 0.</param>
    /// <param name="isWeak">Whether it is weak.</param>
    public void SetWeak(int user, bool isWeak)
    {
        LiveLink access = isWeak ? Options.Weak : Options.Regular;
        _links!.Set(user, access);
        State.Users[user] = State.Users[user] with { Mbps = access.Mbps, RttMs = access.RttMs };
    }

    /// <summary>Ends a node at once, as a crash would, to see what becomes of those who use it. It is not started again.</summary>
    /// <param name="node">The node: 0 for the edge, 1 for the cloud.</param>
    public void EndNode(int node)
    {
        _nodes[node].Kill();
        Note($"{NodeNames[node]}: the process was ended.");
    }

    /// <summary>What requests are expected to take, from the profile of the start and how nodes are shared: the model of this fleet for a simulation.</summary>
    /// <param name="contention">The contention of the edge and of the cloud, such as <see cref="ContentionCalibration"/> measures.</param>
    public SystemModel Model(ImmutableArray<ContentionCurve> contention) => new(Actions, contention);

    /// <summary>The median of a user's requests that were sent alone at the start, in milliseconds.</summary>
    /// <param name="user">The user, from 0.</param>
    /// <param name="action">The position of the action.</param>
    public double AloneMs(int user, int action) => _aloneMs[user][action];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_users.OfType<LiveUserProcess>().Select(u => u.DisposeAsync().AsTask()));
        if (_links is not null) await _links.DisposeAsync();
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
        try
        {
            Directory.Delete(_data, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A node that had to be ended by force may still hold a file; the system clears its temporary folder.
        }
    }

    private async Task StartAsync(IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        foreach (Variant variant in _deviceVariants.Concat(_nodeVariants).Distinct())
        {
            string file = VariantLadderFile.PathOf(Options.Ladder, variant);
            VariantLadderFile.Check(variant, Core.Graphs.OnnxModel.Load(file).Hash);
        }

        _pictures = Options.Pictures ?? PicturesBeside(Options.Ladder);
        progress?.Report(new("starts the edge and the cloud", 0));
        _nodes.AddRange(await Task.WhenAll(
            StartNodeAsync("edge", Tier.Edge, Options.EdgeSlowdown, Options.EdgeWorkers, cancellationToken),
            StartNodeAsync("cloud", Tier.Cloud, Options.CloudSlowdown, Options.CloudWorkers, cancellationToken)));
        _links = await LiveLinks.StartAsync(Options.Users, [(_nodes[0], Options.ToEdge), (_nodes[1], Options.ToCloud)], Options.Seed);
        for (int u = 0; u < _users.Length; u++) SetWeak(u, Options.WeakUsers.Contains(u));
        int ready = 0;
        progress?.Report(new("starts the users", 0.05));
        // One after another at first, so that the first brings the networks to the nodes and the others find them.
        _users[0] = await StartUserAsync(0, cancellationToken);
        await Task.WhenAll(Enumerable.Range(1, _users.Length - 1).Select(async u =>
        {
            _users[u] = await StartUserAsync(u, cancellationToken);
            progress?.Report(new("starts the users", 0.05 + (0.2 * Interlocked.Increment(ref ready) / _users.Length)));
        }));
        await ProfileAsync(progress, cancellationToken);
    }

    private Task<NodeProcess> StartNodeAsync(string name, Tier tier, double slowdown, int workers, CancellationToken cancellationToken) => NodeProcess.StartAsync(
        name, tier, ["--slowdown", FormattableString.Invariant($"{slowdown}"), "--workers", $"{workers}", "--threads", "1", "--data", Path.Combine(_data, name)], cancellationToken);

    private Task<LiveUserProcess> StartUserAsync(int user, CancellationToken cancellationToken)
    {
        ImmutableArray<LiveUserAction> actions =
        [
            .. _deviceVariants.Select(v => new LiveUserAction(PathOf(v), null)),
            .. NodeNames.SelectMany(n => _nodeVariants.Select(v => new LiveUserAction(PathOf(v), n))),
        ];
        // A large odd step, so that users do not ask about the same pictures.
        int first = (int)(((long)Options.Seed * 1009 + user * 7919L) % 1_000_003);
        LiveUserSetup setup = new(_links!.Url(user, 0), _links.Url(user, 1), actions, Options.SlowdownOf(user), _pictures.Images, _pictures.Labels, first, Options.TimeoutMs);
        return LiveUserProcess.StartAsync($"user {user}", setup, Options.Clock, cancellationToken);

        string PathOf(Variant variant) => VariantLadderFile.PathOf(Options.Ladder, variant);
    }

    private async Task<LiveAnswer?> AskAsync(int user, int action, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (action < 0) return null;
        return _users[user] is { } process ? await process.AskAsync(action, patience, cancellationToken) : LiveAnswer.Lost("The user's process could not be started again.");
    }

    private async Task RestartAsync(int user, CancellationToken cancellationToken)
    {
        if (_users[user] is { } ended) await ended.DisposeAsync();
        _users[user] = null;
        try
        {
            _users[user] = await StartUserAsync(user, cancellationToken);
            Restarts++;
            Note($"user {user}: the process was started again.");
        }
        catch (IsthmusException e)
        {
            Note($"user {user}: {e.Message}");
        }
    }

    // Every action of every user alone: nobody else computes or sends.
    private async Task ProfileAsync(IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        Monitor();
        for (int n = 0; n < NodeNames.Length; n++)
        {
            int node = n;
            double[] added = [.. _users.Select((user, u) => (node == 0 ? user!.Ready.EdgeRttMs : user!.Ready.CloudRttMs) - State.Users[u].RttMs).OfType<double>()];
            LiveLink way = n == 0 ? Options.ToEdge : Options.ToCloud;
            State.Nodes[n] = State.Nodes[n] with { Cpu = 1, Mbps = way.Mbps, RttMs = added.Length == 0 ? way.RttMs : Math.Max(0, Median(added)) };
        }

        int actions = Actions.MostActions;
        _aloneMs = new double[_users.Length][];
        int[] choices = new int[_users.Length];
        ImmutableArray<UserMenu>.Builder menus = ImmutableArray.CreateBuilder<UserMenu>(_users.Length);
        for (int u = 0; u < _users.Length; u++)
        {
            ImmutableArray<UserAction>.Builder menu = ImmutableArray.CreateBuilder<UserAction>(actions);
            List<LiveAnswer>[] all = [.. Enumerable.Range(0, actions).Select(_ => new List<LiveAnswer>())];
            // All actions in turn, so that what disturbs for a while does not fall on one of them.
            for (int round = 0; round < Options.ProfileRounds; round++)
            {
                for (int a = 0; a < actions; a++)
                {
                    Array.Fill(choices, Idle);
                    choices[u] = a;
                    all[a].Add((await RequestAsync(choices, cancellationToken))[u]!.Value);
                }

                progress?.Report(new($"measures user {u} alone", 0.25 + (0.75 * ((u * Options.ProfileRounds) + round + 1) / (_users.Length * Options.ProfileRounds))));
            }

            _aloneMs[u] = new double[actions];
            for (int a = 0; a < actions; a++)
            {
                UserAction action = Actions.Users[u].Actions[a];
                LiveAnswer[] answered = [.. all[a].Where(r => !r.IsLost)];
                if (answered.Length == 0) throw new IsthmusException(ErrorKind.Node, $"No request of user {u} as '{action.Name}' was answered: {all[a][0].Problem}");
                _aloneMs[u][a] = Median(answered.Select(r => r.Ms));
                menu.Add(action with
                {
                    DeviceMs = Math.Max(0, Median(answered.Select(r => r.Ms - r.LinkMs - r.NodeMs))),
                    Bytes = Median(answered.Select(r => (double)r.Bytes)),
                    NodeMs = Median(answered.Select(r => r.NodeMs)),
                });
            }

            menus.Add(Actions.Users[u] with { Actions = menu.ToImmutable() });
        }

        Actions = Actions with { Users = menus.ToImmutable() };
        Actions.Validate();
        (Answered, Right) = (0, 0);
        State.Step = 0;
    }

    private ImmutableArray<UserAction> Menu() =>
    [
        .. _deviceVariants.Select(v => new UserAction($"device {v.Name}", UserAction.Own, 0, 0, 0, v.Top1) { Variant = v.Name }),
        .. NodeNames.SelectMany((node, n) => _nodeVariants.Select(v => new UserAction($"{node} {v.Name}", n, 0, 0, 0, v.Top1) { Variant = v.Name })),
    ];

    private void Monitor()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        double free = memory.TotalAvailableMemoryBytes > 0 ? Math.Clamp(1 - ((double)memory.MemoryLoadBytes / memory.TotalAvailableMemoryBytes), 0, 1) : 1;
        for (int u = 0; u < State.Users.Length; u++) State.Users[u] = State.Users[u] with { Cpu = 1, Memory = free };
        for (int n = 0; n < State.Nodes.Length; n++) State.Nodes[n] = State.Nodes[n] with { Memory = free };
    }

    private void Note(string problem)
    {
        if (_problems.Count < 100) _problems.Add(problem);
    }

    private static (string Images, string Labels) PicturesBeside(string ladder)
    {
        string folder = Path.Combine(Directory.Exists(ladder) ? ladder : Path.GetDirectoryName(Path.GetFullPath(ladder))!, "test");
        string? Find(string kind) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Where(f => Path.GetFileName(f).Contains(kind, StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault() : null;
        return Find("images-idx3") is { } images && Find("labels-idx1") is { } labels ? (images, labels)
            : throw new IsthmusException(ErrorKind.File, $"There are no test pictures in {folder}: name the IDX files of pictures and labels.");
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
