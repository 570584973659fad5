using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Fleets;

/// <summary>A fleet's profile as this machine can carry plans out: without the other devices, on which plans can only begin there.</summary>
public static class LocalProfile
{
    /// <summary>The profile with this machine as its only device.</summary>
    /// <exception cref="IsthmusException">This machine is not in it.</exception>
    public static Profile Of(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ImmutableArray<NodeProfile> nodes = [.. profile.Nodes.Where(n => n.Tier != Tier.Device || n.Name == Tiers.Device)];
        if (nodes.All(n => n.Tier != Tier.Device))
            throw new IsthmusException(ErrorKind.Planning, $"The profile of {profile.ModelName} was measured without this machine: profile again with a fleet that has a node without a url.");
        if (nodes.Length == profile.Nodes.Length) return profile;
        return profile with { Nodes = nodes, Links = [.. profile.Links.Where(l => nodes.Any(n => n.Name == l.From) && nodes.Any(n => n.Name == l.To))] };
    }
}
