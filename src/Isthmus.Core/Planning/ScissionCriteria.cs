using System.Collections.Immutable;
using System.Globalization;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>
/// The query language of Scission (Lockhart et al., UCC 2020): for each tier a list of criteria, joined by commas. <c>N</c>: layer N must run on this
/// tier; <c>!N</c>: it must not; <c>-1</c>: the tier must not be used; <c>!-1</c>: it must; <c>name</c>: this machine must be used; <c>!name</c>: it must not be used.
/// </summary>
/// <remarks>
/// As in the original, <c>!name</c> also demands that the tier be used: it picks among the tier's machines. Unlike the original, which then finds nothing, a name that no
/// machine of the tier has, or a layer that the network has not, is an error. A number that is a machine's name, too, is a layer if the network has it.
/// </remarks>
public static class ScissionCriteria
{
    /// <summary>Adds the criteria of one tier to constraints.</summary>
    /// <param name="constraints">What is asked already.</param>
    /// <param name="tier">The tier that the criteria are about.</param>
    /// <param name="criteria">The criteria, such as "!-1,10,raspi4".</param>
    /// <param name="profile">The profile whose machines and layers are named.</param>
    /// <exception cref="IsthmusException">A criterion is empty, or names what the profile does not know.</exception>
    public static Constraints Add(Constraints constraints, Tier tier, string criteria, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(constraints);
        ArgumentNullException.ThrowIfNull(criteria);
        ArgumentNullException.ThrowIfNull(profile);
        List<LayerPlacement> placements = [.. constraints.Placements];
        List<Tier> required = [.. constraints.RequiredTiers];
        List<Tier> forbidden = [.. constraints.ForbiddenTiers];
        List<string> requiredNodes = [.. constraints.RequiredNodes];
        List<string> forbiddenNodes = [.. constraints.ForbiddenNodes];
        LayerBlocks layers = new(profile);
        foreach (string criterion in criteria.Split(',', StringSplitOptions.TrimEntries))
        {
            bool must = !criterion.StartsWith('!');
            string what = must ? criterion : criterion[1..].TrimStart();
            if (what.Length == 0)
                throw new IsthmusException(ErrorKind.Usage, $"A criterion of '{criteria}' is empty: write N, !N, -1, !-1, name or !name, joined by commas.");
            if (what == "-1")
            {
                (must ? forbidden : required).Add(tier);
            }
            else if (int.TryParse(what, NumberStyles.None, null, out int layer) && (layers.Has(layer) || !Machines().Contains(what)))
            {
                _ = layers.BlockOf(layer);
                placements.Add(new(layer, tier, must));
            }
            else
            {
                (must ? requiredNodes : forbiddenNodes).Add(Machine(what));
                required.Add(tier);
            }
        }

        return constraints with
        {
            Placements = [.. placements.Distinct()],
            RequiredTiers = [.. required.Distinct()],
            ForbiddenTiers = [.. forbidden.Distinct()],
            RequiredNodes = [.. requiredNodes.Distinct()],
            ForbiddenNodes = [.. forbiddenNodes.Distinct()],
        };

        ImmutableArray<string> Machines() => [.. profile.Nodes.Where(n => n.Tier == tier).Select(n => n.Name)];

        string Machine(string name) => Machines().Contains(name) ? name : throw new IsthmusException(
            ErrorKind.Usage, $"'{name}' is no {TierName.Of(tier)}: the profile has {(Machines().IsEmpty ? "none" : string.Join(", ", Machines()))}.");
    }

    /// <summary>A limit on a tier's computing time as Scission writes it: seconds, or "x%" of the computing time of all tiers.</summary>
    /// <exception cref="IsthmusException">The text is neither.</exception>
    public static TierTimeLimit ParseTime(Tier tier, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim();
        if (t.EndsWith('%')) return TierTimeLimit.OfShare(tier, TierTimeLimit.ParseShare(t));
        return double.TryParse(t, out double seconds) && seconds is >= 0 and <= 1e9 ? TierTimeLimit.Of(tier, new(seconds * 1000))
            : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is no time of a tier: write seconds, such as 0.5, or a share, such as 30%.");
    }

    /// <summary>A number of bytes as Scission writes it: megabytes of 10^6 bytes.</summary>
    /// <exception cref="IsthmusException">It is negative or too large.</exception>
    public static ByteCount ParseMegabytes(double megabytes) => megabytes is >= 0 and <= 1e9 ? new((long)Math.Round(megabytes * 1e6))
        : throw new IsthmusException(ErrorKind.Usage, $"{megabytes} MB is no size: write it as 0.15.");
}
