using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;

namespace Isthmus.Node.Models;

/// <summary>Loads segments of stored models, and keeps sessions and analyses, each under a memory cap.</summary>
internal sealed class SegmentLoader(SessionSettings settings, long memoryBytes, TimeProvider? clock = null) : IDisposable
{
    private readonly LeaseCache<SegmentKey, NetworkSession> _sessions = new(memoryBytes, s => s.EstimatedBytes, s => s.Dispose(), clock);

    // A parsed model holds its file twice: as bytes, and as messages.
    private readonly LeaseCache<ModelHash, ModelAnalysis> _analyses = new(memoryBytes / 2, a => 2L * a.Model.File.Length, _ => { }, clock);

    /// <summary>Sessions that are kept.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>Their estimated memory.</summary>
    public long SessionBytes => _sessions.Cost;

    /// <summary>Sessions that were loaded so far.</summary>
    public long Loaded => _sessions.Made;

    /// <summary>Those of them that were loaded ahead of need.</summary>
    public long LoadedAhead => _sessions.MadeAhead;

    /// <summary>Those that were loaded ahead and needed afterwards.</summary>
    public long Hits => _sessions.Hits;

    /// <summary>Sessions that were dropped so far for want of memory.</summary>
    public long Evicted => _sessions.Dropped;

    /// <summary>Makes a segment ready to run.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">The tensors where it begins; null for the model's inputs.</param>
    /// <param name="to">The tensors where it ends; null for the model's outputs.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IsthmusException">The model is damaged, or the tensors are no cuts of it.</exception>
    public async ValueTask<LoadedSegment> LoadAsync(
        StoredModel model, IReadOnlyList<string>? from, IReadOnlyList<string>? to, CancellationToken cancellationToken)
    {
        LeaseCache<ModelHash, ModelAnalysis>.Lease? analysis = from is null && to is null ? null : await AnalyseAsync(model, cancellationToken);
        try
        {
            LeaseCache<SegmentKey, NetworkSession>.Lease session = await _sessions.AcquireAsync(
                SegmentKey.Of(model.Hash, from, to),
                () => NetworkSession.Create(analysis is null ? Read(model) : SegmentExtractor.Extract(analysis.Value.Model, from, to, analysis.Value.Tensors), settings),
                cancellationToken);
            return new LoadedSegment(session, analysis);
        }
        catch
        {
            analysis?.Dispose();
            throw;
        }
    }

    /// <summary>Whether a segment is loaded; if so, it counts as used now.</summary>
    public bool IsReady(StoredModel model, IReadOnlyList<string>? from, IReadOnlyList<string>? to) => _sessions.Touch(SegmentKey.Of(model.Hash, from, to));

    /// <summary>Unloads a segment, unless it is in use.</summary>
    public void Drop(StoredModel model, IReadOnlyList<string>? from, IReadOnlyList<string>? to) => _sessions.Drop(SegmentKey.Of(model.Hash, from, to));

    /// <summary>Makes a segment ready ahead of need.</summary>
    /// <returns>False if there is no room without dropping what was used lately.</returns>
    /// <exception cref="IsthmusException">As <see cref="LoadAsync"/>.</exception>
    public async ValueTask<bool> TryLoadAheadAsync(StoredModel model, IReadOnlyList<string>? from, IReadOnlyList<string>? to, CancellationToken cancellationToken)
    {
        using LeaseCache<ModelHash, ModelAnalysis>.Lease? analysis = from is null && to is null ? null : await AnalyseAsync(model, cancellationToken);
        byte[] file = analysis is null ? Read(model)
            : await Task.Run(() => SegmentExtractor.Extract(analysis.Value.Model, from, to, analysis.Value.Tensors), cancellationToken);
        return await _sessions.TryMakeAsync(SegmentKey.Of(model.Hash, from, to), 2L * file.Length, () => NetworkSession.Create(file, settings), cancellationToken);
    }

    /// <summary>Times the kernels of a segment, in a session of its own that is not kept.</summary>
    /// <exception cref="IsthmusException">As <see cref="LoadAsync"/>.</exception>
    public async ValueTask<ImmutableArray<KernelTime>> TimeKernelsAsync(
        StoredModel model, IReadOnlyList<string>? from, IReadOnlyList<string>? to, IReadOnlyList<Tensor> inputs, int warmup, int repeats, double factor, CancellationToken cancellationToken)
    {
        using LeaseCache<ModelHash, ModelAnalysis>.Lease? analysis = from is null && to is null ? null : await AnalyseAsync(model, cancellationToken);
        byte[] file = analysis is null ? Read(model) : SegmentExtractor.Extract(analysis.Value.Model, from, to, analysis.Value.Tensors);
        return await Task.Run(() => KernelTimer.Measure(file, inputs, settings, warmup, repeats, factor, cancellationToken), cancellationToken);
    }

    /// <summary>What is known of a model.</summary>
    public ValueTask<LeaseCache<ModelHash, ModelAnalysis>.Lease> AnalyseAsync(StoredModel model, CancellationToken cancellationToken) =>
        _analyses.AcquireAsync(model.Hash, () => ModelAnalysis.Analyse(OnnxModel.Parse(Read(model), model.Name)), cancellationToken);

    /// <summary>Drops everything.</summary>
    public void Dispose()
    {
        _sessions.Dispose();
        _analyses.Dispose();
    }

    private static byte[] Read(StoredModel model)
    {
        try
        {
            return File.ReadAllBytes(model.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The model '{model.Name}' is on the node no more; send it again.", e);
        }
    }
}
