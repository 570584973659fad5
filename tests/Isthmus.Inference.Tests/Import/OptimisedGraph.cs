using Isthmus.Core.Graphs.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Isthmus.Inference.Tests.Import;

/// <summary>What ONNX Runtime makes of a model before it runs it.</summary>
internal static class OptimisedGraph
{
    /// <summary>Kinds of nodes, with how many there are of each.</summary>
    public static Dictionary<string, int> Kinds(byte[] onnx)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("optimised.onnx");
        using SessionOptions options = new()
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
            OptimizedModelFilePath = path,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        using InferenceSession session = new(onnx, options);
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Node.GroupBy(n => n.OpType).ToDictionary(g => g.Key, g => g.Count());
    }
}
