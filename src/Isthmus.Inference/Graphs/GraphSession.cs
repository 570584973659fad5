using System.Buffers;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tensor = Isthmus.Core.Tensors.Tensor;

namespace Isthmus.Inference.Graphs;

/// <summary>An ONNX Runtime session to look at a graph with: predictable rather than fast, and it keeps no memory between runs.</summary>
internal sealed class GraphSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string _name;

    /// <summary>Loads a model.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="optimised">Whether the runtime may rewrite the graph as it does in production; not where intermediate tensors are wanted.</param>
    /// <exception cref="IsthmusException">ONNX Runtime refuses the model.</exception>
    public GraphSession(byte[] model, string name, bool optimised)
    {
        _name = name;
        OnnxRuntimeEnvironment.Get();
        using SessionOptions options = new()
        {
            GraphOptimizationLevel = optimised ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = Environment.ProcessorCount,
            InterOpNumThreads = 1,
            EnableCpuMemArena = false,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Spinning would take the cores from whoever else runs here.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        try
        {
            _session = new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw Refused("load", e);
        }
    }

    /// <summary>Names of the model's outputs, in order.</summary>
    public IReadOnlyList<string> OutputNames => _session.OutputNames;

    /// <summary>Runs the model and shows the outputs that are asked for, in order.</summary>
    /// <param name="inputs">A tensor for each input.</param>
    /// <param name="outputs">Which outputs to make.</param>
    /// <param name="see">Called for each; the value is valid during the call.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    public void Run(IReadOnlyDictionary<string, Tensor> inputs, IReadOnlyList<string> outputs, Action<string, OrtValue> see, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<OrtValue> values = [];
        List<MemoryHandle> pins = [];
        try
        {
            foreach (Tensor tensor in inputs.Values) values.Add(Wrap(tensor, pins));
            using RunOptions run = new();
            using CancellationTokenRegistration registration = cancellationToken.Register(static state => ((RunOptions)state!).Terminate = true, run);
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(run, [.. inputs.Keys], values, outputs);
            for (int i = 0; i < outputs.Count; i++) see(outputs[i], results[i]);
        }
        catch (OnnxRuntimeException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Refused("run", e);
        }
        finally
        {
            values.ForEach(v => v.Dispose());
            pins.ForEach(p => p.Dispose());
        }
    }

    /// <summary>Copies a numeric tensor out of ONNX Runtime's memory.</summary>
    /// <exception cref="IsthmusException">It is no tensor of numbers.</exception>
    public static Tensor Copy(OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        Tensor tensor = Tensor.Rent((ElementType)info.ElementDataType, new TensorShape(info.Shape));
        value.GetTensorMutableRawData().CopyTo(tensor.Bytes.Span);
        return tensor;
    }

    public void Dispose() => _session.Dispose();

    private static unsafe OrtValue Wrap(Tensor tensor, List<MemoryHandle> pins)
    {
        MemoryHandle pin = tensor.Bytes.Pin();
        pins.Add(pin);
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, (TensorElementType)tensor.ElementType, [.. tensor.Shape.Dimensions], (nint)pin.Pointer, tensor.Bytes.Length);
    }

    private IsthmusException Refused(string what, OnnxRuntimeException e) =>
        new(ErrorKind.Model, $"ONNX Runtime cannot {what} '{_name}': {OnnxRuntimeEnvironment.Reason(e)}.", e);
}
