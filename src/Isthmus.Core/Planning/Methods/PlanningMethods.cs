using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning.Methods;

/// <summary>The methods that the planner can be narrowed to.</summary>
public static class PlanningMethods
{
    /// <summary>All of them, from the narrowest to the widest.</summary>
    public static ImmutableArray<IPlanningMethod> All { get; } =
        [new DeviceOnly(), new EdgeOnly(), new CloudOnly(), new Neurosurgeon(), new Jalad(), new JaladPaper(), new Scission(), new ScissionPaper(), new Zhao(), new ZhaoPaper(), new AllPlans()];

    /// <summary>The method of this name.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public static IPlanningMethod Get(string name) => All.FirstOrDefault(m => string.Equals(m.Name, name?.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? throw new IsthmusException(ErrorKind.Usage, $"There is no method '{name}': choose {string.Join(", ", All.Select(m => m.Name))}.");
}
