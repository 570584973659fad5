using System.Collections.Concurrent;
using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Imaging;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Pipelines;

/// <summary>
/// Carries plans out: decodes, computes the device's part, encodes, sends, and makes classes of what comes back, every stage
/// measured. Pictures may be given at the same time; plans may differ from one to the next. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Exactly one answer per picture. A node that fails, or takes longer than it may, is given up, and the rest is computed from
/// what the device already has: by the device itself, or else by another node. If a late answer still comes before the other
/// way has ended it is taken, and the other way is cancelled; never both. Inference is pure, so doing it twice harms nobody.
/// </para>
/// <para>Whatever crosses a link is told to its <see cref="Links.LinkEstimator"/>, and whatever a node does to its <see cref="CircuitBreaker"/>.</para>
/// </remarks>
public sealed class Pipeline : IAsyncDisposable
{
    // Nodes keep for a minute what they were asked to have ready.
    private static readonly TimeSpan ReadyFor = TimeSpan.FromSeconds(60);

    // A node's answer to a picture is taken to have about so many bytes: a thousand classes and the trace.
    private static readonly ByteCount AnswerBytes = new(5_000);

    // The longest that nodes wait for content that may end early.
    private const double MaxSending = 60_000;

    // Of the time that a deadline leaves for sending, the rest is for what no estimate foresees; and so many milliseconds for timers.
    private const double DeadlineShare = 0.95;
    private const double DeadlineMargin = 3;

    // Everything is sent to check a part only where that would still be in time on a link that is slower than believed by this factor.
    private const double WholeMargin = 1.5;

    // A device that needs more than this share of the time that is left is not waited for.
    private const double DeviceShare = 0.8;

    private readonly Network _network;
    private readonly PipelineOptions _options;
    private readonly ImmutableDictionary<string, CutProfile> _cuts;
    private readonly Dictionary<string, string> _cutByTensors;
    private readonly DeviceSessions _sessions;
    private readonly SemaphoreSlim _device;
    private readonly ConcurrentDictionary<Task, bool> _drains = new();
    private readonly ConcurrentDictionary<(string Node, string? From, string? To), long> _ready = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly NodeTimes _nodeTimes = new();
    private readonly TimeProvider _clock;

    /// <summary>Creates a pipeline.</summary>
    /// <param name="network">The network.</param>
    /// <param name="cuts">The cuts that plans may name.</param>
    /// <param name="tiers">The nodes beside the device. Stays the caller's.</param>
    /// <param name="options">Deadline, slow-down; null for the defaults.</param>
    /// <exception cref="IsthmusException">An option is out of range, or the network has several inputs.</exception>
    public Pipeline(Network network, IEnumerable<CutProfile> cuts, Tiers tiers, PipelineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(cuts);
        ArgumentNullException.ThrowIfNull(tiers);
        _options = options ?? PipelineOptions.Default;
        _options.Validate();
        if (network.Model.Graph.Inputs.Length != 1)
            throw new IsthmusException(ErrorKind.Model, $"'{network.Model.Name}' has {network.Model.Graph.Inputs.Length} inputs; a picture can be given to networks with one.");
        _network = network;
        Tiers = tiers;
        _clock = _options.Clock;
        _cuts = cuts.ToImmutableDictionary(c => c.Id, StringComparer.Ordinal);
        _cutByTensors = [];
        foreach (CutProfile cut in _cuts.Values) _cutByTensors.TryAdd(Key(cut.Tensors.Select(t => t.Name)), cut.Id);
        Dictionary<string, TensorDescription> tensors = new(StringComparer.Ordinal);
        foreach (CutTensor tensor in _cuts.Values.SelectMany(c => c.Tensors)) tensors[tensor.Name] = new(tensor.Name, ElementType.Float32, tensor.Shape);
        _sessions = new(network.Model, tensors, TensorsOf, _options.Session, _options.MemoryLimit.Value);
        _device = new(_options.DeviceWorkers, _options.DeviceWorkers);
    }

    /// <summary>The nodes beside the device.</summary>
    public Tiers Tiers { get; }

    /// <summary>The network.</summary>
    public Network Network => _network;

    /// <summary>What became of the segments that the device loads.</summary>
    public SessionCounters Sessions => _sessions.Counters;

    /// <summary>Makes sure that the nodes that answer have the model.</summary>
    /// <param name="progress">Told how much has been sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ShipAsync(IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        foreach (RemoteNode node in Tiers.Nodes)
        {
            if (node.Breaker.IsOpen) continue;
            try
            {
                await node.Client.ShipModelAsync(_network.Model.Hash, _network.Model.File, _network.ManifestJson, progress, cancellationToken);
            }
            catch (NodeException e) when (e.Failure is NodeFailure.Unreachable or NodeFailure.Broken or NodeFailure.Timeout)
            {
                node.Breaker.Failed(NodeFailure.Unreachable, e.Message);
            }
        }
    }

    /// <summary>
    /// Makes a plan ready, so that its first picture is not slower than the others: ships the model, and loads the segments on all
    /// nodes. A node that fails at it is left to its breaker.
    /// </summary>
    /// <exception cref="IsthmusException">The plan is of another network, or names a cut or node that is not known.</exception>
    /// <param name="plan">The plan.</param>
    /// <param name="onNodes">Whether to load segments on the nodes too. If not, a node loads what it lacks with the first picture.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WarmAsync(Plan plan, bool onNodes = true, CancellationToken cancellationToken = default)
    {
        Check(plan);
        foreach (PlacedSegment segment in plan.Segments)
        {
            if (segment.Tier == Tier.Device)
            {
                using SessionLease lease = await _sessions.LeaseAsync(segment.From, segment.To, forPicture: false, cancellationToken);
                continue;
            }

            RemoteNode node = Tiers.Node(segment.Node);
            if (node.Breaker.IsOpen) continue;
            try
            {
                await node.Client.ShipModelAsync(_network.Model.Hash, _network.Model.File, _network.ManifestJson, progress: null, cancellationToken);
                await ShipTablesAsync(plan, node, cancellationToken);
                if (!onNodes) continue;
                await WarmAsync(node, segment, urgent: true, cancellationToken);
            }
            catch (NodeException e)
            {
                Note(node, e);
            }
        }
    }

    /// <summary>Whether all that a plan needs is loaded: on the device for certain, on the nodes as far as they said within a minute.</summary>
    public bool IsReady(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (PlacedSegment segment in plan.Segments)
        {
            if (segment.Tier == Tier.Device ? !_sessions.IsReady(segment.From, segment.To)
                : !_ready.TryGetValue((segment.Node, segment.From, segment.To), out long when) || _clock.GetElapsedTime(when) > ReadyFor) return false;
        }

        return true;
    }

    /// <summary>Makes one segment ready ahead of need, where there is room and nothing better to do.</summary>
    /// <param name="segment">The segment, and where.</param>
    /// <param name="keep">The segments that the device must not unload for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is ready; a node that is excluded declines.</returns>
    /// <exception cref="IsthmusException">The segment cannot be loaded, or the node does not answer.</exception>
    public async Task<WarmOutcome> TryWarmAsync(PlacedSegment segment, IReadOnlyCollection<PlacedSegment> keep, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(keep);
        if (segment.Tier == Tier.Device)
        {
            if (_sessions.IsReady(segment.From, segment.To)) return WarmOutcome.Ready;
            // Begun when no picture computes: a picture that comes meanwhile shares the processor, and waits for nothing.
            await _device.WaitAsync(cancellationToken);
            _device.Release();
            return await _sessions.TryLoadAsync(segment.From, segment.To, keep.Where(s => s.Tier == Tier.Device).Select(s => (s.From, s.To)).ToHashSet(), cancellationToken);
        }

        RemoteNode node = Tiers.Node(segment.Node);
        if (node.Breaker.IsOpen) return WarmOutcome.Declined;
        return await WarmAsync(node, segment, urgent: false, cancellationToken);
    }

    /// <summary>Classifies a picture in a file.</summary>
    /// <param name="plan">How.</param>
    /// <param name="imageFile">The file.</param>
    /// <param name="cancellationToken">Gives up; there is no answer then.</param>
    /// <exception cref="IsthmusException">
    /// The file cannot be read (<see cref="ErrorKind.File"/>) or is no picture (<see cref="ErrorKind.Data"/>); the plan names what is
    /// not known (<see cref="ErrorKind.Planning"/>); or every way to an answer failed (<see cref="ErrorKind.Node"/>).
    /// </exception>
    public Task<ImageAnswer> RunAsync(Plan plan, string imageFile, CancellationToken cancellationToken = default) => RunAsync(plan, imageFile, patience: null, cancellationToken);

    /// <summary>Classifies a picture in a file.</summary>
    /// <param name="plan">How.</param>
    /// <param name="imageFile">The file.</param>
    /// <param name="patience">How long a node may take before the device begins to finish as well; null for <see cref="PipelineOptions.RemoteTimeout"/>, the longest.</param>
    /// <param name="cancellationToken">Gives up; there is no answer then.</param>
    /// <exception cref="IsthmusException">As the other overload.</exception>
    public Task<ImageAnswer> RunAsync(Plan plan, string imageFile, Milliseconds? patience, CancellationToken cancellationToken) =>
        RunAsync(plan, imageFile, patience, leftDevice: null, cancellationToken);

    /// <summary>The time that an answer may take; null for no limit.</summary>
    internal Milliseconds? Deadline => _options.Deadline;

    /// <summary>Classifies a picture in a file.</summary>
    /// <param name="plan">How.</param>
    /// <param name="imageFile">The file.</param>
    /// <param name="patience">How long a node may take before the device begins to finish as well; null for <see cref="PipelineOptions.RemoteTimeout"/>, the longest.</param>
    /// <param name="leftDevice">Called when the device has done its part and can begin with another picture, before anything is sent; null for nobody. Not called if that part fails.</param>
    /// <param name="cancellationToken">Gives up; there is no answer then.</param>
    /// <exception cref="IsthmusException">As the other overload.</exception>
    public Task<ImageAnswer> RunAsync(Plan plan, string imageFile, Milliseconds? patience, Action? leftDevice, CancellationToken cancellationToken) =>
        RunAsync(plan, imageFile, _clock.GetTimestamp(), patience, leftDevice, chooser: null, hasAnswer: false, cancellationToken);

    /// <summary>Classifies a picture in a file that was begun before.</summary>
    /// <param name="plan">How.</param>
    /// <param name="imageFile">The file.</param>
    /// <param name="start">When it was begun.</param>
    /// <param name="patience">As the other overload.</param>
    /// <param name="leftDevice">As the other overload.</param>
    /// <param name="chooser">Says how much of the picture is sent; null for <see cref="PipelineOptions.Chooser"/>, or what the plan says.</param>
    /// <param name="hasAnswer">Whether there is an answer already, so that a node that fails is a <see cref="NodeException"/> at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<ImageAnswer> RunAsync(
        Plan plan, string imageFile, long start, Milliseconds? patience, Action? leftDevice, IPartChooser? chooser, bool hasAnswer, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(imageFile);
        byte[] image;
        try
        {
            image = await File.ReadAllBytesAsync(imageFile, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The picture {Path.GetFileName(imageFile)} cannot be read: {e.Message}", e);
        }

        return await RunAsync(plan, Path.GetFileName(imageFile), image, start, patience, leftDevice, chooser, hasAnswer, cancellationToken);
    }

    /// <summary>Classifies a picture in memory.</summary>
    /// <param name="plan">How.</param>
    /// <param name="name">What to call the picture.</param>
    /// <param name="image">The bytes of its file.</param>
    /// <param name="cancellationToken">Gives up; there is no answer then.</param>
    /// <exception cref="IsthmusException">As the other overload.</exception>
    public Task<ImageAnswer> RunAsync(Plan plan, string name, ReadOnlyMemory<byte> image, CancellationToken cancellationToken = default) =>
        RunAsync(plan, name, image, _clock.GetTimestamp(), patience: null, leftDevice: null, chooser: null, hasAnswer: false, cancellationToken);

    /// <summary>Unloads the segments, after what was given up has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_drains.Keys);
        _sessions.Dispose();
        _device.Dispose();
        _closing.Dispose();
    }

    private async Task<ImageAnswer> RunAsync(
        Plan plan, string name, ReadOnlyMemory<byte> image, long start, Milliseconds? patience, Action? leftDevice, IPartChooser? chooser, bool hasAnswer,
        CancellationToken cancellationToken)
    {
        Check(plan);
        using ImageRun run = new()
        {
            Name = name,
            Plan = plan,
            Image = image,
            Pace = new(_options.Slowdown, _clock),
            Start = start,
            Patience = patience,
            Chooser = chooser ?? _options.Chooser,
            HasAnswer = hasAnswer,
        };
        Attempt attempt;
        string? fallback = null;
        Milliseconds lost = Milliseconds.Zero;
        if (plan.IsSingleNode && plan.Segments[0].Tier == Tier.Device)
        {
            attempt = await FinishOnDeviceAsync(run, isFallback: false, cancellationToken);
            leftDevice?.Invoke();
        }
        else
        {
            await PrepareAsync(run, cancellationToken);
            leftDevice?.Invoke();
            (attempt, fallback, lost) = await FinishRemotelyAsync(run, cancellationToken);
        }

        Milliseconds total = Milliseconds.Since(_clock, start);
        StageTimes times = Attempt.Sum(run.Times, attempt.Times) with { Lost = lost };
        ImmutableArray<SegmentPlace> places = [.. run.Places, .. attempt.Places];
        return new ImageAnswer
        {
            File = name,
            Top = attempt.Top,
            Plan = plan,
            Where = places,
            Times = times.Completed(total),
            Hops = attempt.Hops,
            Input = attempt.Input,
            Recheck = attempt.Recheck,
            Spans = [.. run.Spans, .. attempt.Spans],
            Fallback = fallback ?? attempt.Fallback,
            Cold = [.. run.IsCold ? (ReadOnlySpan<string>)[Tiers.Device] : [], .. attempt.Cold],
            IsLate = _options.Deadline is { } deadline && total > deadline,
            Emulated =
            [
                .. places.Where(p => p.Slowdown != 1).DistinctBy(p => p.Node).Select(p => $"{p.Node} slowed down {p.Slowdown:0.##}×"),
                .. Tiers.LinksAreEmulated && attempt.Hops.Length > 0 ? (ReadOnlySpan<string>)["links"] : [],
            ],
        };
    }

    // What the device does before anything is sent.
    private async Task PrepareAsync(ImageRun run, CancellationToken cancellationToken)
    {
        PlacedSegment first = run.Plan.Segments[0];
        if (first.Tier != Tier.Device)
        {
            InputEncoding encoding = run.Input = run.Plan.Input;
            if (encoding.Kind == InputKind.File)
            {
                run.Message = [Picture(run.Image, encoding)];
                return;
            }

            await OnDeviceAsync(run, async () =>
            {
                if (encoding.Kind == InputKind.Tensor)
                {
                    (Tensor input, Milliseconds decode) = await ComputeAsync(run, () => _network.Preprocessor.FromFile(run.Image, run.Name), cancellationToken);
                    run.Message = [new(_network.InputName, run.Own(input))];
                    run.Add(encode: decode);
                    return;
                }

                (byte[] bytes, Milliseconds encode) = await ComputeAsync(run, () => _network.Preprocessor.Encode(run.Image, encoding.Whole, run.Name), cancellationToken);
                int length = bytes.Length;
                if (encoding.IsProgressive)
                {
                    length = ImagePreprocessor.PartOf(bytes, encoding);
                    run.WholeLength = bytes.Length;
                    run.Boundaries = ImagePreprocessor.Boundaries(bytes, encoding);
                    run.Least = run.Boundaries.Count > 0 ? run.Boundaries[0] : Math.Max(1, ImagePreprocessor.PartOf(bytes, encoding.Whole.First(0.001)));
                    if (run.Chooser is { } chooser)
                    {
                        length = Math.Clamp(chooser.Choose(Question(run, first, encoding, length)), 1, bytes.Length);
                        encoding = run.Input = length == bytes.Length ? encoding.Whole : encoding.Whole.First(Math.Clamp((double)length / bytes.Length, 0.001, 0.999));
                    }

                }

                if (length < run.WholeLength && run.Plan.IsSingleNode && _options.Rechecks is { } rechecks && rechecks.TryTake(FitsWhole(run, first)))
                {
                    run.Checked = (encoding, length);
                    length = bytes.Length;
                    encoding = run.Input = encoding.Whole;
                }

                run.Message = [Picture(bytes.AsMemory(0, length), encoding, run.Checked?.Bytes)];
                run.Add(encode: encode);
            }, cancellationToken);
            return;
        }

        run.IsCold = !_sessions.IsReady(null, first.To);
        using SessionLease head = await _sessions.LeaseAsync(null, first.To, forPicture: true, cancellationToken);
        await OnDeviceAsync(run, async () =>
        {
            (Tensor input, Milliseconds decode) = await ComputeAsync(run, () => _network.Preprocessor.FromFile(run.Image, run.Name), cancellationToken);
            run.Own(input);
            (Tensor[] outputs, Milliseconds ran) = await ComputeAsync(run, () => head.Session.Run([input], cancellationToken), cancellationToken);
            foreach (Tensor output in outputs) run.Own(output);
            run.Activation = outputs;
            run.Cut = first.To;
            (ImmutableArray<InferTensor> frames, Milliseconds encode) = await ComputeAsync(run, () => Pack(run, first, outputs), cancellationToken);
            run.Message = frames;
            run.Places = [new(Segment(null, first.To), Tiers.Device, Tier.Device, ran, _options.Slowdown)];
            run.Add(decode: decode, head: ran, encode: encode);
        }, cancellationToken);
    }

    private async Task<(Attempt Attempt, string? Fallback, Milliseconds Lost)> FinishRemotelyAsync(ImageRun run, CancellationToken cancellationToken)
    {
        PlacedSegment segment = run.Plan.Segments.First(s => s.Tier != Tier.Device);
        RemoteNode node = Tiers.Node(segment.Node);
        long asked = _clock.GetTimestamp();
        if (node.Breaker.IsOpen && run.HasAnswer) throw new NodeException(NodeFailure.Unreachable, node.Client.Url, $"{node.Name} is excluded for now: {node.Breaker.Reason}");
        if (node.Breaker.IsOpen)
            return await ElsewhereAsync(run, node, $"{node.Name} is excluded for now: {node.Breaker.Reason}", asked, cancellationToken);

        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        run.Share();
        Task<Attempt> remote = DisposeAfterAsync(run, AskAsync(run, node, segment, giveUp.Token));
        Milliseconds patience = Patience(run);
        try
        {
            return (await remote.WaitAsync(patience.ToTimeSpan(), _clock, cancellationToken), null, Milliseconds.Zero);
        }
        catch (NodeException e)
        {
            Note(node, e);
            if (run.HasAnswer) throw;
            return await ElsewhereAsync(run, node, e.Message, asked, cancellationToken);
        }
        catch (TimeoutException) when (run.HasAnswer)
        {
            string reason = $"{node.Name} did not answer within {patience}";
            node.Breaker.Failed(NodeFailure.Timeout, reason);
            await AbandonAsync(remote, giveUp);
            throw new NodeException(NodeFailure.Timeout, node.Client.Url, reason);
        }
        catch (TimeoutException)
        {
            return await RaceAsync(run, node, remote, giveUp, patience, asked, cancellationToken);
        }
        catch
        {
            await AbandonAsync(remote, giveUp);
            throw;
        }
    }

    // The node is too late: the other way begins, and whichever ends first is the answer.
    private async Task<(Attempt Attempt, string? Fallback, Milliseconds Lost)> RaceAsync(
        ImageRun run, RemoteNode node, Task<Attempt> remote, CancellationTokenSource giveUp, Milliseconds patience, long asked, CancellationToken cancellationToken)
    {
        string reason = $"{node.Name} did not answer within {patience}";
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<(Attempt Attempt, string? Fallback, Milliseconds Lost)> elsewhere = ElsewhereAsync(run, node, reason, asked, stop.Token);
        await Task.WhenAny(remote, elsewhere);
        if (remote.IsCompletedSuccessfully && !elsewhere.IsCompletedSuccessfully)
        {
            await AbandonAsync(elsewhere, stop);
            return (await remote, null, Milliseconds.Zero);
        }

        try
        {
            (Attempt, string?, Milliseconds) result = await elsewhere;
            // It lost, unless it has answered in the meantime: then it is slow, not dead.
            if (!remote.IsCompletedSuccessfully)
            {
                node.Breaker.Failed(NodeFailure.Timeout, reason);
                // All that is known of the link is that it takes longer than this; without it, a link that became slow would look as fast as before. What was
                // held back to a pace says not even that.
                if (!IsPaced(run)) Tiers.Link(Tiers.Device, node.Name).Record(new(run.Message.Sum(m => (long)m.Content.Bytes.Length)), Milliseconds.Since(_clock, asked));
            }

            await AbandonAsync(remote, giveUp);
            return result;
        }
        catch (IsthmusException) when (!remote.IsCompleted)
        {
            // Nothing else is left: late is better than never.
            return (await remote.WaitAsync(cancellationToken), null, Milliseconds.Zero);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            await AbandonAsync(remote, giveUp);
            throw;
        }
    }

    private async Task<(Attempt Attempt, string? Fallback, Milliseconds Lost)> ElsewhereAsync(
        ImageRun run, RemoteNode failed, string reason, long asked, CancellationToken cancellationToken)
    {
        Milliseconds lost = Milliseconds.Since(_clock, asked);
        if (_options.FinishesOnDevice)
        {
            Attempt attempt = await FinishOnDeviceAsync(run, isFallback: true, cancellationToken);
            return (attempt, $"{Sentence(reason)}; the device finished alone", lost);
        }

        foreach (RemoteNode other in Tiers.Nodes)
        {
            if (other == failed || other.Breaker.IsOpen) continue;
            try
            {
                PlacedSegment rest = new(other.Name, other.Tier, run.Cut, To: null, Codec: null);
                Attempt attempt = await AskAsync(run, other, rest, cancellationToken).WaitAsync(_options.RemoteTimeout.ToTimeSpan(), _clock, cancellationToken);
                return (attempt, $"{Sentence(reason)}; {other.Name} finished instead", lost);
            }
            catch (NodeException e)
            {
                Note(other, e);
            }
            catch (TimeoutException)
            {
                other.Breaker.Failed(NodeFailure.Timeout, $"{other.Name} did not answer within {_options.RemoteTimeout}");
            }
        }

        throw new NodeException(NodeFailure.Failed, failed.Client.Url, $"{Sentence(reason)}, and no other node could finish; start one, or let the device finish.");
    }

    // Runs what is left on the device: all of it, or the tail from the activation that is there already.
    private async Task<Attempt> FinishOnDeviceAsync(ImageRun run, bool isFallback, CancellationToken cancellationToken)
    {
        // The race's loser may still read the run's memory after the winner has returned.
        run.Share();
        try
        {
            long asked = _clock.GetTimestamp();
            bool cold = !_sessions.IsReady(run.Cut, null);
            using SessionLease lease = await _sessions.LeaseAsync(run.Cut, null, forPicture: true, cancellationToken);
            Milliseconds loading = Milliseconds.Since(_clock, asked);
            Attempt? result = null;
            long waits = _clock.GetTimestamp();
            await _device.WaitAsync(cancellationToken);
            Milliseconds begin = Milliseconds.Since(_clock, run.Start);
            try
            {
                Milliseconds queue = Milliseconds.Since(_clock, waits) + loading, decode = Milliseconds.Zero;
                Tensor[]? inputs = run.Activation;
                Tensor? input = null;
                try
                {
                    if (inputs is null)
                    {
                        (input, decode) = await ComputeAsync(run, () => _network.Preprocessor.FromFile(run.Image, run.Name), cancellationToken);
                        inputs = [input];
                    }

                    (Tensor[] outputs, Milliseconds ran) = await ComputeAsync(run, () => lease.Session.Run(inputs, cancellationToken), cancellationToken);
                    ImmutableArray<ClassScore> top = _network.Classifier.Top(outputs[0]);
                    foreach (Tensor output in outputs) output.Dispose();
                    StageTimes times = new() { Queue = queue, Decode = decode, Head = isFallback ? default : ran, Tail = isFallback ? ran : default };
                    result = new(top, times, [new(Segment(run.Cut, null), Tiers.Device, Tier.Device, ran, _options.Slowdown)], [], null)
                    {
                        Cold = cold ? [Tiers.Device] : [],
                        Spans = [new(Tiers.Device, begin, Milliseconds.Since(_clock, run.Start))],
                    };
                }
                finally
                {
                    input?.Dispose();
                }
            }
            finally
            {
                _device.Release();
            }

            return result;
        }
        finally
        {
            run.Dispose();
        }
    }

    private async Task<Attempt> AskAsync(ImageRun run, RemoteNode node, PlacedSegment segment, CancellationToken cancellationToken)
    {
        Milliseconds? deadline = _options.Deadline is { } whole ? new(Math.Max(1, whole.Value - Milliseconds.Since(_clock, run.Start).Value)) : null;
        PlacedSegment[] later = [.. run.Plan.Segments.SkipWhile(s => s != segment).Skip(1)];
        SegmentRequest request = new()
        {
            From = Names(segment.From),
            To = Names(segment.To),
            Codec = segment.Codec,
            Tables = TablesOf(segment),
            Input = run.Cut is null ? run.Input : null,
            Next = Next(node, later),
            Deadline = deadline,
        };
        await ShipTablesAsync(run.Plan, node, cancellationToken);
        // The inputs belong to the run, so the request is not disposed.
        BodyPace? pace = PaceOf(run, node);
        InferRequest message = InferRequest.ForSegment(request, pace is null ? run.Message : [Open(run.Message[0], pace)], id: null);
        Milliseconds sentAt = Milliseconds.Since(_clock, run.Start);
        using InferExchange exchange = await node.Client.InferAsync(_network.Model.Hash.ToString(), message, pace, cancellationToken);
        if (exchange.Trace is not { Hops.Count: > 0 } trace)
            throw new NodeException(NodeFailure.Garbled, node.Client.Url, $"The server at {node.Client.Url.Authority} does not say what it did; it is no node of Isthmus.");
        if (exchange.Response.Outputs.IsEmpty)
            throw new NodeException(NodeFailure.Garbled, node.Client.Url, $"The node {node.Name} answered without an output.");
        ImmutableArray<ClassScore> top = _network.Classifier.Top(exchange.Response.Outputs[0].Content);
        node.Breaker.Succeeded();
        HopTrace firstHop = trace.Hops[0];
        if (!firstHop.Cold) _nodeTimes.Learn(node.Name, new(Math.Max(0, firstHop.Total.Value - (firstHop.Check?.Time.Value ?? 0))));
        Recheck? recheck = run.Checked is { } part ? new(part.Form, firstHop.Check?.Agrees) : null;
        if (recheck is not null) _options.Rechecks?.Observe(recheck);
        return Read([node, .. later.Select(l => Tiers.Node(l.Node))], exchange, trace, top, sentAt) with { Input = Used(run, exchange, firstHop), Recheck = recheck };
    }

    private PartQuestion Question(ImageRun run, PlacedSegment first, InputEncoding planned, int plannedBytes)
    {
        RemoteNode node = Tiers.Node(first.Node);
        Milliseconds? left = _options.Deadline is { } deadline ? new(Math.Max(0, SendingTime(run, node, deadline))) : null;
        return new(planned, plannedBytes, run.WholeLength, run.Least, run.Boundaries, Tiers.Link(Tiers.Device, node.Name).Current, left);
    }

    // What a deadline leaves for sending to a node.
    private double SendingTime(ImageRun run, RemoteNode node, Milliseconds deadline)
    {
        Links.LinkEstimate link = Tiers.Link(Tiers.Device, node.Name).Current;
        Milliseconds compute = _nodeTimes.Most(node.Name) ?? _options.WholeOnNode.GetValueOrDefault(node.Name);
        double back = link.RoundTrip.Value + link.Bandwidth.TransferTime(AnswerBytes).Value;
        return ((AnswerWithin(run, deadline).Value - back - compute.Value) * DeadlineShare) - DeadlineMargin;
    }

    // What is sent to be checked is sent only where all of it is in time.
    private bool IsPaced(ImageRun run) => _options.SendUntil is not null && run is { Cut: null, WholeLength: > 0, Checked: null };

    // Whether everything can be sent, and looked at twice, without breaking a deadline.
    private bool FitsWhole(ImageRun run, PlacedSegment first)
    {
        RemoteNode node = Tiers.Node(first.Node);
        double left = double.PositiveInfinity;
        if (_options.SendUntil?.Time is { } until) left = until.Value - Milliseconds.Since(_clock, run.Start).Value;
        if (_options.Deadline is { } deadline)
        {
            Milliseconds? compute = _nodeTimes.Most(node.Name) ?? (_options.WholeOnNode.TryGetValue(node.Name, out Milliseconds whole) ? whole : null);
            // Of a node of which nothing is known, nothing can be promised.
            if (compute is not { } once) return false;
            left = Math.Min(left, SendingTime(run, node, deadline) - once.Value);
        }

        return Tiers.Link(Tiers.Device, node.Name).Current.Bandwidth.TransferTime(new(run.WholeLength)).Value * WholeMargin <= left;
    }

    // How long and how fast the picture is sent; null for all of it at once.
    private BodyPace? PaceOf(ImageRun run, RemoteNode node)
    {
        if (_options.SendUntil is not { } until || !IsPaced(run)) return null;
        Links.LinkEstimate link = Tiers.Link(Tiers.Device, node.Name).Current;
        double at = Milliseconds.Since(_clock, run.Start).Value;
        double left = MaxSending;
        if (until.Time is { } time) left = Math.Min(left, time.Value - at);
        if (_options.Deadline is { } deadline) left = Math.Min(left, SendingTime(run, node, deadline));

        return new(run.Boundaries, new(link.Bandwidth.Value * Links.LinkEstimator.PaceGain), new(Math.Max(1, left)), Math.Min(run.Least, run.Message[0].Content.Bytes.Length));
    }

    private static InferTensor Open(InferTensor picture, BodyPace pace) => InferTensor.OfBytes(picture.Name, picture.Content.Bytes, new()
    {
        { ProtocolNames.Input, picture.Parameters.Text(ProtocolNames.Input)! },
        { ProtocolNames.UntilMs, Math.Round(pace.Until.Value, 3) },
        { ProtocolNames.Least, pace.Least },
    });

    private static InputUse? Used(ImageRun run, InferExchange exchange, HopTrace hop)
    {
        if (run.Cut is not null || run.WholeLength == 0) return null;
        int content = run.Message[0].Content.Bytes.Length;
        long sent = exchange.Paced?.Content.Value ?? content, used = Math.Clamp(hop.BytesUsed ?? sent, 0, content);
        string why = run.Checked is not null ? "recheck" : used < content ? "deadline" : used < run.WholeLength ? "plan" : "whole";
        return new(run.Input.Whole, new(used), new(sent), new(run.WholeLength), hop.Receive, why);
    }

    // Turns what the nodes say into stages, and tells the estimators what crossed their links.
    private Attempt Read(RemoteNode[] asked, InferExchange exchange, AnswerTrace trace, ImmutableArray<ClassScore> top, Milliseconds sentAt)
    {
        // A node has the name by which it was asked, whatever it calls itself.
        string[] names = [.. trace.Hops.Select((h, i) => i < asked.Length ? asked[i].Name : h.Node)];
        List<HopTransfer> hops = [];
        List<StageSpan> spans = [];
        Milliseconds at = sentAt;
        Milliseconds send = default, back = default, queue = default, decode = default, unpack = default, encode = default, middle = default, tail = default;
        string from = Tiers.Device;
        Milliseconds onTheWay = exchange.OnTheWay ?? default;
        ByteCount bytes = exchange.BytesSent;
        for (int i = 0; i < trace.Hops.Count; i++)
        {
            HopTrace hop = trace.Hops[i];
            Links.LinkEstimator link = Tiers.Link(from, names[i]);
            // The answer crosses too. Where a link has another bandwidth backwards, its few kilobytes are counted wrongly, and no more.
            if (i == 0 && exchange.Paced is { } paced && hop is { BytesUsed: { } used, Receive: { } receive })
            {
                link.RecordPaced(new(Math.Clamp(used, 0, paced.Content.Value)), receive, paced.Took, hop.IsCut && used < paced.Content.Value);
                link.Record(new(exchange.BytesSent.Value - paced.Content.Value + exchange.BytesReceived.Value), new(onTheWay.Value - receive.Value));
            }
            else
            {
                link.Record(bytes + exchange.BytesReceived, onTheWay);
            }

            hops.Add(new(from, names[i], bytes, onTheWay));
            Links.LinkEstimate estimate = link.Current;
            double returned = Math.Min(onTheWay.Value / 2, (estimate.RoundTrip.Value / 2) + (i == 0 ? estimate.Bandwidth.TransferTime(exchange.BytesReceived).Value : 0));
            back += new Milliseconds(returned);
            send += onTheWay - new Milliseconds(returned);
            Milliseconds outwards = new(onTheWay.Value - returned), busy = hop.Decode + hop.Unpack + hop.Run + hop.Encode;
            spans.Add(new(PipelineStage.Link(from, names[i]), at, at + new Milliseconds(Math.Max(0, outwards.Value - (estimate.RoundTrip.Value / 2)))));
            at += outwards + hop.Queue;
            spans.Add(new(names[i], at, at + busy));
            at += busy;
            queue += hop.Queue;
            decode += hop.Decode;
            unpack += hop.Unpack;
            encode += hop.Encode;
            if (i == trace.Hops.Count - 1) tail += hop.Run;
            else middle += hop.Run;
            if (i + 1 < trace.Hops.Count)
            {
                onTheWay = new(Math.Max(0, hop.Forward.Value - trace.Hops[i + 1].Total.Value));
                bytes = new(hop.BytesForwarded);
                from = names[i];
            }
        }

        if (trace.Fallback is not null && trace.Hops.Count < asked.Length) asked[trace.Hops.Count].Breaker.Failed(NodeFailure.Failed, trace.Fallback);
        StageTimes times = new()
        {
            Decode = decode,
            Encode = encode,
            Send = send,
            Queue = queue,
            Unpack = unpack,
            Middle = middle,
            Tail = tail,
            Return = back,
        };
        ImmutableArray<SegmentPlace> places =
            [.. trace.Hops.Select((h, i) => new SegmentPlace(Segment(CutOf(h.From), CutOf(h.To)), names[i], h.Tier, h.Run, h.Slowdown))];
        for (int i = 0; i < names.Length; i++) _ready[(names[i], CutOf(trace.Hops[i].From), CutOf(trace.Hops[i].To))] = _clock.GetTimestamp();
        return new(top, times, places, [.. hops], trace.Fallback) { Cold = [.. names.Where((_, i) => trace.Hops[i].Cold)], Spans = [.. spans] };
    }

    private NextHop? Next(RemoteNode from, ReadOnlySpan<PlacedSegment> segments)
    {
        if (segments.IsEmpty) return null;
        PlacedSegment segment = segments[0];
        RemoteNode node = Tiers.Node(segment.Node);
        return new(node.Name, Tiers.Route(from, node).GetLeftPart(UriPartial.Authority), Names(segment.From)!, Names(segment.To), segment.Codec, Next(node, segments[1..])) { Tables = TablesOf(segment) };
    }

    private Milliseconds Patience(ImageRun run)
    {
        Milliseconds most = run.Patience is { } patience && _options.FinishesOnDevice && patience < _options.RemoteTimeout ? patience : _options.RemoteTimeout;
        // What is sent for as long as the time allows takes that long, however good the link.
        if (IsPaced(run)) most = _options.RemoteTimeout;
        if (_options.Deadline is not { } deadline) return most;
        double left = deadline.Value - Milliseconds.Since(_clock, run.Start).Value;
        return new(Math.Clamp(left - Reserve(run, deadline), Math.Max(1, 0.2 * left), most.Value));
    }

    // Of a deadline, what the device needs to finish alone.
    private double Reserve(ImageRun run, Milliseconds deadline)
    {
        double share = run.Cut is { } cut ? 1 - _cuts[cut].MacShare : 1;
        // A fifth more than measured, since the segment may have to be loaded.
        return !_options.FinishesOnDevice || run.HasAnswer ? 0 : _options.WholeOnDevice is { } whole ? whole.Value * share * 1.2 : 0.4 * deadline.Value;
    }

    // When a node's answer must be there: early enough for the device to take over, unless it could not be in time anyway.
    private Milliseconds AnswerWithin(ImageRun run, Milliseconds deadline)
    {
        double left = deadline.Value - Milliseconds.Since(_clock, run.Start).Value, reserve = Reserve(run, deadline);
        return new(reserve < DeviceShare * left ? left - reserve : left);
    }

    private ImmutableArray<InferTensor> Pack(ImageRun run, PlacedSegment segment, Tensor[] tensors)
    {
        CodecSpec spec = segment.Codec ?? CodecSpec.Raw;
        ImmutableArray<CutTensor> described = _cuts[segment.To!].Tensors;
        ImmutableArray<InferTensor>.Builder frames = ImmutableArray.CreateBuilder<InferTensor>(tensors.Length);
        for (int i = 0; i < tensors.Length; i++)
        {
            PooledBufferWriter frame = run.Own(new PooledBufferWriter(4096));
            ITensorCodec codec = TensorCodecs.Get(spec, described[i].Tables);
            codec.Encode(tensors[i].Floats, tensors[i].Shape, frame);
            Parameters parameters = new() { { ProtocolNames.Codec, spec.ToString() } };
            if (TensorCodecs.Uses(spec, described[i].Tables)) parameters.Add(ProtocolNames.Tables, described[i].Tables!.Id);
            frames.Add(InferTensor.OfBytes(described[i].Name, frame.Written, parameters));
        }

        return frames.MoveToImmutable();
    }

    private static InferTensor Picture(ReadOnlyMemory<byte> bytes, InputEncoding encoding, int? part = null)
    {
        Parameters parameters = new() { { ProtocolNames.Input, encoding.ToString() } };
        if (part is { } length) parameters.Add(ProtocolNames.Part, length);
        return InferTensor.OfBytes("image", System.Runtime.InteropServices.MemoryMarshal.AsMemory(bytes), parameters);
    }

    private async Task OnDeviceAsync(ImageRun run, Func<Task> work, CancellationToken cancellationToken)
    {
        long waits = _clock.GetTimestamp();
        await _device.WaitAsync(cancellationToken);
        run.Add(queue: Milliseconds.Since(_clock, waits));
        Milliseconds begin = Milliseconds.Since(_clock, run.Start);
        try
        {
            await work();
            run.Spans = [.. run.Spans, new(Tiers.Device, begin, Milliseconds.Since(_clock, run.Start))];
        }
        finally
        {
            _device.Release();
        }
    }

    private async Task<(T Result, Milliseconds Took)> ComputeAsync<T>(ImageRun run, Func<T> work, CancellationToken cancellationToken)
    {
        (T result, Milliseconds took) = await Task.Run(
            () =>
            {
                long start = _clock.GetTimestamp();
                T value = work();
                return (value, Milliseconds.Since(_clock, start));
            },
            cancellationToken);
        return (result, await run.Pace.StretchAsync(took, cancellationToken));
    }

    private static async Task<Attempt> DisposeAfterAsync(ImageRun run, Task<Attempt> attempt)
    {
        try
        {
            return await attempt;
        }
        finally
        {
            run.Dispose();
        }
    }

    // Cancels a way that has lost and sees it end in the background: its answer is ignored, its failure is no news.
    private async Task AbandonAsync(Task loser, CancellationTokenSource cancel)
    {
        await cancel.CancelAsync();
        Task drain = DrainAsync(loser);
        if (drain.IsCompleted) return;
        _drains.TryAdd(drain, true);
        _ = drain.ContinueWith(t => _drains.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private static async Task DrainAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<WarmOutcome> WarmAsync(RemoteNode node, PlacedSegment segment, bool urgent, CancellationToken cancellationToken)
    {
        WarmReply reply = await node.Client.WarmAsync(
            _network.Model.Hash, new() { From = Names(segment.From), To = Names(segment.To), Urgent = urgent }, cancellationToken);
        if (reply.Outcome != WarmOutcome.Declined) _ready[(node.Name, segment.From, segment.To)] = _clock.GetTimestamp();
        return reply.Outcome;
    }

    private void Note(RemoteNode node, NodeException e)
    {
        // It may have been started anew.
        foreach ((string Node, string? From, string? To) ready in _ready.Keys)
        {
            if (ready.Node == node.Name) _ready.TryRemove(ready, out _);
        }

        switch (e.Failure)
        {
            case NodeFailure.Refused:
                // The request's fault, not the node's.
                break;
            case NodeFailure.Unknown:
                // It lost the model, as after a restart: the next shipping asks it again.
                node.Client.Forget(_network.Model.Hash);
                node.Breaker.Failed(e.Failure, e.Message);
                break;
            default:
                node.Breaker.Failed(e.Failure, e.Message);
                break;
        }
    }

    private void Check(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Model != _network.Model.Hash)
            throw new IsthmusException(ErrorKind.Planning, $"The plan is for the model {plan.Model.Short}, not for '{_network.Model.Name}' ({_network.Model.Hash.Short}): plan again.");
        if (plan.Segments.IsDefaultOrEmpty || plan.Segments[0].From is not null || plan.Segments[^1].To is not null
            || (plan.Segments[0].Tier == Tier.Device) != (plan.Input.Kind == InputKind.Local))
            throw new IsthmusException(ErrorKind.Planning, $"'{plan}' is no plan: it must lead from the input to the output.");
        for (int i = 0; i < plan.Segments.Length; i++)
        {
            PlacedSegment segment = plan.Segments[i];
            if (i > 0 && (segment.From is null || segment.From != plan.Segments[i - 1].To || segment.Tier == Tier.Device))
                throw new IsthmusException(ErrorKind.Planning, $"'{plan}' is no plan: each segment must begin where the one before it ends, and lead outwards.");
            if (segment.To is { } cut && !_cuts.ContainsKey(cut))
                throw new IsthmusException(ErrorKind.Planning, $"The plan cuts at '{cut}', which is not among the {_cuts.Count} known cuts: 'isthmus inspect' lists them.");
            if (segment.Tier != Tier.Device) Tiers.Node(segment.Node);
        }
    }

    // The trained tables of the cut where a segment ends, for the node that encodes there.
    private string[]? TablesOf(PlacedSegment segment)
    {
        if (segment.To is null || segment.Codec is not { } codec) return null;
        ImmutableArray<CutTensor> tensors = _cuts[segment.To].Tensors;
        return tensors.Any(t => TensorCodecs.Uses(codec, t.Tables)) ? [.. tensors.Select(t => TensorCodecs.Uses(codec, t.Tables) ? t.Tables!.Id : "")] : null;
    }

    // Both sides of a cut need its tables. Once they are there, this asks nobody anything.
    private async ValueTask ShipTablesAsync(Plan plan, RemoteNode asked, CancellationToken cancellationToken)
    {
        for (int i = 0; i + 1 < plan.Segments.Length; i++)
        {
            PlacedSegment segment = plan.Segments[i];
            if (TablesOf(segment) is null) continue;
            await ShipTablesAsync(segment, asked, cancellationToken);
            foreach (string name in new[] { segment.Node, plan.Segments[i + 1].Node })
            {
                if (name == Tiers.Device || name == asked.Name) continue;
                try
                {
                    await ShipTablesAsync(segment, Tiers.Node(name), cancellationToken);
                }
                catch (NodeException)
                {
                    // Whoever sends to it sees that it lacks them, and goes on without it.
                }
            }
        }
    }

    private async Task ShipTablesAsync(PlacedSegment segment, RemoteNode node, CancellationToken cancellationToken)
    {
        foreach (CutTensor tensor in _cuts[segment.To!].Tensors)
        {
            if (TensorCodecs.Uses(segment.Codec!.Value, tensor.Tables)) await node.Client.ShipTablesAsync(tensor.Tables, cancellationToken);
        }
    }

    private IReadOnlyList<string> TensorsOf(string cut) => [.. _cuts[cut].Tensors.Select(t => t.Name)];

    private IReadOnlyList<string>? Names(string? cut) => cut is null ? null : TensorsOf(cut);

    private string? CutOf(IReadOnlyList<string>? tensors) => tensors is null ? null : _cutByTensors.GetValueOrDefault(Key(tensors)) ?? string.Join(", ", tensors);

    private static string Key(IEnumerable<string> tensors) => string.Join('\n', tensors);

    private static string Segment(string? from, string? to) => $"{from ?? "input"} → {to ?? "output"}";

    private static string Sentence(string text) => text.TrimEnd('.', ' ');
}
