using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>
/// Which parameters the latency model of some users has, by name, and what is believed of them at first. With a profile they are factors on its terms; without one (only the structure:
/// who shares what, how many bytes, what monitors report) they are milliseconds.
/// </summary>
internal sealed class LatencyLayout
{
    // More kinds of actions than this are not told apart over users.
    private const int MostKinds = 64;
    private const int MostCurves = 16;

    // From so many shared parameters on, kinds on a node differ by what they take alone and no longer by what each further user adds.
    private const int MostShared = 400;

    // More actions than this are not told apart in one user's own parameters.
    private const int MostActions = 64;

    private readonly Dictionary<string, int> _sharedAt = [];

    public LatencyLayout(ActionSpace actions, SystemModel? profile, LatencyModelOptions options, double scale)
    {
        Actions = actions;
        Profile = profile;
        Scale = scale;
        Knots = KnotsUpTo(actions.Users.Length);
        double trust = options.ProfileSpread;
        HashSet<string> kinds = Common(a => a.Node < 0 || a.DeviceMs > 0 ? a.Name : null, MostKinds);
        if (profile is not null)
        {
            Pace = Share("pace", 1, trust);
            Memory = Share("memory", profile.LowMemoryFactor - 1, 0.3);
        }
        else
        {
            Pace = -1;
            Memory = Share("memory", 0, 0.5 * scale);
        }

        NodeMemory = new int[actions.Nodes.Length];
        int[] bases = new int[actions.Nodes.Length];
        int[][] increments = new int[actions.Nodes.Length][];
        for (int n = 0; n < actions.Nodes.Length; n++)
        {
            string node = $"node {actions.Nodes[n]}";
            NodeMemory[n] = profile is null ? Share($"{node} memory", 0, 0.5 * scale) : Share($"{node} memory", profile.LowMemoryFactor - 1, 0.3);
            double alone = profile?.Contention[n].At(1) ?? 0;
            bases[n] = profile is null ? -1 : Share($"{node} base", alone, trust * alone);
            increments[n] = Increments(node, n, 1);
        }

        List<NodeCurve> curves = [];
        Dictionary<(int, string), int> curveOf = [];
        HashSet<string>[] common = [.. actions.Nodes.Select((_, n) => Common(a => a.Node == n ? a.Name : null, MostCurves))];
        Users = new ImmutableArray<LatencyTerm>[actions.Users.Length];
        (DeviceKind, Curve, Action) = (new int[Users.Length][], new int[Users.Length][], new int[Users.Length][]);
        (UserPace, Busy, Link) = (new int[Users.Length], new int[Users.Length], new int[Users.Length]);
        for (int u = 0; u < Users.Length; u++)
        {
            UserMenu menu = actions.Users[u];
            int count = menu.Actions.Length;
            (DeviceKind[u], Curve[u], Action[u]) = (new int[count], new int[count], new int[count]);
            List<LatencyTerm> own = [];
            HashSet<string> names = [];
            UserPace[u] = Own("pace", 0, profile is null ? 0.5 : trust);
            Busy[u] = Own("busy", 0, profile is null ? 0.1 * scale : 0.1);
            for (int a = 0; a < count; a++)
            {
                UserAction action = menu.Actions[a];
                DeviceKind[u][a] = Curve[u][a] = Action[u][a] = -1;
                bool device = action.Node < 0 || action.DeviceMs > 0;
                if (device && kinds.Contains(action.Name)) DeviceKind[u][a] = profile is null ? Share($"device {action.Name}", scale, 2 * scale) : Share($"device {action.Name}", 0, trust / 3);
                bool apart = action.Node >= 0 && common[action.Node].Contains(action.Name);
                if (action.Node >= 0) Curve[u][a] = CurveOf(action.Node, apart ? action.Name : "*");
                if (a >= MostActions || (!device && apart)) continue;
                string key = $"action {action.Name}";
                for (int i = 2; !names.Add(key); i++) key = $"action {action.Name} ({i})";
                Action[u][a] = profile is not null ? Own(key, 0, device ? trust / 4 : trust / 3) : !device ? Own(key, 0, scale) : DeviceKind[u][a] >= 0 ? Own(key, 0, 0.15) : Own(key, scale, 2 * scale);
            }

            Link[u] = own.Count;
            foreach (string node in actions.Nodes)
            {
                foreach (string level in (string[])["regular", "weak"])
                {
                    Own($"link {node} {level} ms", 0, profile is null ? 1 + (0.05 * scale) : 2 + (0.02 * scale));
                    Own($"link {node} {level} round trip", 1, 0.3);
                    Own($"link {node} {level} bytes", 1, 0.3);
                }
            }

            Users[u] = [.. own];

            int Own(string key, double mean, double deviation)
            {
                own.Add(new(key, mean, deviation));
                return own.Count - 1;
            }
        }

        Curves = [.. curves];

        int CurveOf(int n, string name)
        {
            if (curveOf.TryGetValue((n, name), out int at)) return at;
            string key = $"node {actions.Nodes[n]} kind {name}";
            bool several = common[n].Count > 1;
            NodeCurve curve = profile is null
                ? new(n, Share(key, scale, 2 * scale), increments[n], -1, several && Shared.Count < MostShared ? Increments(key, n, 0) : [])
                : new(n, bases[n], increments[n], several ? Share(key, 0, trust / 3) : -1, []);
            curves.Add(curve);
            return curveOf[(n, name)] = curves.Count - 1;
        }

        int[] Increments(string key, int n, double mean)
        {
            int[] all = new int[Knots.Length - 1];
            for (int j = 0; j < all.Length; j++)
            {
                int span = Knots[j + 1] - Knots[j];
                double rise = profile is null ? 0.2 * scale * span : profile.Contention[n].At(Knots[j + 1]) - profile.Contention[n].At(Knots[j]);
                double spread = profile is null ? (mean > 0 ? 0.5 : 0.3) * scale * Math.Sqrt(span) : (trust * rise) + (0.05 * span * profile.Contention[n].At(1));
                all[j] = Share($"{key} increment {Knots[j]}-{Knots[j + 1]}", mean * rise, spread);
            }

            return all;
        }
    }

    public ActionSpace Actions { get; }

    public SystemModel? Profile { get; }

    /// <summary>What a request typically takes, in milliseconds.</summary>
    public double Scale { get; }

    /// <summary>The shared parameters.</summary>
    public List<LatencyTerm> Shared { get; } = [];

    /// <summary>Each user's own parameters.</summary>
    public ImmutableArray<LatencyTerm>[] Users { get; }

    /// <summary>The numbers of users of a node between which the curves are straight: the first is 1.</summary>
    public int[] Knots { get; }

    /// <summary>Shared: the pace of all devices against the profile; −1 without one.</summary>
    public int Pace { get; }

    /// <summary>Shared: what low memory adds on devices.</summary>
    public int Memory { get; }

    /// <summary>Shared: what low memory adds on each node.</summary>
    public int[] NodeMemory { get; }

    /// <summary>By user and action: the shared parameter of what it takes on a device; −1 if there is none.</summary>
    public int[][] DeviceKind { get; }

    /// <summary>By user and action: the curve of what it takes on its node; −1 on the own device.</summary>
    public int[][] Curve { get; }

    /// <summary>By user and action: the own parameter of what it differs by; −1 if there is none.</summary>
    public int[][] Action { get; }

    /// <summary>By user: the own parameters of the device's pace, of what a busy processor adds, and the first of the links'.</summary>
    public int[] UserPace { get; }

    /// <summary>By user: what a busy processor adds.</summary>
    public int[] Busy { get; }

    /// <summary>By user: the first of the links' parameters: of each node regular and weak, of each milliseconds, factor on the round trip, factor on the transfer.</summary>
    public int[] Link { get; }

    /// <summary>All curves.</summary>
    public ImmutableArray<NodeCurve> Curves { get; }


    /// <summary>The share of each span between knots that lies below k users.</summary>
    public double Span(int j, int users) => Math.Clamp((double)(users - Knots[j]) / (Knots[j + 1] - Knots[j]), 0, 1);

    private int Share(string key, double mean, double deviation)
    {
        if (_sharedAt.TryGetValue(key, out int at)) return at;
        Shared.Add(new(key, mean, deviation));
        return _sharedAt[key] = Shared.Count - 1;
    }

    // Names that two users have at least; none if there are too many.
    private HashSet<string> Common(Func<UserAction, string?> name, int most)
    {
        Dictionary<string, int> users = [];
        foreach (UserMenu menu in Actions.Users)
        {
            foreach (string? n in menu.Actions.Select(name).Distinct())
            {
                if (n is not null) users[n] = users.GetValueOrDefault(n) + 1;
            }
        }

        HashSet<string> common = [.. users.Where(static p => p.Value > 1).Select(static p => p.Key)];
        return common.Count > most ? [] : common;
    }

    private static int[] KnotsUpTo(int users)
    {
        List<int> knots = [1];
        while (knots[^1] < users) knots.Add(knots[^1] < 8 ? knots[^1] + 1 : (int)Math.Ceiling(knots[^1] * 1.25));
        return [.. knots];
    }
}
