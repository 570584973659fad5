namespace Isthmus.Inference.Import.Tflite;

/// <summary>What an operator applies to its result, TFLite's schema, ActivationFunctionType.</summary>
internal enum FusedActivation
{
    None = 0,
    Relu = 1,
    ReluN1To1 = 2,
    Relu6 = 3,
    Tanh = 4,
    SignBit = 5,
}
