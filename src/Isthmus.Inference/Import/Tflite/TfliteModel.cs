namespace Isthmus.Inference.Import.Tflite;

/// <summary>The parts of a TFLite file that an import needs, of its one subgraph.</summary>
/// <param name="Name">What errors call the model.</param>
/// <param name="Tensors">All tensors.</param>
/// <param name="Operators">The operators in order of execution.</param>
/// <param name="Inputs">Indices of the tensors that the caller gives.</param>
/// <param name="Outputs">Indices of the tensors that the caller gets.</param>
internal sealed record TfliteModel(string Name, TfliteTensor[] Tensors, TfliteOperator[] Operators, int[] Inputs, int[] Outputs);
