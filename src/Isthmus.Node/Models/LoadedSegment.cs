using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;

namespace Isthmus.Node.Models;

/// <summary>A segment that can run, until it is disposed.</summary>
internal sealed class LoadedSegment(LeaseCache<SegmentKey, NetworkSession>.Lease session, LeaseCache<ModelHash, ModelAnalysis>.Lease? analysis) : IDisposable
{
    /// <summary>The session.</summary>
    public NetworkSession Session => session.Value;

    /// <summary>Whether the request had to wait for it to be loaded.</summary>
    public bool Waited => session.Waited;

    /// <summary>What is known of the model; null for a whole model, which needs no analysis.</summary>
    public ModelAnalysis? Analysis => analysis?.Value;

    /// <summary>The segment's inputs, with the shapes of a real run where the model was analysed.</summary>
    public ImmutableArray<TensorDescription> Inputs => Known(Session.Inputs);

    private ImmutableArray<TensorDescription> Known(ImmutableArray<TensorDescription> tensors) =>
        Analysis is { } known ? [.. tensors.Select(t => known.Tensors.GetValueOrDefault(t.Name, t))] : tensors;

    /// <summary>Ends the use.</summary>
    public void Dispose()
    {
        session.Dispose();
        analysis?.Dispose();
    }
}
