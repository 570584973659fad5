using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Lab.Reproduction.Jalad;
using Isthmus.Lab.Reproduction.Scission;
using Isthmus.Lab.Reproduction.Shahhosseini;
using Isthmus.Lab.Reproduction.Zhao;

namespace Isthmus.Lab.Reproduction;

/// <summary>All reproductions that `isthmus lab reproduce` can run.</summary>
public static class Reproductions
{
    /// <summary>The reproductions, one line each, in alphabetical order.</summary>
    public static ImmutableArray<IReproduction> All { get; } =
    [
        new JaladReproduction(),
        new ScissionReproduction(),
        new ShahhosseiniReproduction(),
        new ZhaoReproduction(),
    ];

    /// <summary>The reproduction of this name.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public static IReproduction Get(string name) => All.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new IsthmusException(ErrorKind.Usage, $"There is no reproduction '{name}': choose {string.Join(", ", All.Select(r => r.Name))}.");
}
