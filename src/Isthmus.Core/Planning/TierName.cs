using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning;

/// <summary>Tiers as users write them.</summary>
public static class TierName
{
    /// <summary>"device", "edge" or "cloud".</summary>
    public static string Of(Tier tier) => tier switch
    {
        Tier.Device => "device",
        Tier.Edge => "edge",
        Tier.Cloud => "cloud",
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };

    /// <summary>Reads "device", "edge" or "cloud"; case does not matter.</summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static Tier Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Trim().ToLowerInvariant() switch
        {
            "device" => Tier.Device,
            "edge" => Tier.Edge,
            "cloud" => Tier.Cloud,
            _ => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a tier: choose device, edge or cloud."),
        };
    }

    /// <summary>Reads what applies to a tier, "edge=…".</summary>
    /// <param name="text">The text.</param>
    /// <param name="example">How it should look, for the error.</param>
    /// <exception cref="IsthmusException">The text is not of this form.</exception>
    internal static (Tier Tier, string Value) ParsePair(string text, string example)
    {
        ArgumentNullException.ThrowIfNull(text);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? (Parse(text[..equals]), text[(equals + 1)..].Trim())
            : throw new IsthmusException(ErrorKind.Usage, $"'{text}' does not say what of which tier: write it as {example}.");
    }
}
