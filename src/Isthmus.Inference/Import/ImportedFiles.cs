using Isthmus.Core.Errors;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Import;

/// <summary>
/// The files that an import leaves: the model NAME.onnx, its manifest NAME.isthmus.json, and the class names NAME.labels.txt. All
/// are written under temporary names first and renamed when all are whole, the model last.
/// </summary>
/// <param name="Model">Path of the model.</param>
/// <param name="Manifest">Path of the manifest; null if the model takes no picture.</param>
/// <param name="Labels">Path of the class names; null if none were given.</param>
public sealed record ImportedFiles(string Model, string? Manifest, string? Labels)
{
    private const int MaxLabelsBytes = 16 << 20;

    /// <summary>Reads a file of class names, one a line.</summary>
    /// <exception cref="IsthmusException">The file is missing or too large.</exception>
    public static string[] ReadLabels(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists) throw new IsthmusException(ErrorKind.File, $"The labels file {path} does not exist.");
        if (file.Length > MaxLabelsBytes) throw new IsthmusException(ErrorKind.File, $"The labels file {path} has {file.Length} bytes; the limit is {MaxLabelsBytes}.");
        string[] lines = File.ReadAllLines(path);
        int count = lines.Length;
        while (count > 0 && string.IsNullOrWhiteSpace(lines[count - 1])) count--;
        return lines[..count];
    }

    /// <summary>
    /// The class names and the label offset. A network with one output more than there are names has a background class first, and
    /// so has, by TensorFlow's convention, one with 1001 outputs, whose first name then is the background's and is left out.
    /// </summary>
    /// <param name="labels">The names, one for each output, or for each but the first.</param>
    /// <param name="outputs">Number of outputs of the network.</param>
    /// <exception cref="IsthmusException">Their number does not fit the network.</exception>
    public static (string[] Classes, int Offset) ClassesOf(string[] labels, int outputs)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Length == outputs) return outputs == 1001 ? (labels[1..], 1) : (labels, 0);
        if (labels.Length == outputs - 1) return (labels, 1);
        throw new IsthmusException(ErrorKind.Usage, $"The labels file has {labels.Length} names, but the network has {outputs} outputs; give one name a line for each, or for each but the background.");
    }

    /// <summary>Writes the files.</summary>
    /// <param name="result">The imported model.</param>
    /// <param name="path">Where the model goes; the others go beside it.</param>
    /// <param name="labels">The names of the outputs as read from a labels file; null for none.</param>
    /// <exception cref="IsthmusException">The names do not fit the network, or a file cannot be written; nothing new is left then.</exception>
    public static ImportedFiles Write(ImportResult result, string path, string[]? labels)
    {
        ArgumentNullException.ThrowIfNull(result);
        ModelManifest? manifest = result.Manifest;
        string? labelsPath = null;
        string[] classes = [];
        if (labels is not null)
        {
            (classes, int offset) = ClassesOf(labels, result.Outputs);
            labelsPath = Path.ChangeExtension(path, ".labels.txt");
            if (manifest is not null) manifest = manifest with { Labels = Path.GetFileName(labelsPath), LabelOffset = offset };
        }

        string? manifestPath = manifest is null ? null : ManifestFile.PathFor(path);
        List<(string Temporary, string Final)> files = [];
        try
        {
            if (labelsPath is not null) Put(labelsPath, temporary => File.WriteAllLines(temporary, classes));
            if (manifestPath is not null) Put(manifestPath, temporary => File.WriteAllBytes(temporary, [.. manifest!.ToJson(), (byte)'\n']));
            Put(path, temporary => File.WriteAllBytes(temporary, result.Model));
            foreach ((string temporary, string final) in files) File.Move(temporary, final, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"{path} cannot be written: {e.Message}", e);
        }
        finally
        {
            foreach ((string temporary, _) in files) File.Delete(temporary);
        }

        return new ImportedFiles(path, manifestPath, labelsPath);

        void Put(string final, Action<string> write)
        {
            string temporary = $"{final}.{Environment.ProcessId}.tmp";
            files.Add((temporary, final));
            write(temporary);
        }
    }
}
