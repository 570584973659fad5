using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Orchestration.Menus;

/// <summary>
/// What a user may do, from the common planner: node × variant × cut × codec × part of the picture. Of all plans on the own device, and on it and one shared node, those that are the
/// fastest at some loss of accuracy in some situation, if the node is shared by more or fewer and the link is as profiled or slower; so whatever the others do, a good plan is on the menu.
/// </summary>
public static class PlanMenu
{
    // Losses that differ by less are the same on any number of pictures that can be measured.
    private const double SameLoss = 1e-6;

    /// <summary>Makes a menu.</summary>
    /// <param name="request">The profiles of the variants, the links, what is allowed. Its objective and ranking do not matter; plans that use two shared nodes are left out, since an action uses one.</param>
    /// <param name="nodes">The shared nodes, in the order of the action space; nodes of the profile that are not among them are not used.</param>
    /// <param name="options">How many, and for which situations; null for the defaults.</param>
    /// <returns>The actions: of the own device first, then node by node; of each place the fastest first.</returns>
    /// <exception cref="IsthmusException">The request breaks a rule, or nothing at all is possible.</exception>
    public static ImmutableArray<PlannedAction> Of(PlanningRequest request, ImmutableArray<string> nodes, PlanMenuOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        options ??= new();
        options.Validate();
        double accuracy = options.Accuracy ?? Calibrated(request) ?? 1;
        CostModels models = new(request);
        List<PlannedAction> menu = [];
        for (int place = -1; place < nodes.Length; place++)
        {
            if (place >= 0 && request.Profile.Nodes.All(n => n.Name != nodes[place])) continue;
            Dictionary<Plan, PlannedAction> found = [];
            foreach (double contention in place < 0 ? [1.0] : options.Contention)
            {
                foreach (double slower in place < 0 ? [1.0] : options.Slower)
                {
                    foreach (RankedPlan plan in Best(request, place < 0 ? null : nodes[place], contention, slower))
                    {
                        if (!found.ContainsKey(plan.Plan)) found.Add(plan.Plan, Action(models.Rank(plan.Plan), place, accuracy, models));
                    }
                }
            }

            menu.AddRange(Chosen([.. found.Values], models, options));
        }

        return menu.Count > 0 ? [.. menu] : throw new IsthmusException(ErrorKind.Planning, "No plan keeps the constraints: 'isthmus plan' with the same constraints says what to relax.");
    }

    private static double? Calibrated(PlanningRequest request) =>
        (request.Variants.IsEmpty ? [new(request.Index, 0)] : request.Variants).MinBy(v => v.Loss)?.Index.Profile.Calibration?.Top1;

    // What no other plan of this place beats in time and loss, in this situation.
    private static ImmutableArray<RankedPlan> Best(PlanningRequest request, string? node, double contention, double slower)
    {
        Profile profile = request.Profile;
        string[] devices = [.. profile.Nodes.Where(n => n.Tier == Tier.Device).Select(n => n.Name)];
        PlanningRequest asked = request with
        {
            Objective = Objective.Latency,
            Space = request.Space.Narrow(new() { Nodes = node is null ? [.. devices] : [.. devices, node] }),
            Constraints = node is null ? request.Constraints : request.Constraints with { RequiredNodes = [node] },
            Ratios = node is null || contention == 1 ? request.Ratios
                : [.. request.Ratios.Where(r => r.Node != node), new(node, contention * (request.Ratios.FirstOrDefault(r => r.Node == node)?.Compute ?? 1))],
            Links = slower == 1 ? request.Links : [.. Links(request).Select(l => l with { Bandwidth = new(l.Bandwidth.Value / slower) })],
            Top = 1,
            WithPareto = true,
            ParetoAxes = ParetoAxes.Latency | ParetoAxes.Loss,
        };
        try
        {
            return Planner.Plan(asked).Pareto;
        }
        catch (InfeasiblePlanException)
        {
            return [];
        }
    }

    private static IEnumerable<LinkProfile> Links(PlanningRequest request) =>
        request.Profile.Links.Where(l => !request.Links.Any(r => r.From == l.From && r.To == l.To)).Concat(request.Links);

    private static PlannedAction Action(RankedPlan ranked, int place, double accuracy, CostModels models)
    {
        PlanCost cost = ranked.Cost;
        bool isSent = place >= 0 && ranked.Plan.Input.Kind != InputKind.Local;
        // A picture that crosses is decoded by the node; what HTTP costs is the same however many share the node.
        double device = (isSent ? Milliseconds.Zero : cost.Decode).Value + cost.Head.Value + cost.Encode.Value + cost.Overhead.Value;
        double node = place < 0 ? 0 : (isSent ? cost.Decode.Value : 0) + cost.Unpack.Value + cost.Middle.Value + cost.Recode.Value + cost.Tail.Value;
        string variant = models.NameOf(ranked.Plan);
        return new(new($"{variant}: {ranked.Plan.Describe()}", place, device, place < 0 ? 0 : cost.BytesFromDevice.Value, node, Math.Clamp(accuracy - ranked.AccuracyLoss, 0, 1)) { Variant = variant }, ranked.Plan);
    }

    // Those that are the fastest at some accuracy in some situation. If they are too many, one after the other whatever lessens most what is lost by leaving out the rest.
    private static IEnumerable<PlannedAction> Chosen(PlannedAction[] found, CostModels models, PlanMenuOptions options)
    {
        if (found.Length == 0) return [];
        found = [.. found.OrderBy(f => f.Action.Accuracy).ThenBy(f => f.Action.Name, StringComparer.Ordinal)];
        (double Contention, double Slower)[] situations = [.. options.Contention.SelectMany(c => options.Slower.Select(s => (c, s)))];
        double[][] ms = [.. situations.Select(s => found.Select(f => Ms(f, s.Contention, s.Slower)).ToArray())];

        // From which position on the actions are at least as accurate as this one.
        int[] floors = [.. Enumerable.Range(0, found.Length).Where(i => i == 0 || found[i].Action.Accuracy > found[i - 1].Action.Accuracy + SameLoss)];
        double[,] best = new double[situations.Length, floors.Length];
        SortedSet<int> winners = [];
        for (int s = 0; s < situations.Length; s++)
        {
            for (int f = 0; f < floors.Length; f++)
            {
                int winner = Enumerable.Range(floors[f], found.Length - floors[f]).MinBy(i => ms[s][i]);
                best[s, f] = ms[s][winner];
                winners.Add(winner);
            }
        }

        // Whatever else is left out, the most accurate and the fastest stay.
        List<int> kept = [Enumerable.Range(floors[^1], found.Length - floors[^1]).MinBy(i => Ms(found[i], 1, 1))];
        int fastest = winners.MinBy(i => Ms(found[i], 1, 1));
        if (options.PerPlace > 1 && !kept.Contains(fastest)) kept.Add(fastest);
        while (kept.Count < options.PerPlace && winners.Except(kept).Any()) kept.Add(winners.Except(kept).MinBy(i => Lost([.. kept, i])));
        return kept.Select(i => found[i]).OrderBy(f => Ms(f, 1, 1)).ThenBy(f => f.Action.Name, StringComparer.Ordinal);

        // How many times longer than with all of them the fastest of these takes, summed over situations and accuracies.
        double Lost(List<int> these)
        {
            double sum = 0;
            for (int s = 0; s < situations.Length; s++)
            {
                for (int f = 0; f < floors.Length; f++)
                {
                    double least = double.PositiveInfinity;
                    foreach (int i in these)
                    {
                        if (i >= floors[f]) least = Math.Min(least, ms[s][i]);
                    }

                    sum += least / Math.Max(best[s, f], 1e-9);
                }
            }

            return sum;
        }

        double Ms(PlannedAction f, double contention, double slower)
        {
            PlanCost cost = models.Rank(f.Plan).Cost;
            return cost.Total.Value + ((contention - 1) * f.Action.NodeMs) + ((slower - 1) * f.Action.Bytes * 8000 / models.BitsPerSecond(f.Plan));
        }
    }

    private sealed class CostModels(PlanningRequest request)
    {
        private readonly ImmutableArray<CostModel> _models = CostModel.AllOf(request);
        private readonly Dictionary<Plan, RankedPlan> _ranked = [];

        public RankedPlan Rank(Plan plan)
        {
            if (!_ranked.TryGetValue(plan, out RankedPlan? ranked)) _ranked[plan] = ranked = Model(plan).Rank(plan, Objective.Latency);
            return ranked;
        }

        public string NameOf(Plan plan) => Model(plan).Index.Profile.ModelName;

        public double BitsPerSecond(Plan plan)
        {
            string node = plan.Segments[^1].Node, device = plan.Device ?? request.Profile.Nodes.First(n => n.Tier == Tier.Device).Name;
            return Links(request).FirstOrDefault(l => l.From == device && l.To == node)?.Bandwidth.Value ?? double.PositiveInfinity;
        }

        private CostModel Model(Plan plan) => _models.First(m => m.Index.Profile.Model == plan.Model);
    }
}
