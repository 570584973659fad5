using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Fleets;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Profiling;

/// <summary>
/// Measures a network on the device and the nodes: each segment end to end, never a sum of layers; sizes, times and losses of codecs
/// and input encodings on real pictures; the links. One thing at a time on one machine; the machines of a fleet at the same time.
/// </summary>
public sealed class Profiler
{
    private const int OverheadRequests = 6;

    private readonly Network _network;
    private readonly ModelAnalysis _analysis;
    private readonly Tiers _tiers;
    private readonly ProfilerOptions _options;

    /// <summary>Prepares a measurement.</summary>
    /// <param name="network">The network.</param>
    /// <param name="analysis">Its cuts.</param>
    /// <param name="tiers">The nodes. Those that are excluded because they were not reached are not measured.</param>
    /// <param name="options">What is measured, and how thoroughly; null for the defaults.</param>
    /// <exception cref="IsthmusException">An option is out of range, the network has several inputs, or the analysis is of another network.</exception>
    public Profiler(Network network, ModelAnalysis analysis, Tiers tiers, ProfilerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentNullException.ThrowIfNull(tiers);
        _options = options ?? ProfilerOptions.Default;
        _options.Validate();
        if (analysis.Model.Hash != network.Model.Hash) throw new IsthmusException(ErrorKind.Model, "The analysis is of another network.");
        if (network.Model.Graph.Inputs.Length != 1)
            throw new IsthmusException(ErrorKind.Model, $"'{network.Model.Name}' has {network.Model.Graph.Inputs.Length} inputs; a picture can be given to networks with one.");
        if (_options.Calibration is { } calibrated)
        {
            _options = _options with { Calibration = CalibrationMerge.Only(calibrated) };
            CheckCalibration(network, analysis, _options.Calibration, _options);
        }

        _network = network;
        _analysis = analysis;
        _tiers = tiers;
    }

    /// <summary>Measures.</summary>
    /// <param name="images">Picture files; samples are spread evenly over them.</param>
    /// <param name="progress">Told what is measured, and how much of all is done.</param>
    /// <param name="cancellationToken">Ends it; the journal keeps what was measured.</param>
    /// <exception cref="IsthmusException">No file is a picture, the network does not run, or a node refuses to measure. A node that dies meanwhile is left out.</exception>
    public async Task<Profile> MeasureAsync(IReadOnlyList<string> images, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default) =>
        await TimesAsync(images, progress, cancellationToken) with { Macs = _analysis.Macs, Layers = _network.Model.Graph.Nodes.Count(n => !n.IsConstant) };

    private async Task<Profile> TimesAsync(IReadOnlyList<string> images, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        NodeSet nodes = new(_tiers.Nodes.Where(n => !n.Breaker.IsOpen && n.Description is not null));
        StepProgress steps = new(progress);
        steps.Begin("sends the model");
        IProgress<ProgressReport>? sending = _tiers.Fleet is null ? progress : null;
        await ByMachineAsync(nodes, (node, _) => node.Client.ShipModelAsync(_network.Model.Hash, _network.Model.File, _network.ManifestJson, sending, cancellationToken), alsoHere: null, cancellationToken);
        await LinksAsync(nodes, steps, cancellationToken);

        steps.Begin("device: loads the network");
        using DeviceMeasurement device = await Task.Run(() => new DeviceMeasurement(_network, _analysis, _options), cancellationToken);
        await Task.Run(() => device.TakeSamplesAsync(images, steps, cancellationToken), cancellationToken);

        double run = device.Whole!.P50.Value / _options.Slowdown;
        ImmutableArray<CutAnalysis> available = _options.Calibration is null ? _analysis.Cuts : [.. _analysis.Cuts.Where(c => Calibrated(c) is not null)];
        Journal journal = new(_options.Journal, Conditions(device), _options.Clock);
        // Depends on how fast this machine was just now, and must be the same when an interrupted measurement goes on. What is calibrated takes no tails, and no
        // pictures to judge.
        ProfilingEffort effort = await journal.OnceAsync("effort", () => Task.FromResult(ProfilingEffort.Choose(
            _options.Calibration is null ? _options : _options with { Codecs = [CodecSpec.Raw], Inputs = [] }, available.Length, run, device.Load.Value, Slowest(nodes, Tier.Edge), Slowest(nodes, Tier.Cloud))));
        ImmutableArray<CutAnalysis> cuts = _options.AllCuts ? available : CutSelection.Choose(available, effort.Cuts);
        ImmutableArray<RemoteNode> reached = nodes.Present;
        Dictionary<RemoteNode, SegmentPlan[]> segments = reached.ToDictionary(n => n, n => Segments(n, reached, cuts));
        (CutAnalysis? From, CutAnalysis? To)[] blocks = _tiers.HasDevice ? DeviceBlocks(cuts) : [];
        int here = cuts.Length + _options.Inputs.Length + blocks.Length;
        steps.Expect(here + segments.Values.Sum(s => s.Length + 1));
        if (_tiers.Fleet is not null)
        {
            steps.Expect(Tiers.Device, here);
            foreach (RemoteNode node in reached) steps.Expect(node.Name, segments[node].Length + 1);
        }

        List<MeasuredCut> measuredCuts = [];
        List<MeasuredInput> measuredInputs = [];
        List<SegmentTiming> measuredBlocks = [];
        ConcurrentDictionary<RemoteNode, (NodeProfile Profile, long Answer)> measured = new();
        Sample sample = device.Samples[0];
        // What crosses for each measurement: small, for the link may be slow.
        byte[] small = _network.Preprocessor.Encode(sample.File, InputEncoding.Jpeg(90), sample.Name);
        await ByMachineAsync(nodes, async (node, token) =>
        {
            measured[node] = await NodeAsync(node, segments[node], device, sample, small, effort.Repeats, journal, steps, token);
            steps.Finish(node.Name, $"{node.Name}: done");
        }, HereAsync, cancellationToken, steps);

        if (!_options.KeepsJournal) journal.Delete();
        progress?.Report(new("done", 1));
        List<NodeProfile> profiles = _tiers.HasDevice ? [DeviceProfile(device, measuredCuts, measuredInputs, measuredBlocks)] : [];
        profiles.AddRange(nodes.Present.Select(n => measured[n].Profile));
        if (profiles.All(p => p.Tier != Tier.Device)) throw new IsthmusException(ErrorKind.Node, "No device of the fleet could be measured: start one of them, or make this machine one.");
        HashSet<string> names = [.. profiles.Select(p => p.Name)];
        DateTimeOffset now = _options.Clock.GetUtcNow();
        Profile profile = new(
            Profile.CurrentVersion, _network.Model.Hash, _network.Model.Name, now, SoftwareVersion(), _options.Calibration?.SampleCount ?? device.Samples.Count,
            Math.Max(_analysis.Outputs.Sum(o => o.ByteLength), measured.Values.Select(m => m.Answer).DefaultIfEmpty(0).Max()),
            [.. measuredCuts.Select(c => c.Profile)], [.. measuredInputs.Select(i => i.Profile)], [.. profiles], [.. LinkProfiles.Of(_tiers).Where(l => names.Contains(l.From) && names.Contains(l.To))])
        {
            Calibration = _options.Calibration?.Calibration,
            InputCurves = _options.Calibration?.InputCurves ?? [],
            ConfidenceTables = _options.Calibration?.ConfidenceTables ?? [],
            Expires = now + _options.Lifetime,
        };
        return _tiers.Fleet is { } fleet ? FleetPrices.Apply(profile, fleet) : profile;

        async Task HereAsync(CancellationToken token)
        {
            string? part = _tiers.Fleet is null ? null : Tiers.Device;
            foreach (CutAnalysis cut in cuts)
            {
                steps.Begin($"device: {cut.Id}, {cut.Bytes}", part);
                int repeats = _options.Blocks == BlockMeasurement.Only ? 1 : effort.Repeats;
                measuredCuts.Add(await journal.OnceAsync($"device {cut.Id}", () => Task.Run(() => device.Cut(cut, effort.LossSamples, repeats, Calibrated(cut), token), token)));
                steps.End(part);
            }

            foreach (InputEncoding input in _options.Inputs)
            {
                steps.Begin($"device: {input}", part);
                InputProfile? known = _options.Calibration?.Inputs.Single(i => i.Encoding == input);
                InputEncoding timed = Timed(input);
                MeasuredInput form = await journal.OnceAsync($"device {timed}", () => Task.Run(() => device.Input(timed, effort.LossSamples, known, token), token));
                measuredInputs.Add(new(known ?? form.Profile, form.Timing with { Encoding = input }));
                steps.End(part);
            }

            foreach ((CutAnalysis? from, CutAnalysis? to) in blocks)
            {
                steps.Begin($"device: block {Name(from, to)}", part);
                MeasuredSegment block = await journal.OnceAsync($"device block {from?.Id}-{to?.Id}", () => Task.Run(() => device.Block(from, to, effort.Repeats, token), token));
                measuredBlocks.Add(new(from?.Id, to?.Id, block.Timing) { Load = block.Load, PeakMemory = block.Peak });
                steps.End(part);
            }

            steps.Finish(Tiers.Device, "device: done");
        }
    }

    // On all nodes, no two at the same time on one machine. Whoever fails is left out.
    private Task ByMachineAsync(
        NodeSet nodes, Func<RemoteNode, CancellationToken, Task> work, Func<CancellationToken, Task>? alsoHere, CancellationToken cancellationToken, StepProgress? steps = null) => MachineTurns.RunAsync(
        nodes.Present, _tiers.MachineOf, async (node, token) =>
        {
            try
            {
                await work(node, token);
            }
            catch (NodeException e) when (MayBeLeftOut(e))
            {
                // It died meanwhile. What is left can still answer; its breaker says why it is not in the profile.
                node.Breaker.Failed(NodeFailure.Unreachable, e.Message);
                nodes.Remove(node);
                steps?.Finish(node.Name, $"{node.Name}: left out");
            }
        }, _tiers.Here, alsoHere, cancellationToken);

    private bool MayBeLeftOut(NodeException e) => _options.LeavesOutWhatFails || e.Failure is NodeFailure.Unreachable or NodeFailure.Broken or NodeFailure.Timeout;

    // The slow-downs of a tier's nodes on the machine that has most to do: they take turns there.
    private double Slowest(NodeSet nodes, Tier tier) =>
        nodes.Present.Where(n => n.Tier == tier).GroupBy(_tiers.MachineOf, StringComparer.OrdinalIgnoreCase).Select(m => m.Sum(n => n.Description!.Slowdown)).DefaultIfEmpty(0).Max();

    /// <summary>Measures the links, one after another.</summary>
    private async Task LinksAsync(NodeSet nodes, StepProgress steps, CancellationToken cancellationToken)
    {
        foreach ((string from, RemoteNode to) in _tiers.Links.ToArray())
        {
            FleetLink? stated = _tiers.Fleet?.Link(from, to.Name);
            RemoteNode? sender = nodes.Present.FirstOrDefault(n => n.Name == from);
            if (stated is { IsStated: true } || !nodes.Present.Contains(to) || (from != Tiers.Device && sender is null)) continue;
            LinkEstimator link = _tiers.Link(from, to.Name);
            try
            {
                if (sender is null)
                {
                    steps.Begin($"link to {to.Name}");
                    await WithinAsync(to, token => LinkMeasurement.MeasureAsync(to.Client, link, token), cancellationToken);
                }
                else
                {
                    steps.Begin($"link from {from} to {to.Name}");
                    ProbeReply reply = await WithinAsync(sender, token => sender.Client.ProbeAsync(_tiers.Route(sender, to), token), cancellationToken);
                    link.Seed(reply.RoundTrip, reply.Bandwidth);
                }

                if (stated is not null) link.Seed(stated.RoundTrip ?? link.Current.RoundTrip, stated.Bandwidth ?? link.Current.Bandwidth);
            }
            catch (NodeException e) when (sender is not null && e.Failure is not (NodeFailure.Unreachable or NodeFailure.Broken))
            {
                // The one does not reach the other: then there is no such link, and no plan uses it.
            }
            catch (NodeException e) when (_tiers.Fleet is not null)
            {
                RemoteNode gone = sender ?? to;
                gone.Breaker.Failed(NodeFailure.Unreachable, e.Message);
                nodes.Remove(gone);
            }
        }
    }

    private SegmentPlan[] Segments(RemoteNode node, ImmutableArray<RemoteNode> nodes, ImmutableArray<CutAnalysis> cuts)
    {
        bool passesOn = _tiers.Links.Any(l => l.From == node.Name && nodes.Contains(l.To));
        List<SegmentPlan> segments = [new(null, null, WithCodecs: false)];
        if (_options.Blocks == BlockMeasurement.Only)
        {
            for (int i = 0; i < cuts.Length; i++) segments.Add(new(i == 0 ? null : cuts[i - 1], cuts[i], WithCodecs: true));
            if (cuts.Length > 0) segments.Add(new(cuts[^1], null, WithCodecs: false));
            return [.. segments];
        }

        // By where they begin, so that the node computes what they begin with from a head that it has loaded anyway.
        for (int i = 0; i < cuts.Length; i++)
        {
            if (passesOn || node.Tier == Tier.Device) segments.Add(new(null, cuts[i], WithCodecs: true));
            else if (i == 0 && _options.Blocks == BlockMeasurement.Also) segments.Add(new(null, cuts[i], WithCodecs: false));
            if (node.Tier != Tier.Device) segments.Add(new(cuts[i], null, WithCodecs: !passesOn));
            if (_options.Blocks == BlockMeasurement.Also) segments.Add(new(cuts[i], i + 1 < cuts.Length ? cuts[i + 1] : null, WithCodecs: false));
        }

        if (passesOn && node.Tier != Tier.Device)
        {
            ImmutableArray<CutAnalysis> ends = _options.AllCuts ? cuts : CutSelection.Choose(cuts, _options.MiddleCuts);
            for (int i = 0; i < ends.Length; i++)
            {
                for (int k = i + 1; k < ends.Length; k++) segments.Add(new(ends[i], ends[k], WithCodecs: false));
            }
        }

        return [.. segments.DistinctBy(s => (s.From, s.To))];
    }

    // The blocks that the device has not measured as heads.
    private (CutAnalysis? From, CutAnalysis? To)[] DeviceBlocks(ImmutableArray<CutAnalysis> cuts)
    {
        if (_options.Blocks == BlockMeasurement.None || cuts.IsEmpty) return [];
        List<(CutAnalysis?, CutAnalysis?)> blocks = [];
        for (int i = _options.Blocks == BlockMeasurement.Only ? 0 : 1; i < cuts.Length; i++) blocks.Add((i == 0 ? null : cuts[i - 1], cuts[i]));
        blocks.Add((cuts[^1], null));
        return [.. blocks];
    }

    private async Task<(NodeProfile Profile, long AnswerBytes)> NodeAsync(
        RemoteNode node, SegmentPlan[] segments, DeviceMeasurement device, Sample sample, byte[] small, int repeats, Journal journal, StepProgress steps, CancellationToken cancellationToken)
    {
        NodeDescription description = node.Description!;
        // What another node measured, or this one with other settings, is not its.
        string entry = $"{node.Name} {node.Client.Url} {description}";
        List<SegmentTiming> timings = [];
        List<CodecTiming> codecs = [];
        ImmutableArray<InputTiming> inputs = [];
        InputEncoding[] wanted = [.. node.Tier == Tier.Device ? (ReadOnlySpan<InputEncoding>)[InputEncoding.Local] : [], .. _options.Inputs.Where(i => !GivenUp(i))];
        ImmutableArray<InputEncoding> encodings = [.. wanted.Select(Timed).Distinct()];
        foreach (SegmentPlan segment in segments)
        {
            bool whole = segment is { From: null, To: null };
            steps.Begin($"{node.Name}: {Name(segment.From, segment.To)}", Part(node));
            MeasureRequest request = new()
            {
                From = segment.From?.TensorNames,
                To = segment.To?.TensorNames,
                Codecs = segment.WithCodecs ? device.CodecsAt(Calibrated((segment.To ?? segment.From)!)) : [],
                Inputs = whole ? encodings : [],
                Warmup = 1,
                Repeats = repeats,
                Image = whole ? sample.File : small,
                Cold = true,
            };
            MeasureReply reply = await journal.OnceAsync($"{entry} {segment.From?.Id}-{segment.To?.Id}", () => WithinAsync(
                node, async token => NodeAnswers.Checked(await node.Client.MeasureAsync(_network.Model.Hash, request, token), request, node.Client.Url), cancellationToken));
            if (reply.Timing is { } timing)
                timings.Add(new(segment.From?.Id, segment.To?.Id, timing) { Load = reply.Load, PeakMemory = reply.PeakMemoryBytes is { } peak ? new ByteCount(peak) : null });
            string? cut = (segment.To ?? segment.From)?.Id;
            codecs.AddRange(reply.Codecs.Select(c => new CodecTiming(cut!, c.Codec, c.Encode, c.Decode)));
            if (whole) inputs = [.. wanted.Select(w => reply.Inputs.Single(i => i.Encoding == Timed(w)) with { Encoding = w })];
            steps.End(Part(node));
        }

        MeasuredOverhead overhead = new(Milliseconds.Zero, 0);
        steps.Begin($"{node.Name}: overhead of a request", Part(node));
        // A device asks itself nothing.
        if (node.Tier != Tier.Device) overhead = await journal.OnceAsync($"{entry} overhead", () => WithinAsync(node, token => OverheadAsync(node, sample, token), cancellationToken));
        steps.End(Part(node));
        NodeProfile profile = new(
            node.Name, node.Tier, node.Client.Url.GetLeftPart(UriPartial.Authority), description.Slowdown, description.Host, description.Runtime, description.Threads,
            overhead.Overhead, [.. timings], [.. codecs], inputs);
        return (profile, overhead.AnswerBytes);
    }

    // A node whose connection stays open but that never answers would hold its machine's turn for ever.
    private async Task<T> WithinAsync<T>(RemoteNode node, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(_options.NodePatience, _options.Clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && patience.IsCancellationRequested)
        {
            throw new NodeException(NodeFailure.Timeout, node.Client.Url, $"The node {node.Client.Url.Authority} did not end a measurement within {_options.NodePatience.TotalMinutes:0.##} minutes; see what else it does.");
        }
    }

    private string? Part(RemoteNode node) => _tiers.Fleet is null ? null : node.Name;

    private static string Name(CutAnalysis? from, CutAnalysis? to) => $"{from?.Id ?? "input"} → {to?.Id ?? "output"}";

    private async Task<MeasuredOverhead> OverheadAsync(RemoteNode node, Sample sample, CancellationToken cancellationToken)
    {
        InputEncoding encoding = InputEncoding.Jpeg(75);
        byte[] picture = _network.Preprocessor.Encode(sample.File, encoding, sample.Name);
        List<double> times = [];
        long answer = 0;
        for (int i = 0; i < OverheadRequests; i++)
        {
            InferTensor input = InferTensor.OfBytes("image", picture, new() { { ProtocolNames.Input, encoding.ToString() } });
            using InferRequest request = InferRequest.ForSegment(new() { Input = encoding }, [input]);
            using InferExchange exchange = await node.Client.InferAsync(_network.Model.Hash.ToString(), request, cancellationToken);
            answer = exchange.BytesReceived.Value;
            if (exchange.Trace is not { Hops.Count: > 0 } trace || i == 0) continue;
            HopTrace hop = trace.Hops[0];
            times.Add(Math.Max(0, hop.Total.Value - (hop.Queue + hop.Decode + hop.Unpack + hop.Run + hop.Encode + hop.Forward).Value));
        }

        return new(times.Count == 0 ? Milliseconds.Zero : Timing.Of(times).P50, answer);
    }

    private NodeProfile DeviceProfile(DeviceMeasurement device, List<MeasuredCut> cuts, List<MeasuredInput> inputs, List<SegmentTiming> blocks)
    {
        IEnumerable<SegmentTiming> heads = _options.Blocks == BlockMeasurement.Only ? [] : cuts.Select(c => new SegmentTiming(null, c.Profile.Id, c.Head) { Load = c.Load, PeakMemory = c.Peak });
        ImmutableArray<SegmentTiming> segments = [new(null, null, device.Whole!) { Load = device.Load * _options.Slowdown, PeakMemory = device.Peak }, .. heads, .. blocks];
        ImmutableArray<InputTiming> times =
            [new(InputEncoding.Local, Milliseconds.Zero, device.Decode), .. inputs.Where(i => !GivenUp(i.Timing.Encoding)).Select(i => i.Timing)];
        return new(
            Tiers.Device, Tier.Device, Url: null, _options.Slowdown,
            Host(), ExecutionProvider.Describe(_options.Session.Provider), _options.Session.Threads, Milliseconds.Zero, segments, [.. cuts.SelectMany(c => c.Codecs)], times);
    }

    // What must be the same for an old measurement to be used again; what a node measured also needs the same node.
    private string Conditions(DeviceMeasurement device) => string.Join(
        '|',
        _network.Model.Hash, ModelHash.Of(_network.ManifestJson.Span), _options.Slowdown, _options.Session, string.Join(',', _options.Codecs), string.Join(',', _options.Inputs),
        _options.MaxCuts, _options.AllCuts, _options.MiddleCuts, _options.Repeats, _options.Budget, _options.Blocks, _options.Samples,
        string.Join(',', device.Samples.Select(s => s.Name)), _options.Calibration?.Calibration, SoftwareVersion());

    // What is known of a cut; null if it must be measured, or was not calibrated.
    private CutProfile? Calibrated(CutAnalysis cut) => _options.Calibration?.Cuts.FirstOrDefault(c => c.Id == cut.Id);

    private InputEncoding Timed(InputEncoding input) => _options.Calibration is null ? input : CalibrationMerge.Timed(input);

    private bool GivenUp(InputEncoding input) => _options.Calibration?.Inputs.Any(i => i.Encoding == input && i.Accuracy is { Stopped: true }) ?? false;

    private static void CheckCalibration(Network network, ModelAnalysis analysis, Profile calibrated, ProfilerOptions options)
    {
        if (calibrated.Model != network.Model.Hash)
            throw new IsthmusException(ErrorKind.Planning, $"The calibration is of {calibrated.ModelName} ({calibrated.Model.Short}), not of {network.Model.Name} ({network.Model.Hash.Short}): calibrate this model with 'isthmus calibrate'.");
        if (calibrated.Calibration!.Manifest != ModelHash.Of(network.ManifestJson.Span))
            throw new IsthmusException(ErrorKind.Planning, $"{network.Model.Name} was calibrated with another manifest, which makes other inputs of the same pictures: use that one, or calibrate again.");
        Dictionary<string, CutAnalysis> cuts = analysis.Cuts.ToDictionary(c => c.Id, StringComparer.Ordinal);
        foreach (CutProfile cut in calibrated.Cuts)
        {
            if (!cuts.TryGetValue(cut.Id, out CutAnalysis? known) || !known.TensorNames.SequenceEqual(cut.Tensors.Select(t => t.Name)))
                throw new IsthmusException(ErrorKind.Planning, $"The calibration has a cut '{cut.Id}' that this software does not find in {network.Model.Name}: calibrate again.");
            foreach (CodecSpec missing in options.Codecs.Where(c => cut.Codecs.All(k => k.Codec != c)))
                throw new IsthmusException(ErrorKind.Usage, $"The calibration knows nothing of {missing} at {cut.Id}: choose among {string.Join(", ", cut.Codecs.Select(c => c.Codec))}, or calibrate again.");
        }

        foreach (InputEncoding input in options.Inputs)
        {
            if (calibrated.Inputs.All(i => i.Encoding != input))
                throw new IsthmusException(ErrorKind.Usage, $"The calibration knows nothing of {input}: choose among {string.Join(", ", calibrated.Inputs.Select(i => i.Encoding))}, or calibrate again.");
        }
    }

    /// <summary>This machine, for people.</summary>
    internal static string Host() => $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors";

    /// <summary>The version of this software, for what it writes.</summary>
    internal static string SoftwareVersion() =>
        typeof(Profiler).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    // The nodes that are still there; those that failed are taken out, from any thread.
    private sealed class NodeSet(IEnumerable<RemoteNode> nodes)
    {
        private ImmutableArray<RemoteNode> _present = [.. nodes];

        public ImmutableArray<RemoteNode> Present => _present;

        public void Remove(RemoteNode node) => ImmutableInterlocked.Update(ref _present, static (present, gone) => present.Remove(gone), node);
    }

    private sealed record SegmentPlan(CutAnalysis? From, CutAnalysis? To, bool WithCodecs);
}
