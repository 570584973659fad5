using System.Collections.Concurrent;
using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;
using Isthmus.Node.Models;

namespace Isthmus.Node.Execution;

/// <summary>Makes input tensors from the bytes of images, as each model's manifest says.</summary>
internal sealed class ImageInputs(ModelStore models)
{
    // By manifest, since a model may be sent another one.
    private readonly ConcurrentDictionary<ModelManifest, ImagePreprocessor> _preprocessors = new();

    /// <summary>The preprocessor of a model.</summary>
    public ImagePreprocessor For(StoredModel model) => _preprocessors.GetOrAdd(models.Manifest(model), m => new ImagePreprocessor(m));

    /// <summary>The input tensor of an image's bytes.</summary>
    /// <exception cref="Core.Errors.IsthmusException">The bytes are no such image.</exception>
    public Tensor Decode(StoredModel model, ReadOnlyMemory<byte> bytes, InputEncoding encoding) => For(model).FromEncoded(bytes, encoding);
}
