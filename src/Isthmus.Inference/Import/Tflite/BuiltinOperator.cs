namespace Isthmus.Inference.Import.Tflite;

/// <summary>The operators that the importer knows how to convert, with their numbers in TFLite's schema.</summary>
internal enum BuiltinOperator
{
    Add = 0,
    AveragePool2D = 1,
    Concatenation = 2,
    Conv2D = 3,
    DepthwiseConv2D = 4,
    Dequantize = 6,
    FullyConnected = 9,
    Logistic = 14,
    MaxPool2D = 17,
    Mul = 18,
    Relu = 19,
    ReluN1To1 = 20,
    Relu6 = 21,
    Reshape = 22,
    ResizeBilinear = 23,
    Softmax = 25,
    Tanh = 28,
    Pad = 34,
    Transpose = 39,
    Mean = 40,
    Sub = 41,
    Squeeze = 43,
    ExpandDims = 70,
    ResizeNearestNeighbor = 97,
    Quantize = 114,
    HardSwish = 117,
}
