using Isthmus.Core.Profiling;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>One of the networks for the task, as it was measured.</summary>
/// <param name="Network">The network.</param>
/// <param name="Index">Its profile: times on all nodes, bytes and losses of every form of the picture, curves.</param>
/// <param name="Pipeline">Carries its plans out under the emulated conditions.</param>
/// <param name="Answering">Carries them out without slow-downs: only the answers count there.</param>
/// <param name="Accuracy">Share of the calibration photographs that it answers rightly from the un-encoded picture.</param>
/// <param name="Loss">Points of accuracy, 0…1, below the most accurate variant's.</param>
internal sealed record ZhaoVariant(Network Network, ProfileIndex Index, Pipeline Pipeline, Pipeline Answering, double Accuracy, double Loss)
{
    /// <summary>The network's name without its file's ending.</summary>
    public string Name => Network.Model.Name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? Network.Model.Name[..^".onnx".Length] : Network.Model.Name;
}
