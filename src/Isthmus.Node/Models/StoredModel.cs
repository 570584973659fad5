using Isthmus.Core.Graphs;

namespace Isthmus.Node.Models;

/// <summary>A model that the node has on disk.</summary>
/// <param name="Name">Its name: of a file in the models folder its name, of a model that was sent its hash.</param>
/// <param name="Hash">Its identity.</param>
/// <param name="Path">The ONNX file.</param>
internal sealed record StoredModel(string Name, ModelHash Hash, string Path);
