using Isthmus.Inference.Import.FlatBuffers;

namespace Isthmus.Inference.Import.Tflite;

/// <summary>One operator of a TFLite model.</summary>
/// <param name="Index">Its index in the subgraph, in order of execution.</param>
/// <param name="Kind">What it computes.</param>
/// <param name="Name">The name of <paramref name="Kind"/> in TFLite's schema; for a custom operator with its own name.</param>
/// <param name="Inputs">Indices of tensors; −1 is an optional input that is left out.</param>
/// <param name="Outputs">Indices of tensors.</param>
/// <param name="Options">The table of its options; null table if it has none.</param>
internal sealed record TfliteOperator(int Index, BuiltinOperator Kind, string Name, int[] Inputs, int[] Outputs, FlatTable Options)
{
    /// <summary>Whether the operator has this input at all.</summary>
    public bool Has(int input) => input < Inputs.Length && Inputs[input] >= 0;
}
