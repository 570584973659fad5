using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Inference.Classification;

/// <summary>The pictures of a folder, in a stable order, and the labels of a file with the columns file and class_index.</summary>
public static class LabelledImages
{
    /// <summary>Larger labels files are refused, in bytes.</summary>
    public const int MaxLabelsLength = 256 << 20;

    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".heic", ".heif", ".ppm", ".pgm", ".pnm",
    };

    /// <summary>The pictures of a folder and its sub-folders, by name in ordinal order; or the one file that is named.</summary>
    /// <param name="path">A folder, or a file.</param>
    /// <param name="labels">A CSV file with a header and the columns file (the path within the folder) and class_index; null if there is none.</param>
    /// <exception cref="IsthmusException">There is no such folder, no picture in it, or the labels are damaged or name a file that is absent.</exception>
    public static ImmutableArray<LabelledImage> Load(string path, string? labels = null)
    {
        IReadOnlyDictionary<string, int>? classes = labels is null ? null : ReadLabels(labels);
        ImmutableArray<LabelledImage> images;
        if (File.Exists(path))
        {
            images = [new(Path.GetFullPath(path), Path.GetFileName(path), null)];
        }
        else if (Directory.Exists(path))
        {
            string folder = Path.GetFullPath(path);
            EnumerationOptions options = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 16 };
            images = [.. Directory.EnumerateFiles(folder, "*", options)
                .Where(f => Extensions.Contains(Path.GetExtension(f)))
                .Select(f => new LabelledImage(f, Path.GetRelativePath(folder, f).Replace('\\', '/'), null))
                .OrderBy(i => i.Name, StringComparer.Ordinal)];
        }
        else
        {
            throw new IsthmusException(ErrorKind.File, $"There is no folder or picture {path}.");
        }

        if (images.IsEmpty)
            throw new IsthmusException(ErrorKind.File, $"There is no picture in {path}: files that end in {string.Join(", ", Extensions.Order())} are taken.");
        if (classes is null) return images;

        HashSet<string> names = [.. images.Select(i => i.Name)];
        if (Directory.Exists(path) && classes.Keys.FirstOrDefault(n => !names.Contains(n)) is { } absent)
            throw new IsthmusException(ErrorKind.File, $"{Path.GetFileName(labels)} names '{absent}', which is not in {path}.");
        return [.. images.Select(i => i with { ClassIndex = classes.TryGetValue(i.Name, out int c) ? c : null })];
    }

    /// <summary>Reads a labels file.</summary>
    /// <returns>The class of each file name.</returns>
    /// <exception cref="IsthmusException">It cannot be read, or a line is not "file,class_index".</exception>
    public static IReadOnlyDictionary<string, int> ReadLabels(string path)
    {
        string name = Path.GetFileName(path);
        Dictionary<string, int> classes = [];
        try
        {
            if (new FileInfo(path).Length > MaxLabelsLength)
                throw new IsthmusException(ErrorKind.Data, $"{name} is larger than {MaxLabelsLength} bytes.");
            int number = 0;
            foreach (string text in File.ReadLines(path))
            {
                number++;
                string line = text.Trim();
                if (line.Length == 0 || (number == 1 && line.EndsWith("class_index", StringComparison.Ordinal))) continue;
                int comma = line.LastIndexOf(',');
                string file = comma > 0 ? line[..comma].Trim().Trim('"').Replace('\\', '/') : "";
                if (file.Length == 0 || !int.TryParse(line.AsSpan(comma + 1).Trim(), out int index) || index < 0)
                    throw new IsthmusException(ErrorKind.Data, $"Line {number} of {name} is not 'file,class_index', such as 'cat.jpg,281'.");
                if (!classes.TryAdd(file, index))
                    throw new IsthmusException(ErrorKind.Data, $"Line {number} of {name} labels '{file}' a second time.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The labels file {path} cannot be read: {e.Message}", e);
        }

        return classes;
    }
}
