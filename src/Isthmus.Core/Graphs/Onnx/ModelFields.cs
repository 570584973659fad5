namespace Isthmus.Core.Graphs.Onnx;

/// <summary>Field numbers of onnx.proto that are needed where messages are handled as bytes.</summary>
internal static class ModelFields
{
    public const int Graph = 7;
    public const int TrainingInfo = 20;

    public const int GraphNode = 1;
    public const int GraphInitializer = 5;
    public const int GraphInput = 11;
    public const int GraphOutput = 12;
    public const int GraphValueInfo = 13;
    public const int GraphQuantizationAnnotation = 14;
    public const int GraphSparseInitializer = 15;
}
