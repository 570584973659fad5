using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Fleets;

/// <summary>What a fleet says of its nodes and links that cannot be measured, written into a profile.</summary>
public static class FleetPrices
{
    /// <summary>The profile with the fleet's prices, power and energy. Nodes and links that the fleet does not have stay as they are.</summary>
    public static Profile Apply(Profile profile, Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(fleet);
        return profile with
        {
            Nodes = [.. profile.Nodes.Select(n => fleet.Nodes.FirstOrDefault(f => f.Name == n.Name) is { } node ? n with { PricePerHour = node.PricePerHour, Power = node.Power } : n)],
            Links = [.. profile.Links.Select(Priced)],
        };

        // The way back counts as the way out: the planner wants both, and the file says one.
        LinkProfile Priced(LinkProfile link) =>
            (fleet.Link(link.From, link.To) ?? fleet.Link(link.To, link.From)) is { } stated ? link with { PricePerGigabyte = stated.PricePerGigabyte, JoulesPerByte = stated.JoulesPerByte } : link;
    }
}
