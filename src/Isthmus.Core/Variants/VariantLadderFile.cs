using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Json;
using Isthmus.Core.Storage;

namespace Isthmus.Core.Variants;

/// <summary>Reads and writes a <see cref="VariantLadder"/> as JSON, and finds its networks beside it.</summary>
public static class VariantLadderFile
{
    /// <summary>What the file is called in a folder of networks.</summary>
    public const string DefaultName = "ladder.json";

    /// <summary>Larger files are refused before they are parsed.</summary>
    public const long MaxBytes = 4_000_000;

    /// <summary>Writes a ladder, whole or not at all.</summary>
    /// <exception cref="IsthmusException">The ladder breaks a rule, or the file cannot be written.</exception>
    public static void Save(string path, VariantLadder ladder) => AtomicFile.WriteText(path, Serialize(ladder));

    /// <summary>Reads and checks a ladder.</summary>
    /// <param name="path">The file, or a folder with a <see cref="DefaultName"/>.</param>
    /// <exception cref="IsthmusException">The file cannot be read, is no ladder, or breaks a rule.</exception>
    public static VariantLadder Load(string path)
    {
        string file = FileOf(path);
        return Parse(AtomicFile.ReadText(file, MaxBytes), Path.GetFileName(file));
    }

    /// <summary>Where a network of a ladder lies.</summary>
    /// <param name="ladder">The path from which the ladder was read.</param>
    /// <param name="variant">The network.</param>
    public static string PathOf(string ladder, Variant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return Path.Combine(Path.GetDirectoryName(Path.GetFullPath(FileOf(ladder)))!, variant.File.Replace('/', Path.DirectorySeparatorChar));
    }

    /// <summary>Checks that a network that was read is the one whose accuracy was measured.</summary>
    /// <exception cref="IsthmusException">It is another one.</exception>
    public static void Check(Variant variant, ModelHash found)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (found != variant.Sha256)
            throw new IsthmusException(ErrorKind.Data, $"'{variant.File}' is {found.Short}, and the ladder was measured on {variant.Sha256.Short}: measure it again with 'isthmus accuracy'.");
    }

    /// <summary>A ladder as indented JSON. Shares and intervals are written for people; what counts are the counts.</summary>
    /// <exception cref="IsthmusException">The ladder breaks a rule.</exception>
    public static string Serialize(VariantLadder ladder)
    {
        ArgumentNullException.ThrowIfNull(ladder);
        ladder.Validate();
        return JsonSerializer.Serialize(ladder, IsthmusJson.Indented) + "\n";
    }

    /// <summary>Reads a ladder from JSON and checks it.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is no ladder, or breaks a rule.</exception>
    public static VariantLadder Parse(string json, string name = VariantLadderFile.DefaultName)
    {
        VariantLadder ladder = StrictJson.Parse<VariantLadder>(json, name, "ladder of networks");
        ladder.Validate($"'{name}'");
        return ladder;
    }

    private static string FileOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path) ? Path.Combine(path, DefaultName) : path;
    }
}
