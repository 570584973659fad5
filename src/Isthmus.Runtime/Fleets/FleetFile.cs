using Isthmus.Core.Errors;
using Isthmus.Core.Storage;

namespace Isthmus.Runtime.Fleets;

/// <summary>A fleet as a YAML or JSON file of the same form; docs/fleet.md describes it, samples/fleet/fleet.schema.json is its schema.</summary>
public static class FleetFile
{
    /// <summary>The largest file, in bytes.</summary>
    public const int MaxBytes = DocumentLimits.MaxBytes;

    /// <summary>Reads a fleet. A file whose name ends in .json is JSON, one in .yaml or .yml YAML; any other is JSON if it begins with a brace.</summary>
    /// <exception cref="IsthmusException">The file cannot be read (<see cref="ErrorKind.File"/>) or breaks a rule (<see cref="ErrorKind.Usage"/>); the message names line and member.</exception>
    public static Fleet Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(AtomicFile.ReadText(path, MaxBytes), Path.GetFileName(path));
    }

    /// <summary>Reads a fleet from text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The file's name: for errors, and to tell YAML and JSON apart.</param>
    /// <exception cref="IsthmusException">It breaks a rule; the message names line and member.</exception>
    public static Fleet Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        return new FleetReader(name).Read(Document(text, name));
    }

    /// <summary>The file's values, before any rule of fleets is applied.</summary>
    internal static DocumentNode Document(string text, string name)
    {
        if (text.Length > MaxBytes) throw DocumentLimits.Error(name, 1, $"the file is larger than {MaxBytes / 1_000_000} MB");
        bool json = Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".json" => true,
            ".yaml" or ".yml" => false,
            _ => text.AsSpan().TrimStart().StartsWith("{"),
        };
        return json ? JsonText.Parse(text, name) : YamlDocument.Parse(text, name);
    }
}
