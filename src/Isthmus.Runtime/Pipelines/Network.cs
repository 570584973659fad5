using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;

namespace Isthmus.Runtime.Pipelines;

/// <summary>A network that classifies pictures, with all that is needed to feed it and to read its answer. Thread-safe.</summary>
public sealed class Network
{
    /// <summary>Joins a model with what its graph does not say.</summary>
    /// <param name="model">The model.</param>
    /// <param name="manifest">What it expects of a picture, and what its outputs mean.</param>
    /// <param name="labels">The classes' names; null for those that the manifest names.</param>
    /// <exception cref="Core.Errors.IsthmusException">The manifest makes no sense, or the labels cannot be read.</exception>
    public Network(OnnxModel model, ModelManifest manifest, LabelFile? labels = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(manifest);
        Model = model;
        Manifest = manifest;
        ManifestJson = manifest.ToJson();
        Preprocessor = new(manifest);
        Classifier = new(manifest, labels);
    }

    /// <summary>The model.</summary>
    public OnnxModel Model { get; }

    /// <summary>What it expects of a picture, and what its outputs mean.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The manifest as the nodes get it.</summary>
    public ReadOnlyMemory<byte> ManifestJson { get; }

    /// <summary>Makes inputs of pictures.</summary>
    public ImagePreprocessor Preprocessor { get; }

    /// <summary>Makes classes of outputs.</summary>
    public Classifier Classifier { get; }

    /// <summary>The name of the model's input.</summary>
    public string InputName => Model.Graph.Inputs[0].Name;

    /// <summary>The shape of the model's input for one picture.</summary>
    public TensorShape InputShape => Manifest.InputShape;

    /// <summary>Reads a model and the manifest beside it.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="overrides">What the user says of the manifest, if anything.</param>
    /// <param name="external">Which external data may be read; none if null.</param>
    /// <exception cref="Core.Errors.IsthmusException">One of them cannot be read or makes no sense.</exception>
    public static Network Load(string path, ManifestOverrides? overrides = null, ExternalDataPolicy? external = null)
    {
        OnnxModel model = OnnxModel.Load(path, external);
        return new(model, ManifestFile.Load(path, model.Proto, overrides));
    }
}
