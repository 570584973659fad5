using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Classification;

/// <summary>
/// The names of a network's classes, one a line. Files with a line for each output (such as TensorFlow's, whose first line is
/// the background) and files with a line for each class are both understood: the number of lines tells which it is.
/// </summary>
public sealed class LabelFile
{
    /// <summary>Larger files are refused, in bytes.</summary>
    public const int MaxLength = 16 << 20;

    private readonly ImmutableArray<string> _lines;

    private LabelFile(ImmutableArray<string> lines) => _lines = lines;

    /// <summary>No names.</summary>
    public static LabelFile None { get; } = new([]);

    /// <summary>The number of names.</summary>
    public int Count => _lines.Length;

    /// <summary>The labels that a manifest names and that were found on this machine; <see cref="None"/> if it names none.</summary>
    /// <exception cref="IsthmusException">The file cannot be read, or is too large.</exception>
    public static LabelFile Of(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest.LabelsPath is { } path ? Load(path) : None;
    }

    /// <summary>Reads a labels file.</summary>
    /// <exception cref="IsthmusException">The file cannot be read, or is too large.</exception>
    public static LabelFile Load(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Length > MaxLength)
                throw new IsthmusException(ErrorKind.File, $"The labels file {path} has {file.Length} bytes; the limit is {MaxLength}.");
            return Parse(File.ReadAllLines(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The labels file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Takes the lines of a labels file; empty ones at the end do not count.</summary>
    public static LabelFile Parse(IEnumerable<string> lines)
    {
        List<string> names = [.. lines.Select(l => l.Trim())];
        while (names.Count > 0 && names[^1].Length == 0) names.RemoveAt(names.Count - 1);
        return new([.. names]);
    }

    /// <summary>The name of a class.</summary>
    /// <param name="classIndex">Its index, without background outputs.</param>
    /// <param name="outputs">How many outputs the network has, with background.</param>
    /// <param name="labelOffset">How many of them are background.</param>
    /// <returns>The name, or "class N" if the file has none for it.</returns>
    public string Name(int classIndex, int outputs, int labelOffset)
    {
        int line = _lines.Length >= outputs ? classIndex + labelOffset : classIndex;
        return line >= 0 && line < _lines.Length && _lines[line].Length > 0 ? _lines[line] : $"class {classIndex}";
    }
}
