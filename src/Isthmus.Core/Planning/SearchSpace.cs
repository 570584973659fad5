using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>
/// What the planner may choose. A constraint says what the user accepts; a search space says what a method is able to decide.
/// A list that is null leaves the choice to everything in the profile.
/// </summary>
public sealed record SearchSpace
{
    /// <summary>Everything: any node, up to two cuts, any codec, any input encoding.</summary>
    public static SearchSpace All { get; } = new();

    /// <summary>The fewest cuts, 0…2; default 0: not to split is always a candidate.</summary>
    public int MinCuts { get; init; }

    /// <summary>The most cuts, 0…2; default 2.</summary>
    public int MaxCuts { get; init; } = 2;

    /// <summary>The tiers whose nodes may run segments; default: all.</summary>
    public ImmutableArray<Tier>? Tiers { get; init; }

    /// <summary>The nodes that may run segments; default: all.</summary>
    public ImmutableArray<string>? Nodes { get; init; }

    /// <summary>The ids of the cuts; default: all.</summary>
    public ImmutableArray<string>? Cuts { get; init; }

    /// <summary>The codecs; default: all.</summary>
    public ImmutableArray<CodecSpec>? Codecs { get; init; }

    /// <summary>
    /// The forms in which the input may cross; default: all. <see cref="InputKind.Local"/> does not cross, and says nothing here: whether
    /// the device may run the first segment is a question of nodes.
    /// </summary>
    public ImmutableArray<InputEncoding>? Inputs { get; init; }

    /// <summary>Whether the input may cross only in forms of which the profile has a curve of accuracy against bytes; default: in any.</summary>
    public bool OnlyCurves { get; init; }

    /// <summary>What both spaces allow.</summary>
    public SearchSpace Narrow(SearchSpace other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            MinCuts = Math.Max(MinCuts, other.MinCuts),
            MaxCuts = Math.Min(MaxCuts, other.MaxCuts),
            Tiers = Both(Tiers, other.Tiers),
            Nodes = Both(Nodes, other.Nodes),
            Cuts = Both(Cuts, other.Cuts),
            Codecs = Both(Codecs, other.Codecs),
            Inputs = Both(Inputs, other.Inputs),
            OnlyCurves = OnlyCurves || other.OnlyCurves,
        };
    }

    /// <summary>Whether a node may run a segment.</summary>
    public bool Allows(NodeProfile node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return (Tiers is not { } tiers || tiers.Contains(node.Tier)) && (Nodes is not { } nodes || nodes.Contains(node.Name));
    }

    internal bool AllowsInput(ProfileIndex index, int input) =>
        (Inputs is not { } inputs || inputs.Contains(index.Profile.Inputs[input].Encoding)) && (!OnlyCurves || index.IsOfCurve(input));

    /// <summary>Checks the numbers of cuts, and that what is named is in the profile.</summary>
    /// <exception cref="IsthmusException">It is not.</exception>
    public void Validate(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (MinCuts < 0 || MaxCuts > 2 || MinCuts > MaxCuts)
            throw new IsthmusException(ErrorKind.Usage, $"From {MinCuts} to {MaxCuts} cuts cannot be planned: choose from 0 to 2.");
        if (Nodes is { } nodes) Known("node", nodes, [.. profile.Nodes.Select(n => n.Name)]);
        if (Cuts is { } cuts) Known("cut", cuts, [.. profile.Cuts.Select(c => c.Id)]);
    }

    private static void Known(string what, ImmutableArray<string> chosen, HashSet<string> known)
    {
        if (chosen.FirstOrDefault(c => !known.Contains(c)) is { } unknown)
            throw new IsthmusException(ErrorKind.Usage, $"The profile has no {what} '{unknown}': it has {string.Join(", ", known.Take(40))}.");
    }

    private static ImmutableArray<T>? Both<T>(ImmutableArray<T>? a, ImmutableArray<T>? b) =>
        a is null ? b : b is null ? a : [.. a.Value.Where(b.Value.Contains)];
}
