using Isthmus.Core.Tensors;

namespace Isthmus.Core.Profiling;

/// <summary>A tensor that crosses a cut.</summary>
/// <param name="Name">Its name in the ONNX graph.</param>
/// <param name="Shape">Its shape for one input.</param>
public sealed record CutTensor(string Name, TensorShape Shape);
