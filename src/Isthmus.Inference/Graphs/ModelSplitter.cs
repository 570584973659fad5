using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;

namespace Isthmus.Inference.Graphs;

/// <summary>Splits a model at cuts into the files of its segments.</summary>
public static class ModelSplitter
{
    /// <summary>What segments are called, by how many there are.</summary>
    /// <param name="count">1, 2 or 3.</param>
    public static ImmutableArray<string> SegmentNames(int count) => count switch
    {
        1 => ["whole"],
        2 => ["head", "tail"],
        3 => ["head", "middle", "tail"],
        _ => throw new ArgumentOutOfRangeException(nameof(count), count, "A model is split into at most three segments."),
    };

    /// <summary>Extracts the segments.</summary>
    /// <param name="analysis">The model.</param>
    /// <param name="cuts">The cuts, from input to output.</param>
    /// <returns>The segments' files, one more than cuts.</returns>
    /// <exception cref="IsthmusException">The cuts do not follow each other.</exception>
    public static ImmutableArray<byte[]> Extract(ModelAnalysis analysis, IReadOnlyList<CutAnalysis> cuts)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentNullException.ThrowIfNull(cuts);
        ImmutableArray<byte[]>.Builder segments = ImmutableArray.CreateBuilder<byte[]>(cuts.Count + 1);
        for (int i = 0; i <= cuts.Count; i++)
        {
            segments.Add(SegmentExtractor.Extract(
                analysis.Model, i == 0 ? null : cuts[i - 1].TensorNames, i == cuts.Count ? null : cuts[i].TensorNames, analysis.Tensors));
        }

        return segments.MoveToImmutable();
    }

    /// <summary>Writes segments as DIR/NAME.head.onnx and so on: all of them, or none.</summary>
    /// <param name="folder">Where to; made if absent.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="segments">The segments' files.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The paths, in order.</returns>
    /// <exception cref="IsthmusException">The folder cannot be written to.</exception>
    public static async Task<ImmutableArray<string>> WriteAsync(string folder, string name, IReadOnlyList<byte[]> segments, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(segments);
        ImmutableArray<string> paths = [.. SegmentNames(segments.Count).Select(s => Path.Combine(folder, $"{name}.{s}.onnx"))];
        string[] temporary = [.. paths.Select(p => p + ".partial")];
        bool made = !Directory.Exists(folder);
        int placed = 0;
        try
        {
            Directory.CreateDirectory(folder);
            for (int i = 0; i < paths.Length; i++) await File.WriteAllBytesAsync(temporary[i], segments[i], cancellationToken);
            for (; placed < paths.Length; placed++) File.Move(temporary[placed], paths[placed], overwrite: true);
            return paths;
        }
        catch (Exception e)
        {
            foreach (string path in temporary.Concat(paths.Take(placed))) TryDelete(path);
            if (made) TryDeleteFolder(folder);
            if (e is not (IOException or UnauthorizedAccessException)) throw;
            throw new IsthmusException(ErrorKind.File, $"The segments cannot be written to '{folder}': {e.Message}", e);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that led here says more than this one would.
        }
    }

    private static void TryDeleteFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Never made, or somebody put something there meanwhile.
        }
    }
}
