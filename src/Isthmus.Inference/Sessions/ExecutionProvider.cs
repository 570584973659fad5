using Isthmus.Core.Errors;
using Microsoft.ML.OnnxRuntime;

namespace Isthmus.Inference.Sessions;

/// <summary>What runs a network's operators: ONNX Runtime's execution providers, by their short names such as "cpu" or "cuda".</summary>
public static class ExecutionProvider
{
    /// <summary>The provider that every build has.</summary>
    public const string Cpu = "cpu";

    // Short name → the name that ONNX Runtime lists it by.
    private static readonly (string Name, string Listed)[] Known =
    [
        (Cpu, "CPUExecutionProvider"),
        ("cuda", "CUDAExecutionProvider"),
        ("tensorrt", "TensorrtExecutionProvider"),
        ("rocm", "ROCMExecutionProvider"),
        ("migraphx", "MIGraphXExecutionProvider"),
        ("openvino", "OpenVINOExecutionProvider"),
        ("dnnl", "DnnlExecutionProvider"),
        ("dml", "DmlExecutionProvider"),
        ("coreml", "CoreMLExecutionProvider"),
        ("xnnpack", "XnnpackExecutionProvider"),
        ("qnn", "QNNExecutionProvider"),
        ("webgpu", "WebGpuExecutionProvider"),
    ];

    /// <summary>The providers that this machine's native library has, by their short names.</summary>
    /// <exception cref="IsthmusException">The native library is missing.</exception>
    public static IReadOnlyList<string> Available()
    {
        HashSet<string> listed = [.. OnnxRuntimeEnvironment.Get().GetAvailableProviders()];
        return [.. Known.Where(p => listed.Contains(p.Listed)).Select(p => p.Name)];
    }

    /// <summary>What runs networks on this machine, such as "ONNX Runtime 1.29.0, cpu": the runtime's version, and the provider in use.</summary>
    /// <exception cref="IsthmusException">The native library is missing.</exception>
    public static string Describe(string provider) => $"ONNX Runtime {OnnxRuntimeEnvironment.Get().GetVersionString()}, {provider.Trim().ToLowerInvariant()}";

    /// <summary>Tells the options to use a provider. What it cannot run falls back to the CPU.</summary>
    /// <exception cref="IsthmusException">The native library lacks it, or it does not start on this machine.</exception>
    internal static void Append(SessionOptions options, string provider, int threads)
    {
        string name = provider.Trim().ToLowerInvariant();
        IReadOnlyList<string> available = Available();
        if (!available.Contains(name))
        {
            string reason = Known.Any(p => p.Name == name) ? "is not in this machine's ONNX Runtime" : "is not known";
            throw new IsthmusException(ErrorKind.Usage, $"The execution provider '{provider}' {reason}; choose one of: {string.Join(", ", available)}.");
        }

        try
        {
            switch (name)
            {
                case Cpu: break;
                case "cuda": options.AppendExecutionProvider_CUDA(); break;
                case "tensorrt": options.AppendExecutionProvider_Tensorrt(); break;
                case "rocm": options.AppendExecutionProvider_ROCm(); break;
                case "migraphx": options.AppendExecutionProvider_MIGraphX(); break;
                case "openvino": options.AppendExecutionProvider_OpenVINO(); break;
                case "dnnl": options.AppendExecutionProvider_Dnnl(); break;
                case "dml": options.AppendExecutionProvider_DML(); break;
                // XNNPACK brings its own threads.
                case "xnnpack": options.AppendExecutionProvider("XNNPACK", new() { ["intra_op_num_threads"] = threads.ToString() }); break;
                case "coreml": options.AppendExecutionProvider("CoreML"); break;
                case "qnn": options.AppendExecutionProvider("QNN"); break;
                default: options.AppendExecutionProvider("WebGPU"); break;
            }
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException)
        {
            throw new IsthmusException(ErrorKind.Usage, $"The execution provider '{name}' does not start on this machine ({OnnxRuntimeEnvironment.Reason(e)}); choose another of: {string.Join(", ", available)}.", e);
        }
    }
}
