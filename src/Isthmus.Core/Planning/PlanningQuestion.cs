using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>Checks a request, and makes the search that answers it.</summary>
internal static class PlanningQuestion
{
    // Each is searched on its own.
    private const int MaxVariants = 64;

    /// <summary>Checks what is asked.</summary>
    /// <exception cref="IsthmusException">It names what the profiles do not know, has a number out of range, or needs a number that a profile does not hold.</exception>
    public static void Validate(PlanningRequest request)
    {
        Variants(request);
        request.Constraints.Validate(request.Profile);
        foreach (PlanVariant variant in request.Variants) request.Constraints.Validate(variant.Index.Profile);
        request.Space.Validate(request.Profile);
        if (request.Space.OnlyCurves && (request.Variants.IsEmpty ? [request.Variant] : request.Variants).All(v => v.Index.Profile.InputCurves.IsDefaultOrEmpty))
            throw new InfeasiblePlanException($"The profile of {request.Profile.ModelName} has no curve of accuracy against bytes: 'isthmus calibrate --input' measures them.", []);
        if (!Enum.IsDefined(request.Segments) || !Enum.IsDefined(request.Loss) || !Enum.IsDefined(request.Terms))
            throw new IsthmusException(ErrorKind.Usage, "The request has a choice that there is not.");
        if (request.WithPareto && ((request.ParetoAxes & ~(ParetoAxes.Default | ParetoAxes.Energy | ParetoAxes.Price | ParetoAxes.Period)) != ParetoAxes.None || request.ParetoAxes == ParetoAxes.None))
            throw new IsthmusException(ErrorKind.Usage, "A Pareto set is in at least one of latency, bytes, loss, energy, price and period.");
        if (request.Device is { } device && request.Index.Node(device).Tier != Tier.Device)
            throw new IsthmusException(ErrorKind.Usage, $"'{device}' is not a device: choose {string.Join(", ", request.Profile.Nodes.Where(n => n.Tier == Tier.Device).Select(n => n.Name))}.");
        ParetoAxes axes = request.WithPareto ? request.ParetoAxes : ParetoAxes.None;
        bool energy = request.Objective.PerJoule > 0 || axes.HasFlag(ParetoAxes.Energy);
        bool price = request.Objective.PerPrice > 0 || axes.HasFlag(ParetoAxes.Price);
        if (!energy && !price) return;
        foreach (CostModel model in CostModel.AllOf(request)) Rates(request, model, energy, price);
    }

    /// <summary>The search that answers a request.</summary>
    public static PlanSearch Search(PlanningRequest request, ImmutableArray<CostModel> models, SearchSpace space, ParetoAxes axes) =>
        new(models, request.Device, request.Objective, request.Constraints, space, axes);

    private static void Variants(PlanningRequest request)
    {
        if (request.Variants.IsDefaultOrEmpty)
        {
            if (request.Variants.IsDefault) throw new IsthmusException(ErrorKind.Usage, "The list of variants is absent.");
            return;
        }

        if (request.Variants.Length > MaxVariants) throw new IsthmusException(ErrorKind.Usage, $"{request.Variants.Length} variants are more than {MaxVariants}.");
        _ = request.Variant;
        HashSet<object> models = [];
        foreach (PlanVariant variant in request.Variants)
        {
            Profile profile = variant.Index.Profile;
            if (variant.Loss is not (>= 0 and <= 1))
                throw new IsthmusException(ErrorKind.Usage, $"The loss of the variant {profile.ModelName} is a share from 0 to 1, such as 0.02.");
            if (!models.Add(profile.Model)) throw new IsthmusException(ErrorKind.Usage, $"Two profiles are of the same network, {profile.ModelName}: give each variant once.");
            if (profile.Nodes.Length != request.Profile.Nodes.Length || !profile.Nodes.All(n => request.Profile.Nodes.Any(o => o.Name == n.Name && o.Tier == n.Tier)))
            {
                throw new IsthmusException(
                    ErrorKind.Planning,
                    $"The profiles of {request.Profile.ModelName} and {profile.ModelName} are not of the same nodes ({Names(request.Profile)}; {Names(profile)}): profile both with the same.");
            }
        }
    }

    private static string Names(Profile profile) => string.Join(", ", profile.Nodes.Select(n => n.Name));

    private static void Rates(PlanningRequest request, CostModel model, bool energy, bool price)
    {
        Profile profile = model.Index.Profile;
        int[] used = [.. Enumerable.Range(0, profile.Nodes.Length).Where(n => profile.Nodes[n].Tier == Tier.Device
            ? request.Device is null || request.Device == profile.Nodes[n].Name
            : request.Constraints.Allows(profile.Nodes[n]) && request.Space.Allows(profile.Nodes[n]))];
        foreach (int n in used)
        {
            if (energy && model.Power(n) is null) throw Missing($"node '{profile.Nodes[n].Name}' has no power", "energy", profile.Nodes[n].Name);
            if (price && double.IsNaN(model.PricePerMs(n))) throw Missing($"node '{profile.Nodes[n].Name}' has no pricePerHour", "price", profile.Nodes[n].Name);
        }

        foreach (int from in used)
        {
            foreach (int to in used)
            {
                // Of the ways back, those that the answer takes.
                if (!model.HasLink(from, to) || profile.Nodes[from].Tier == profile.Nodes[to].Tier || (profile.Nodes[from].Tier > profile.Nodes[to].Tier && model.BytesBack(from, to) == 0)) continue;
                string link = $"{profile.Nodes[from].Name}-{profile.Nodes[to].Name}";
                string other = profile.Nodes[profile.Nodes[from].Tier > profile.Nodes[to].Tier ? from : to].Name;
                if (energy && double.IsNaN(model.JoulesPerByte(from, to))) throw Missing($"link '{link}' has no joulesPerByte", "energy", other);
                if (price && double.IsNaN(model.PricePerByte(from, to))) throw Missing($"link '{link}' has no pricePerGigabyte", "price", other);
            }
        }

        IsthmusException Missing(string reason, string what, string node) => new(
            ErrorKind.Planning, $"The {what} of a plan cannot be known: in the profile of {profile.ModelName}, {reason}. Give it one (0 if it costs nothing), or --forbid {node}.");
    }
}
