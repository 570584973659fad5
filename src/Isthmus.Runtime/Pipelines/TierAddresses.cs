namespace Isthmus.Runtime.Pipelines;

/// <summary>Where the tiers are.</summary>
/// <param name="Edge">The edge as the device reaches it; null if there is none.</param>
/// <param name="Cloud">The cloud as the device reaches it; null if there is none.</param>
public sealed record TierAddresses(Uri? Edge, Uri? Cloud)
{
    /// <summary>The cloud as the edge reaches it. Default: <see cref="Cloud"/>.</summary>
    public Uri? EdgeToCloud { get; init; }

    /// <summary>Whether the links are emulated; then everything that crosses them says so. Default false.</summary>
    public bool LinksAreEmulated { get; init; }
}
