using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Menus;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>
/// Beyond the paper: users who differ in device and link choose node × network × cut × codec × part of the picture, and what each freedom adds. Decisions are optimal where that can be
/// proven, else a local optimum; times are the profile's.
/// </summary>
internal static class JointStudy
{
    /// <summary>The shared nodes.</summary>
    private static readonly ImmutableArray<string> Nodes = ["edge", "cloud"];

    // How much slower than the profiled device a user's is, and the user's link: every pair occurs.
    private static readonly double[] Devices = [1, 2, 4];
    private static readonly (double Mbps, double RttMs)[] Links = [(20, 5), (5, 10), (1, 30), (0.5, 45)];

    // How much further away than the edge the cloud is, in milliseconds of round trip.
    private const double CloudMs = 25;

    /// <summary>The number of users.</summary>
    public static int Users => Devices.Length * Links.Length;

    /// <summary>The points of mean accuracy that may be lost.</summary>
    private static readonly double[] Points = [0, 1, 2, 5];

    /// <summary>How the users are, in words.</summary>
    public static string Text => $"{Users} users: devices {string.Join(", ", Devices.Select(d => $"{d:0.#}×"))} as slow as the profiled one, each on links of {string.Join(", ", Links.Select(l => $"{l.Mbps:0.#} Mbit/s with {l.RttMs:0} ms"))}; "
        + $"the cloud is {CloudMs:0} ms further away. The edge serves one after the other, the cloud four at a time.";

    /// <summary>Computes the rows.</summary>
    public static ImmutableArray<JointRow> Of(JointNetworks networks)
    {
        // Menus are made for the fastest of the links, and for links down to the slowest.
        ImmutableArray<LinkProfile> links = [.. Nodes.Select((node, n) => new LinkProfile(
            networks.Variants[0].Index.Profile.Nodes.First(d => d.Tier == Tier.Device).Name, node, new(Links[0].RttMs + (n * CloudMs)), new(Links[0].Mbps * 1e6), Emulated: true))];
        PlanningRequest request = new(networks.Variants[0].Index) { Variants = networks.Variants, Links = links };
        InputEncoding whole = InputEncoding.Jpeg(75);
        (string Name, PlanningRequest Request)[] choices =
        [
            ("place", request with { Variants = [networks.Variants[0]], Space = new() { MaxCuts = 0, Inputs = [InputEncoding.File, whole] } }),
            ("+ network", request with { Space = new() { MaxCuts = 0, Inputs = [InputEncoding.File, whole] } }),
            ("+ part of the picture", request with { Space = new() { MaxCuts = 0 } }),
            ("+ cut and codec", request),
        ];
        List<JointRow> rows = [];
        ImmutableArray<PlannedAction> menu = [];
        foreach ((string name, PlanningRequest asked) in choices.Where((c, i) => i != 1 || networks.Variants.Length > 1))
        {
            // Who may choose more still has what could be chosen before.
            menu = [.. menu.Concat(PlanMenu.Of(asked, Nodes, new() { PerPlace = 12, Accuracy = networks.Accuracy, Slower = [.. Links.Select(l => Links[0].Mbps / l.Mbps)] })).DistinctBy(m => m.Plan)];
            SystemModel model = new(new(Nodes, [.. Enumerable.Range(1, Users).Select(u => new UserMenu($"S{u}", [.. menu.Select(m => m.Action)]))]), [ContentionCurve.TakingTurns(1), ContentionCurve.TakingTurns(4)]);
            foreach (double points in Points) rows.Add(Row(model, name, points, networks.Accuracy, menu));
        }

        return [.. rows.OrderBy(r => r.Points)];
    }

    private static JointRow Row(SystemModel model, string choice, double points, double accuracy, ImmutableArray<PlannedAction> menu)
    {
        SystemState state = State();
        JointProblem problem = model.Problem(state, new(Math.Max(0, accuracy - (points / 100))));
        JointDecision? decision = CountingSearch.CanSolve(Users, Nodes.Length) ? CountingSearch.Solve(problem) : new FastSearch().Solve(problem);
        if (decision is null) return new(points, choice, menu.Length, null, null, null, null, null, "nothing keeps the accuracy");
        Span<int> counts = stackalloc int[Nodes.Length];
        model.Actions.Count(decision.Choices.AsSpan(), counts);
        double[] ms = new double[Users], alone = new double[Users];
        for (int u = 0; u < Users; u++)
        {
            UserAction action = menu[decision.Choices[u]].Action;
            ms[u] = model.ExpectedMs(state, u, decision.Choices[u], action.Node < 0 ? 1 : counts[action.Node]);
            alone[u] = ms[u] / Enumerable.Range(0, menu.Length).Where(a => menu[a].Action.Accuracy >= action.Accuracy - 1e-9).Min(a => model.ExpectedMs(state, u, a, 1));
        }

        double jain = alone.Sum() * alone.Sum() / (Users * alone.Sum(x => x * x));
        return new(
            points, choice, menu.Length, decision.MeanMs, ms.Max(), jain, decision.MeanAccuracy, decision.Choices.Average(c => menu[c].Action.Bytes) / 1000,
            string.Join("; ", decision.Choices.GroupBy(c => c).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(4).Select(g => $"{g.Count()} × {menu[g.Key].Action.Name}")));
    }

    private static SystemState State()
    {
        SystemState state = new(Users, Nodes.Length);
        for (int u = 0; u < Users; u++) state.Users[u] = new(1 / Devices[u % Devices.Length], 1, Links[u / Devices.Length].Mbps, Links[u / Devices.Length].RttMs);
        (state.Nodes[0], state.Nodes[1]) = (new(1, 1, 1000, 0), new(1, 1, 1000, CloudMs));
        return state;
    }
}
