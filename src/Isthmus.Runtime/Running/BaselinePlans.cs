using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>The plans that need no planner: everything in one place.</summary>
public static class BaselinePlans
{
    /// <summary>The whole network on the device.</summary>
    public static Plan DeviceOnly(ModelHash model) => new(model, InputEncoding.Local, [new(Tiers.Device, Tier.Device, null, null, null)]);

    /// <summary>The whole network on one node, the picture sent in this form.</summary>
    public static Plan Remote(ModelHash model, InputEncoding input, string node, Tier tier) => new(model, input, [new(node, tier, null, null, null)]);

    /// <summary>Every such plan that a profile has measured, by name: "device", then "jpeg:75 → edge" and so on.</summary>
    public static ImmutableArray<(string Name, Plan Plan)> Of(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ImmutableArray<(string, Plan)>.Builder plans = ImmutableArray.CreateBuilder<(string, Plan)>();
        plans.Add((Tiers.Device, DeviceOnly(profile.Model)));
        foreach (NodeProfile node in profile.Nodes.Where(n => n.Tier != Tier.Device))
        {
            foreach (InputProfile input in profile.Inputs)
            {
                Plan plan = Remote(profile.Model, input.Encoding, node.Name, node.Tier);
                plans.Add((plan.Describe(), plan));
            }
        }

        return plans.ToImmutable();
    }
}
