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
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Profiling;

/// <summary>
/// Measures a network on the device and the nodes: each segment end to end, never a sum of layers; sizes, times and losses of codecs
/// and input encodings on real pictures; the links. One thing at a time, because nodes may share a machine.
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
        await TimesAsync(images, progress, cancellationToken) with { Macs = _analysis.Macs };

    private async Task<Profile> TimesAsync(IReadOnlyList<string> images, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        ImmutableArray<RemoteNode> nodes = [.. _tiers.Nodes.Where(n => !n.Breaker.IsOpen && n.Description is not null)];
        StepProgress steps = new(progress);
        steps.Begin("sends the model");
        foreach (RemoteNode node in nodes)
            await node.Client.ShipModelAsync(_network.Model.Hash, _network.Model.File, _network.ManifestJson, progress, cancellationToken);
        ImmutableArray<LinkProfile> links = await LinksAsync(nodes, steps, cancellationToken);

        steps.Begin("device: loads the network");
        using DeviceMeasurement device = await Task.Run(() => new DeviceMeasurement(_network, _analysis, _options), cancellationToken);
        await Task.Run(() => device.TakeSamplesAsync(images, steps, cancellationToken), cancellationToken);

        double run = device.Whole!.P50.Value / _options.Slowdown;
        RemoteNode? edge = nodes.FirstOrDefault(n => n.Tier == Tier.Edge), cloud = nodes.FirstOrDefault(n => n.Tier == Tier.Cloud);
        ImmutableArray<CutAnalysis> available = _options.Calibration is null ? _analysis.Cuts : [.. _analysis.Cuts.Where(c => Calibrated(c) is not null)];
        // What is calibrated takes no tails, and no pictures to judge.
        ProfilingEffort effort = ProfilingEffort.Choose(
            _options.Calibration is null ? _options : _options with { Codecs = [CodecSpec.Raw], Inputs = [] }, available.Length, run, device.Load.Value, edge?.Description!.Slowdown ?? 0, cloud?.Description!.Slowdown ?? 0);
        ImmutableArray<CutAnalysis> cuts = _options.AllCuts ? available : CutSelection.Choose(available, effort.Cuts);
        Dictionary<RemoteNode, SegmentPlan[]> segments = nodes.ToDictionary(n => n, n => Segments(n, nodes, cuts));
        steps.Expect(cuts.Length + _options.Inputs.Length + segments.Values.Sum(s => s.Length + 1));

        Journal journal = new(_options.Journal, Conditions(nodes, device, effort), _options.Clock);
        List<MeasuredCut> measuredCuts = [];
        foreach (CutAnalysis cut in cuts)
        {
            steps.Begin($"device: {cut.Id}, {cut.Bytes}");
            measuredCuts.Add(await journal.OnceAsync($"device {cut.Id}", () => Task.Run(() => device.Cut(cut, effort.LossSamples, effort.Repeats, Calibrated(cut), cancellationToken), cancellationToken)));
            steps.End();
        }

        List<MeasuredInput> measuredInputs = [];
        foreach (InputEncoding input in _options.Inputs)
        {
            steps.Begin($"device: {input}");
            InputProfile? known = _options.Calibration?.Inputs.Single(i => i.Encoding == input);
            measuredInputs.Add(await journal.OnceAsync($"device {input}", () => Task.Run(() => device.Input(input, effort.LossSamples, known, cancellationToken), cancellationToken)));
            steps.End();
        }

        long outputBytes = _analysis.Outputs.Sum(o => o.ByteLength);
        ImmutableArray<NodeProfile>.Builder profiles = ImmutableArray.CreateBuilder<NodeProfile>();
        profiles.Add(DeviceProfile(device, measuredCuts, measuredInputs));
        Sample sample = device.Samples[0];
        // What crosses for each measurement: small, for the link may be slow.
        byte[] small = _network.Preprocessor.Encode(sample.File, InputEncoding.Jpeg(90), sample.Name);
        foreach (RemoteNode node in nodes)
        {
            try
            {
                (NodeProfile profile, long answer) = await NodeAsync(node, segments[node], device, sample, small, effort.Repeats, journal, steps, cancellationToken);
                profiles.Add(profile);
                outputBytes = Math.Max(outputBytes, answer);
            }
            catch (NodeException e) when (e.Failure is NodeFailure.Unreachable or NodeFailure.Broken or NodeFailure.Timeout)
            {
                // It died meanwhile. What is left can still answer; its breaker says why it is not in the profile.
                node.Breaker.Failed(NodeFailure.Unreachable, e.Message);
            }
        }

        journal.Delete();
        progress?.Report(new("done", 1));
        HashSet<string> measured = [.. profiles.Select(p => p.Name)];
        links = [.. links.Where(l => measured.Contains(l.From) && measured.Contains(l.To))];
        return new(
            Profile.CurrentVersion, _network.Model.Hash, _network.Model.Name, _options.Clock.GetUtcNow(), SoftwareVersion(),
            _options.Calibration?.SampleCount ?? device.Samples.Count,
            outputBytes, [.. measuredCuts.Select(c => c.Profile)], [.. measuredInputs.Select(i => i.Profile)], profiles.ToImmutable(), links)
        {
            Calibration = _options.Calibration?.Calibration,
        };
    }

    /// <summary>The links as they are measured now, in both directions; see <see cref="LinkProfiles"/>.</summary>
    private async Task<ImmutableArray<LinkProfile>> LinksAsync(ImmutableArray<RemoteNode> nodes, StepProgress steps, CancellationToken cancellationToken)
    {
        foreach (RemoteNode node in nodes)
        {
            steps.Begin($"link to {node.Name}");
            await LinkMeasurement.MeasureAsync(node.Client, _tiers.Link(Tiers.Device, node.Name), cancellationToken);
        }

        foreach (RemoteNode from in nodes)
        {
            foreach (RemoteNode to in nodes.Where(n => n.Tier > from.Tier))
            {
                steps.Begin($"link from {from.Name} to {to.Name}");
                try
                {
                    ProbeReply reply = await from.Client.ProbeAsync(_tiers.Route(from, to), cancellationToken);
                    _tiers.Link(from.Name, to.Name).Seed(reply.RoundTrip, reply.Bandwidth);
                }
                catch (NodeException e) when (e.Failure is not (NodeFailure.Unreachable or NodeFailure.Broken))
                {
                    // The one does not reach the other: then there is no such link, and no plan uses it.
                }
            }
        }

        return LinkProfiles.Of(_tiers);
    }

    private SegmentPlan[] Segments(RemoteNode node, ImmutableArray<RemoteNode> nodes, ImmutableArray<CutAnalysis> cuts)
    {
        bool passesOn = nodes.Any(n => n.Tier > node.Tier);
        List<SegmentPlan> segments = [new(null, null, WithCodecs: false)];
        foreach (CutAnalysis cut in cuts)
        {
            if (passesOn) segments.Add(new(null, cut, WithCodecs: true));
            segments.Add(new(cut, null, WithCodecs: !passesOn));
        }

        if (!passesOn) return [.. segments];
        ImmutableArray<CutAnalysis> ends = _options.AllCuts ? cuts : CutSelection.Choose(cuts, _options.MiddleCuts);
        for (int i = 0; i < ends.Length; i++)
        {
            for (int k = i + 1; k < ends.Length; k++) segments.Add(new(ends[i], ends[k], WithCodecs: false));
        }

        return [.. segments];
    }

    private async Task<(NodeProfile Profile, long AnswerBytes)> NodeAsync(
        RemoteNode node, SegmentPlan[] segments, DeviceMeasurement device, Sample sample, byte[] small, int repeats, Journal journal, StepProgress steps, CancellationToken cancellationToken)
    {
        NodeDescription description = node.Description!;
        List<SegmentTiming> timings = [];
        List<CodecTiming> codecs = [];
        ImmutableArray<InputTiming> inputs = [];
        foreach (SegmentPlan segment in segments)
        {
            bool whole = segment is { From: null, To: null };
            steps.Begin($"{node.Name}: {segment.From?.Id ?? "input"} → {segment.To?.Id ?? "output"}");
            MeasureRequest request = new()
            {
                From = segment.From?.TensorNames,
                To = segment.To?.TensorNames,
                Codecs = segment.WithCodecs ? device.CodecsAt(Calibrated((segment.To ?? segment.From)!)) : [],
                Inputs = whole ? [.. _options.Inputs.Where(i => !GivenUp(i))] : [],
                Warmup = 1,
                Repeats = repeats,
                Image = whole ? sample.File : small,
            };
            string name = $"{node.Name} {segment.From?.Id}-{segment.To?.Id}";
            MeasureReply reply = await journal.OnceAsync(name, () => node.Client.MeasureAsync(_network.Model.Hash, request, cancellationToken));
            if (reply.Timing is { } timing) timings.Add(new(segment.From?.Id, segment.To?.Id, timing));
            string? cut = (segment.To ?? segment.From)?.Id;
            codecs.AddRange(reply.Codecs.Select(c => new CodecTiming(cut!, c.Codec, c.Encode, c.Decode)));
            if (whole) inputs = reply.Inputs;
            steps.End();
        }

        steps.Begin($"{node.Name}: overhead of a request");
        MeasuredOverhead overhead = await journal.OnceAsync($"{node.Name} overhead", () => OverheadAsync(node, sample, cancellationToken));
        steps.End();
        NodeProfile profile = new(
            node.Name, node.Tier, node.Client.Url.GetLeftPart(UriPartial.Authority), description.Slowdown, description.Host, description.Runtime, description.Threads,
            overhead.Overhead, [.. timings], [.. codecs], inputs);
        return (profile, overhead.AnswerBytes);
    }

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

    private NodeProfile DeviceProfile(DeviceMeasurement device, List<MeasuredCut> cuts, List<MeasuredInput> inputs)
    {
        ImmutableArray<SegmentTiming> segments = [new(null, null, device.Whole!), .. cuts.Select(c => new SegmentTiming(null, c.Profile.Id, c.Head))];
        ImmutableArray<InputTiming> times =
            [new(InputEncoding.Local, Milliseconds.Zero, device.Decode), .. inputs.Where(i => !GivenUp(i.Timing.Encoding)).Select(i => i.Timing)];
        return new(
            Tiers.Device, Tier.Device, Url: null, _options.Slowdown,
            Host(), ExecutionProvider.Describe(_options.Session.Provider), _options.Session.Threads, Milliseconds.Zero, segments, [.. cuts.SelectMany(c => c.Codecs)], times);
    }

    // What must be the same for an old measurement to be used again.
    private string Conditions(ImmutableArray<RemoteNode> nodes, DeviceMeasurement device, ProfilingEffort effort) => string.Join(
        '|',
        _network.Model.Hash, ModelHash.Of(_network.ManifestJson.Span), effort, _options.Slowdown, _options.Session, string.Join(',', _options.Codecs),
        string.Join(',', device.Samples.Select(s => s.Name)), string.Join(',', nodes.Select(n => $"{n.Client.Url}{n.Description}")),
        _options.Calibration?.Calibration, SoftwareVersion());

    // What is known of a cut; null if it must be measured, or was not calibrated.
    private CutProfile? Calibrated(CutAnalysis cut) => _options.Calibration?.Cuts.FirstOrDefault(c => c.Id == cut.Id);

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

    private sealed record SegmentPlan(CutAnalysis? From, CutAnalysis? To, bool WithCodecs);
}
