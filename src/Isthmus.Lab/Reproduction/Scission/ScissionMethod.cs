using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>A way to choose a plan.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Space">What it may choose.</param>
/// <param name="Terms">Which stages count when it chooses.</param>
/// <param name="FromBlocks">Whether it knows of segments only what their blocks took, as Scission does.</param>
public sealed record ScissionMethod(string Name, SearchSpace Space, CostTerms Terms, bool FromBlocks)
{
    /// <summary>Scission's choice by Scission's cost.</summary>
    public const string Own = "Scission, its own cost";

    /// <summary>Scission's choices, with everything counted and segments measured as wholes.</summary>
    public const string Counted = "Scission, everything counted";

    /// <summary>Everything.</summary>
    public const string Isthmus = "Isthmus";

    /// <summary>All of them: the three places alone, Scission, Isthmus.</summary>
    public static ImmutableArray<ScissionMethod> All { get; } =
    [
        new("device alone", new DeviceOnly().Space, CostTerms.Everything, false),
        new("edge alone", new EdgeOnly().Space with { Inputs = [InputEncoding.File] }, CostTerms.Everything, false),
        new("cloud alone", new CloudOnly().Space with { Inputs = [InputEncoding.File] }, CostTerms.Everything, false),
        new(Own, new ScissionPaper().Space, CostTerms.Scission, true),
        new(Counted, new Core.Planning.Methods.Scission().Space, CostTerms.Everything, false),
        new(Isthmus, SearchSpace.All, CostTerms.Everything, false),
    ];
}
