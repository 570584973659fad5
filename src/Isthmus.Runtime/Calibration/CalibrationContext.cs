using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Calibration;

/// <summary>What all parts of a calibration work with.</summary>
internal sealed class CalibrationContext(Network network, ModelAnalysis analysis, CalibrationOptions options)
{
    // Beyond it inputs are decoded anew for each cut.
    private const long KeptInputs = 256_000_000;

    // Workers have sessions of their own: they may take this much together, by the sessions' own estimate.
    private const long WorkerBytes = 2_000_000_000;

    public Network Network { get; } = network;

    public ModelAnalysis Analysis { get; } = analysis;

    public CalibrationOptions Options { get; } = options;

    public InputMemory Memory { get; } = new(KeptInputs);

    /// <summary>Loads a segment.</summary>
    /// <param name="from">Where it begins; null at the input.</param>
    /// <param name="to">Where it ends; null at the output.</param>
    /// <param name="settings">Threads, provider.</param>
    public NetworkSession Load(CutAnalysis? from, CutAnalysis? to, SessionSettings settings) => NetworkSession.Create(
        from is null && to is null ? Network.Model.File : SegmentExtractor.Extract(Network.Model, from?.TensorNames, to?.TensorNames, Analysis.Tensors), settings);

    /// <summary>Loads a segment once for each worker, as many as there are settings and memory for. The threads are divided among them.</summary>
    public NetworkSession[] LoadWorkers(CutAnalysis? from, int settings)
    {
        int workers = Math.Max(1, Math.Min(Options.Workers, settings));
        SessionSettings own = Options.Session with { Threads = Math.Max(1, Options.Session.Threads / workers) };
        List<NetworkSession> sessions = [];
        try
        {
            do sessions.Add(Load(from, null, own));
            while (sessions.Count < workers && (sessions.Count + 1) * sessions[0].EstimatedBytes <= WorkerBytes);
        }
        catch
        {
            foreach (NetworkSession session in sessions) session.Dispose();
            throw;
        }

        return [.. sessions];
    }

    /// <summary>What outputs say of an image, and lets go of them.</summary>
    public ReferenceAnswer Answer(Tensor[] outputs, int? label)
    {
        try
        {
            ImmutableArray<ClassScore> top = Network.Classifier.Top(outputs[0], 5);
            return new(top[0].Index, top[0].Index == label, top.Any(c => c.Index == label));
        }
        finally
        {
            foreach (Tensor output in outputs) output.Dispose();
        }
    }

    /// <summary>Milliseconds since a time stamp.</summary>
    public double Since(long start) => Milliseconds.Since(Options.Clock, start).Value;

    /// <summary>The pause between two requests of one user, before a run that is timed.</summary>
    public static void Idle(CancellationToken cancellationToken)
    {
        cancellationToken.WaitHandle.WaitOne(MeasureRequest.Pause);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
