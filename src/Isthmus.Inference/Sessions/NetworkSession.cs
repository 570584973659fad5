using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;
using Microsoft.ML.OnnxRuntime;
using Tensor = Isthmus.Core.Tensors.Tensor;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Isthmus.Inference.Sessions;

/// <summary>
/// A network, loaded and ready to run in ONNX Runtime. Thread-safe: runs wait for one another, since one run already uses all
/// its threads. Input tensors are read where they lie, without a copy. Output tensors are rented, and ONNX Runtime writes into
/// them directly once their shapes are known, so a run in steady state allocates no large object.
/// </summary>
public sealed class NetworkSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly int[][] _inputDimensions;
    private readonly ElementType[] _outputTypes;
    private readonly OrtValue[] _inputValues;
    private readonly OrtValue[] _outputValues;
    private readonly MemoryHandle[] _pins;
    private readonly Dictionary<ShapeKey, TensorShape[]> _outputShapes = [];
    private bool _shapesDependOnData;
    private volatile bool _disposed;

    private NetworkSession(InferenceSession session, long modelLength)
    {
        _session = session;
        _inputNames = [.. session.InputNames];
        _outputNames = [.. session.OutputNames];
        _inputDimensions = [.. _inputNames.Select(n => session.InputMetadata[n].Dimensions)];
        Inputs = [.. _inputNames.Select(n => Describe("input", n, session.InputMetadata[n]))];
        Outputs = [.. _outputNames.Select(n => Describe("output", n, session.OutputMetadata[n]))];
        _outputTypes = [.. Outputs.Select(o => o.ElementType)];
        _inputValues = new OrtValue[_inputNames.Length];
        _outputValues = new OrtValue[_outputNames.Length];
        _pins = new MemoryHandle[_inputNames.Length + _outputNames.Length];
        // Weights are held once as read and once more packed for the kernels; activations of the networks at hand are within
        // a few times their input and output.
        EstimatedBytes = (2 * modelLength) + (4 * (Inputs.Sum(t => t.ByteLength) + Outputs.Sum(t => t.ByteLength))) + (2 << 20);
    }

    /// <summary>The inputs in the graph's order. A dimension that the graph leaves open (the batch, as a rule) is 1.</summary>
    public ImmutableArray<TensorDescription> Inputs { get; }

    /// <summary>The outputs in the graph's order. A dimension that the graph leaves open is 1; a run tells the real one.</summary>
    public ImmutableArray<TensorDescription> Outputs { get; }

    /// <summary>About how much memory the session takes, in bytes: an upper estimate from the model's size, for cache limits.</summary>
    public long EstimatedBytes { get; }

    /// <summary>Loads a network.</summary>
    /// <param name="onnx">The ONNX file's bytes; not needed any more afterwards.</param>
    /// <param name="settings">Threads, provider; null for the defaults.</param>
    /// <exception cref="IsthmusException">
    /// The model is damaged or has an operator that ONNX Runtime lacks (<see cref="ErrorKind.Model"/>); the settings are wrong or
    /// the provider is absent (<see cref="ErrorKind.Usage"/>); the native library is missing (<see cref="ErrorKind.File"/>).
    /// </exception>
    public static NetworkSession Create(ReadOnlyMemory<byte> onnx, SessionSettings? settings = null) => Create(onnx, settings, profilePrefix: null);

    /// <summary>Loads a network whose kernels are timed.</summary>
    /// <param name="onnx">The ONNX file's bytes; not needed any more afterwards.</param>
    /// <param name="settings">Threads, provider; null for the defaults.</param>
    /// <param name="profilePrefix">The path, without its end, of a file where ONNX Runtime writes what each kernel took; null for none.</param>
    internal static NetworkSession Create(ReadOnlyMemory<byte> onnx, SessionSettings? settings, string? profilePrefix)
    {
        settings ??= SessionSettings.Default;
        settings.Validate();
        OnnxRuntimeEnvironment.Get();
        if (onnx.IsEmpty) throw new IsthmusException(ErrorKind.Model, "The model is empty.");
        byte[] bytes = MemoryMarshal.TryGetArray(onnx, out ArraySegment<byte> segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : onnx.ToArray();

        using SessionOptions options = new()
        {
            IntraOpNumThreads = settings.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", settings.Spinning ? "1" : "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", settings.Spinning ? "1" : "0");
        ExecutionProvider.Append(options, settings.Provider, settings.Threads);
        if (profilePrefix is not null)
        {
            // In this order: the prefix is read when profiling is turned on.
            options.ProfileOutputPathPrefix = profilePrefix;
            options.EnableProfiling = true;
        }

        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(bytes, options);
            NetworkSession result = new(session, onnx.Length);
            session = null;
            return result;
        }
        catch (OnnxRuntimeException e)
        {
            throw new IsthmusException(ErrorKind.Model, $"ONNX Runtime cannot load the model: {OnnxRuntimeEnvironment.Reason(e)}.", e);
        }
        finally
        {
            session?.Dispose();
        }
    }

    /// <summary>Runs the network once.</summary>
    /// <param name="inputs">One tensor per input, in the order of <see cref="Inputs"/>. They must not change meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait for other runs, and the run itself before its next operator.</param>
    /// <returns>One tensor per output, in the order of <see cref="Outputs"/>; the caller disposes them.</returns>
    /// <exception cref="IsthmusException">An input does not fit (<see cref="ErrorKind.Data"/>), or the network fails on it (<see cref="ErrorKind.Model"/>).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public Tensor[] Run(ReadOnlySpan<Tensor> inputs, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Check(inputs);
        _gate.Wait(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            cancellationToken.ThrowIfCancellationRequested();
            return RunAlone(inputs, cancellationToken);
        }
        catch (OnnxRuntimeException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new IsthmusException(ErrorKind.Model, $"The network failed on this input: {OnnxRuntimeEnvironment.Reason(e)}.", e);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the timing of kernels.</summary>
    /// <returns>The file where they are.</returns>
    internal string EndProfiling()
    {
        _gate.Wait();
        try
        {
            return _session.EndProfiling();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Unloads the network, after a run that may be under way has ended.</summary>
    public void Dispose()
    {
        _gate.Wait();
        try
        {
            if (_disposed) return;
            _disposed = true;
            _session.Dispose();
            _runOptions.Dispose();
        }
        finally
        {
            _gate.Release();
        }
    }

    private Tensor[] RunAlone(ReadOnlySpan<Tensor> inputs, CancellationToken cancellationToken)
    {
        ShapeKey key = ShapeKey.Of(inputs);
        TensorShape[]? shapes = null;
        if (!_shapesDependOnData) _outputShapes.TryGetValue(key, out shapes);
        // The registration is disposed before the flag is lowered: a callback can not raise it for the next run.
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static o => ((RunOptions)o!).Terminate = true, _runOptions);
        try
        {
            for (int i = 0; i < inputs.Length; i++) _inputValues[i] = Wrap(inputs[i], i);
            if (shapes is not null)
            {
                try
                {
                    return RunInto(shapes);
                }
                catch (OnnxRuntimeException e) when (!cancellationToken.IsCancellationRequested && e.Message.Contains("shape", StringComparison.OrdinalIgnoreCase))
                {
                    // The shape depends on the values (as NonZero's does), so what was learnt does not hold.
                    _shapesDependOnData = true;
                }
            }

            Tensor[] outputs = RunAndCopy();
            // A bound, in case somebody sends a new shape with every request.
            if (!_shapesDependOnData && _outputShapes.Count < 64) _outputShapes[key] = [.. outputs.Select(o => o.Shape)];
            return outputs;
        }
        finally
        {
            registration.Dispose();
            _runOptions.Terminate = false;
            Release(_inputValues);
            for (int i = 0; i < inputs.Length; i++) _pins[i].Dispose();
        }
    }

    private Tensor[] RunInto(TensorShape[] shapes)
    {
        Tensor[] outputs = new Tensor[shapes.Length];
        try
        {
            for (int i = 0; i < shapes.Length; i++)
            {
                outputs[i] = Tensor.Rent(_outputTypes[i], shapes[i]);
                _outputValues[i] = Wrap(outputs[i], _inputNames.Length + i);
            }

            _session.Run(_runOptions, _inputNames, _inputValues, _outputNames, _outputValues);
            return outputs;
        }
        catch
        {
            foreach (Tensor? output in outputs) output?.Dispose();
            throw;
        }
        finally
        {
            Release(_outputValues);
            for (int i = 0; i < shapes.Length; i++) _pins[_inputNames.Length + i].Dispose();
        }
    }

    private Tensor[] RunAndCopy()
    {
        using IDisposableReadOnlyCollection<OrtValue> values = _session.Run(_runOptions, _inputNames, _inputValues, _outputNames);
        Tensor[] outputs = new Tensor[values.Count];
        try
        {
            for (int i = 0; i < outputs.Length; i++)
            {
                OrtTensorTypeAndShapeInfo info = values[i].GetTensorTypeAndShape();
                outputs[i] = Tensor.Rent(_outputTypes[i], new TensorShape(info.Shape));
                values[i].GetTensorMutableRawData().CopyTo(outputs[i].Bytes.Span);
            }

            return outputs;
        }
        catch
        {
            foreach (Tensor? output in outputs) output?.Dispose();
            throw;
        }
    }

    private unsafe OrtValue Wrap(Tensor tensor, int pin)
    {
        MemoryHandle handle = tensor.Bytes.Pin();
        _pins[pin] = handle;
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, (TensorElementType)tensor.ElementType, ImmutableCollectionsMarshal.AsArray(tensor.Shape.Dimensions)!, (IntPtr)handle.Pointer, tensor.Bytes.Length);
    }

    private static void Release(OrtValue[] values)
    {
        foreach (OrtValue? value in values) value?.Dispose();
        Array.Clear(values);
    }

    private void Check(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != _inputNames.Length)
            throw new IsthmusException(ErrorKind.Data, $"The network takes {_inputNames.Length} inputs, not {inputs.Length}.");
        for (int i = 0; i < inputs.Length; i++)
        {
            Tensor tensor = inputs[i];
            if (tensor.ElementType != Inputs[i].ElementType)
                throw new IsthmusException(ErrorKind.Data, $"Input '{_inputNames[i]}' is of type {Inputs[i].ElementType}, not {tensor.ElementType}.");
            ReadOnlySpan<long> dimensions = tensor.Shape.Dimensions.AsSpan();
            ReadOnlySpan<int> expected = _inputDimensions[i];
            bool fits = dimensions.Length == expected.Length;
            for (int d = 0; fits && d < expected.Length; d++) fits = expected[d] < 0 || expected[d] == dimensions[d];
            if (!fits)
                throw new IsthmusException(ErrorKind.Data, $"Input '{_inputNames[i]}' has the shape {Inputs[i].Shape}, not {tensor.Shape}.");
            if (tensor.Bytes.Length != Tensor.ByteLength(tensor.ElementType, tensor.Shape))
                throw new IsthmusException(ErrorKind.Data, $"Input '{_inputNames[i]}' was disposed before the run.");
        }
    }

    private static TensorDescription Describe(string what, string name, NodeMetadata metadata)
    {
        ElementType type = metadata.IsTensor ? (ElementType)metadata.ElementDataType : ElementType.Undefined;
        if (type == ElementType.Undefined || !Enum.IsDefined(type))
            throw new IsthmusException(ErrorKind.Model, $"The model's {what} '{name}' is no tensor of numbers, which is all that Isthmus can pass.");
        long[] dimensions = [.. metadata.Dimensions.Select(d => d < 0 ? 1L : d)];
        return new(name, type, new TensorShape(dimensions));
    }
}
