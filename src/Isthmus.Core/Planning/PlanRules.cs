using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>What must hold of every plan, wherever it comes from.</summary>
public static class PlanRules
{
    /// <summary>Checks a plan's form: one to three segments that follow each other from input to output, and tier by tier outwards.</summary>
    /// <exception cref="IsthmusException">A rule is broken; the message names the segment.</exception>
    public static void Check(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Segments.IsDefault || plan.Segments.Length is < 1 or > 3)
            throw Broken("it must have one to three segments");
        for (int i = 0; i < plan.Segments.Length; i++)
        {
            PlacedSegment s = plan.Segments[i] ?? throw Broken($"segments[{i}] is null");
            bool last = i == plan.Segments.Length - 1;
            if (string.IsNullOrWhiteSpace(s.Node) || s.Node.Length > 256)
                throw Broken($"segments[{i}].node is empty or too long");
            if (!Enum.IsDefined(s.Tier))
                throw Broken($"segments[{i}].tier is none of device, edge and cloud");
            if (i == 0 ? s.From is not null : s.From is null || s.From != plan.Segments[i - 1].To)
                throw Broken(i == 0 ? "segments[0].from must be null, the model's input" : $"segments[{i}].from must be the cut where segments[{i - 1}] ends");
            if (last ? s.To is not null : s.To is null)
                throw Broken(last ? $"segments[{i}].to must be null, the model's output" : $"segments[{i}].to must name a cut");
            if (last ? s.Codec is not null : s.Codec is null)
                throw Broken(last ? $"segments[{i}].codec must be null: the output returns raw" : $"segments[{i}].codec must say how the cut's tensors cross");
            if (i > 0 && s.Tier <= plan.Segments[i - 1].Tier)
                throw Broken($"segments[{i}].tier must be further out than the segment's before it");
        }

        if (plan.Input.Kind == InputKind.Local != (plan.Segments[0].Tier == Tier.Device))
            throw Broken("input must be 'local' exactly when the first segment is on the device");
        if (plan.Device is { } device && (string.IsNullOrWhiteSpace(device) || device.Length > 256))
            throw Broken("device is empty or too long");
        if (plan.Device is not null && plan.Segments[0].Tier == Tier.Device && plan.Segments[0].Node != plan.Device)
            throw Broken("the first segment must be on the device that it names, or further out");
    }

    /// <summary>Checks a plan against a profile: the same network, nodes and cuts that it knows, the cuts in their order.</summary>
    /// <exception cref="IsthmusException">The plan does not fit.</exception>
    public static void Check(Plan plan, ProfileIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        Check(plan);
        if (plan.Model != index.Profile.Model)
        {
            throw new IsthmusException(
                ErrorKind.Planning, $"The plan is for the model {plan.Model.Short}, and the profile is of {index.Profile.ModelName} ({index.Profile.Model.Short}): plan again with this profile.");
        }

        if (plan.Device is { } device && index.Node(device).Tier != Tier.Device)
            throw Broken($"it has '{device}' as the device, and the profile of the {Name(index.Node(device).Tier)} tier");
        if (plan.Device is null && index.Devices.Length > 1 && plan.Segments[0].Tier != Tier.Device)
            throw Broken("it does not say on which device the image is, and the profile has several");
        int before = -1;
        foreach (PlacedSegment s in plan.Segments)
        {
            Tier tier = index.Node(s.Node).Tier;
            if (tier != s.Tier)
                throw Broken($"it has '{s.Node}' as a node of the {Name(s.Tier)} tier, and the profile of the {Name(tier)} tier");
            if (s.To is null) continue;
            int cut = index.CutAt(s.To);
            if (cut <= before)
                throw Broken($"the cut '{s.To}' is not after the one before it");
            before = cut;
        }
    }

    private static string Name(Tier tier) => tier.ToString().ToLowerInvariant();

    private static IsthmusException Broken(string reason) => new(ErrorKind.Planning, $"The plan cannot be used: {reason}.");
}
