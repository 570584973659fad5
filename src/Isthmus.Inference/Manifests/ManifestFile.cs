using System.Text.Json;
using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Json;

namespace Isthmus.Inference.Manifests;

/// <summary>The manifest file NAME.isthmus.json beside a model NAME.onnx. It need not exist, and may hold any part of a manifest.</summary>
public static class ManifestFile
{
    /// <summary>A manifest file larger than this is refused, in bytes.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>The path of the manifest of a model: the model's, with the extension .isthmus.json.</summary>
    public static string PathFor(string modelPath) => Path.ChangeExtension(modelPath, ".isthmus.json");

    /// <summary>
    /// The manifest of a model: the defaults that its graph suggests, then what the file beside it says, then the overrides.
    /// Reads the model only for that; a caller that has it parsed uses the other overload.
    /// </summary>
    /// <param name="modelPath">The ONNX file.</param>
    /// <param name="overrides">What the user says, if anything.</param>
    /// <exception cref="IsthmusException">The model or the manifest is damaged, or the labels file is missing or outside of the model's folder.</exception>
    public static ModelManifest Load(string modelPath, ManifestOverrides? overrides = null)
    {
        ModelProto model;
        try
        {
            using FileStream stream = File.OpenRead(modelPath);
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new IsthmusException(ErrorKind.Model, $"{Path.GetFileName(modelPath)} is damaged, or no ONNX model.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The model {modelPath} cannot be read: {e.Message}", e);
        }

        return Load(modelPath, model, overrides);
    }

    /// <summary>As the other overload, for a model that was parsed already.</summary>
    /// <param name="modelPath">Where the model lies; the manifest is looked for beside it.</param>
    /// <param name="model">The model.</param>
    /// <param name="overrides">What the user says, if anything.</param>
    /// <exception cref="IsthmusException">The manifest is damaged, or the labels file is missing or outside of the model's folder.</exception>
    public static ModelManifest Load(string modelPath, ModelProto model, ManifestOverrides? overrides = null)
    {
        string name = Path.GetFileName(modelPath);
        ModelManifest manifest = GraphDefaults.Of(model, name);
        string path = PathFor(modelPath);
        if (File.Exists(path))
        {
            manifest = Read(path).Apply(manifest);
            if (manifest.Labels is not null && overrides?.Labels is null)
                manifest = manifest with { LabelsPath = LabelsBeside(modelPath, manifest.Labels) };
        }

        if (overrides is not null)
        {
            manifest = overrides.Apply(manifest);
            // The user may name any file; the author of a manifest may not.
            if (overrides.Labels is not null) manifest = manifest with { LabelsPath = Existing(Path.GetFullPath(overrides.Labels)) };
        }

        manifest.Validate(File.Exists(path) ? $"The manifest {Path.GetFileName(path)}" : $"The model {name}");
        return manifest;
    }

    /// <summary>Reads a manifest file, of which anything may be missing.</summary>
    /// <exception cref="IsthmusException">It is damaged, too large or cannot be read.</exception>
    public static ManifestOverrides Read(string path)
    {
        string name = Path.GetFileName(path);
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MaxLength)
                throw new IsthmusException(ErrorKind.Model, $"The manifest {name} has {stream.Length} bytes; the limit is {MaxLength}.");
            return JsonSerializer.Deserialize<ManifestOverrides>(stream, IsthmusJson.Compact) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new IsthmusException(ErrorKind.Model, $"The manifest {name} is damaged: {Sentence(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The manifest {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes a manifest beside its model: a temporary file first, then renamed.</summary>
    public static void Save(string modelPath, ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        string path = PathFor(modelPath);
        string temporary = path + ".tmp";
        File.WriteAllBytes(temporary, [.. manifest.ToJson(), (byte)'\n']);
        File.Move(temporary, path, overwrite: true);
    }

    // A manifest comes with a model from somebody else: it must not reach for files elsewhere.
    private static string LabelsBeside(string modelPath, string labels)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        bool rooted = Path.IsPathRooted(labels) || labels.Contains('\0');
        string full = rooted ? "" : Path.GetFullPath(Path.Combine(folder, labels));
        if (rooted || !full.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new IsthmusException(ErrorKind.Model, $"The manifest names the labels file '{labels}', which is not in the model's folder; name it with --labels-file if you trust it.");
        return Existing(full);
    }

    private static string Existing(string path) => File.Exists(path) ? path
        : throw new IsthmusException(ErrorKind.File, $"The labels file {path} does not exist.");

    /// <summary>What a JSON error says, as the end of one sentence.</summary>
    internal static string Sentence(JsonException error)
    {
        // The serialiser appends " Path: … | LineNumber: …", of which people need only the path.
        string message = error.Message.Split(" Path: ", 2)[0].Trim();
        if (message.Length > 200) message = message[..200] + "…";
        string where = string.IsNullOrEmpty(error.Path) || error.Path == "$" ? "" : $" (at {error.Path})";
        return $"{message.TrimEnd('.')}{where}.";
    }
}
