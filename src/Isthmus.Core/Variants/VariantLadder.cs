using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Variants;

/// <summary>
/// Several networks for one task, from which planners and orchestrators choose, with accuracies that were all measured on the same labelled pictures. <see cref="VariantLadderFile"/>
/// reads and writes it; `isthmus accuracy -o` makes it.
/// </summary>
/// <param name="Data">What the pictures are called.</param>
/// <param name="DataSha256">What they were: SHA-256, in hexadecimal, of every picture's bytes and label in order (docs/accuracy.md says how).</param>
/// <param name="SoftwareVersion">The version of Isthmus that measured.</param>
/// <param name="Variants">The networks, at least one, in the order in which they were given.</param>
public sealed record VariantLadder(string Data, string DataSha256, string SoftwareVersion, ImmutableArray<Variant> Variants)
{
    /// <summary>The most networks of a ladder.</summary>
    public const int MaxVariants = 1000;

    /// <summary>The version of the file's form; others are refused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The networks from the one with the best <see cref="Variant.Top1"/> on; of equal ones the smaller file first.</summary>
    public IEnumerable<Variant> ByAccuracy() => Variants.OrderByDescending(v => v.Right1).ThenBy(v => v.Bytes).ThenBy(v => v.Name, StringComparer.Ordinal);

    /// <summary>The network of this name.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public Variant Get(string name) => Variants.FirstOrDefault(v => v.Name == name)
        ?? throw new IsthmusException(ErrorKind.Usage, $"The ladder has no network '{name}': choose one of {string.Join(", ", Variants.Select(v => v.Name))}.");

    /// <summary>Checks the rules that the members state.</summary>
    /// <param name="what">How to call the ladder in the error.</param>
    /// <exception cref="IsthmusException">One is broken.</exception>
    public void Validate(string what = "The ladder")
    {
        if (Version != 1) throw Wrong($"is of version {Version}, and this Isthmus reads version 1: measure it again with 'isthmus accuracy'");
        if (string.IsNullOrWhiteSpace(Data) || Data.Length > 500) throw Wrong("does not say of which pictures it is");
        if (DataSha256 is not { Length: 64 } || !DataSha256.All(char.IsAsciiHexDigit)) throw Wrong("has no SHA-256 of the pictures");
        if (Variants.IsDefaultOrEmpty || Variants.Length > MaxVariants) throw Wrong($"has no network, or more than {MaxVariants}");
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (Variant variant in Variants)
        {
            if (variant is null || string.IsNullOrWhiteSpace(variant.Name) || variant.Name.Length > 200) throw Wrong("has a network without a name");
            if (!names.Add(variant.Name)) throw Wrong($"names '{variant.Name}' twice");
            if (!IsWithin(variant.File)) throw Wrong($"has the file '{variant.File}' for '{variant.Name}', which is not in its own folder");
            if (variant.Bytes < 1) throw Wrong($"gives '{variant.Name}' {variant.Bytes} bytes");
            if (variant.Images < 1 || variant.Images != Variants[0].Images) throw Wrong("has networks that were tried on other pictures than the rest");
            if (!(0 <= variant.Right1 && variant.Right1 <= variant.Right5 && variant.Right5 <= variant.Images))
                throw Wrong($"says of '{variant.Name}' {variant.Right1} and {variant.Right5} right of {variant.Images}, which cannot be");
        }

        IsthmusException Wrong(string complaint) => new(ErrorKind.Data, $"{what} {complaint}.");
    }

    /// <inheritdoc/>
    public bool Equals(VariantLadder? other) =>
        other is not null && Version == other.Version && Data == other.Data && DataSha256 == other.DataSha256 && SoftwareVersion == other.SoftwareVersion && Variants.SequenceEqual(other.Variants);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, Data, DataSha256, SoftwareVersion, Variants.Length);

    // A ladder may come from somebody else: it must not reach for files elsewhere.
    private static bool IsWithin(string? file) => file is { Length: > 0 and <= 1000 } && !file.Contains('\\') && !file.Contains('\0') && !file.Contains(':')
        && file.Split('/').All(part => part.Length > 0 && part is not ("." or ".."));
}
