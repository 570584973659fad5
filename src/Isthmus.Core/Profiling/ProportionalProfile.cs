using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>
/// Puts machines that are not at hand into a profile: the times of their segments are computed from the work in them
/// (<see cref="ProportionalMachine"/>), and the node says so (<see cref="NodeProfile.Computed"/>).
/// </summary>
/// <remarks>
/// Encoding, decoding and overhead are no floating-point work, and no rate says how long they take. They are taken over from the node that the machine
/// replaces, or from the (first) device for a node that is new: an assumption. The cost of the JALAD paper does not count them
/// (<see cref="CostTerms.ComputingAndTransfer"/>).
/// </remarks>
public static class ProportionalProfile
{
    /// <summary>A profile in which a node is such a machine.</summary>
    /// <param name="profile">The profile; it says how many multiply-accumulates the network has.</param>
    /// <param name="name">The node to replace; or a tier, whose one node is replaced, or which gets its first node, of the tier's name.</param>
    /// <param name="machine">The machine.</param>
    /// <returns>The profile with that node. Links stay; one that is new has none.</returns>
    /// <exception cref="IsthmusException">
    /// The profile has no multiply-accumulates, the tier has several nodes, there is neither such a node nor such a tier, or a time is beyond an hour.
    /// </exception>
    public static Profile With(Profile profile, string name, ProportionalMachine machine)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(machine);
        SegmentWork work = new(profile);
        (NodeProfile? replaced, Tier tier) = Find(profile, name);
        NodeProfile like = replaced ?? profile.Nodes.First(n => n.Tier == Tier.Device);
        if (machine.TimeOf(work.Macs(null, null)).Value > ProfileRules.MaxMilliseconds)
            throw new IsthmusException(ErrorKind.Usage, $"On a machine of {machine} the network would take more than an hour: give it a higher rate.");
        NodeProfile node = new(
            replaced?.Name ?? name, tier, null, 1, "not at hand", $"computed: {machine}", 1, replaced?.Overhead ?? Milliseconds.Zero,
            Segments(profile, tier, work, machine), like.Codecs,
            [.. like.Inputs.Where(i => tier == Tier.Device || i.Encoding.Kind != InputKind.Local)])
        {
            Computed = machine,
        };
        return profile with { Nodes = replaced is null ? profile.Nodes.Add(node) : profile.Nodes.Replace(replaced, node) };
    }

    private static (NodeProfile? Node, Tier Tier) Find(Profile profile, string name)
    {
        if (profile.Nodes.FirstOrDefault(n => n.Name == name) is { } named) return (named, named.Tier);
        if (!Enum.TryParse(name, ignoreCase: true, out Tier tier) || !Enum.IsDefined(tier) || !char.IsAsciiLetter(name[0]))
            throw new IsthmusException(ErrorKind.Usage, $"'{name}' is neither a tier nor a node of the profile: choose device, edge, cloud, or {string.Join(", ", profile.Nodes.Select(n => n.Name))}.");
        NodeProfile[] of = [.. profile.Nodes.Where(n => n.Tier == tier)];
        return of.Length <= 1 ? (of.FirstOrDefault(), tier)
            : throw new IsthmusException(ErrorKind.Usage, $"The profile has several nodes of that tier: name one of {string.Join(", ", of.Select(n => n.Name))}.");
    }

    // A device runs heads only, and the cloud's segments all end at the output; an edge runs any.
    private static ImmutableArray<SegmentTiming> Segments(Profile profile, Tier tier, SegmentWork work, ProportionalMachine machine)
    {
        string?[] places = [null, .. profile.Cuts.Select(c => c.Id), null];
        int last = places.Length - 1;
        bool middles = tier == Tier.Edge && (long)last * (last + 1) / 2 <= ProfileRules.MaxSegments;
        ImmutableArray<SegmentTiming>.Builder segments = ImmutableArray.CreateBuilder<SegmentTiming>();
        for (int i = 0; i < last; i++)
        {
            for (int j = i + 1; j <= last; j++)
            {
                if (!middles && !(i == 0 && tier != Tier.Cloud) && !(j == last && tier != Tier.Device)) continue;
                Milliseconds time = machine.TimeOf(work.Macs(places[i], places[j]));
                segments.Add(new(places[i], places[j], new(time, time, 0)));
            }
        }

        return segments.ToImmutable();
    }
}
