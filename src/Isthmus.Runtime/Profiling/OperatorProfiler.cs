using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Dag;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Profiling;

/// <summary>
/// Measures single operators, for partitions of networks with branches: the kernels of the runtime on the device and on every node, and what codecs make of each tensor that could
/// cross, on real pictures. Operators' times are scaled to the segments that the profile has measured as a whole.
/// </summary>
public sealed class OperatorProfiler
{
    // Tensors that one run shows: bounds what is held at once.
    private const long BytesPerRun = 256L << 20;

    private readonly Network _network;
    private readonly ModelAnalysis _analysis;
    private readonly Tiers _tiers;
    private readonly ProfileIndex _profile;
    private readonly ProfilerOptions _options;

    /// <summary>Prepares a measurement.</summary>
    /// <param name="network">The network.</param>
    /// <param name="analysis">Its tensors.</param>
    /// <param name="tiers">The nodes; those that the profile does not know, or that do not answer, are left out.</param>
    /// <param name="profile">What was measured of the network's segments.</param>
    /// <param name="options">Samples, codecs, repeats, slow-down; null for the defaults.</param>
    /// <exception cref="IsthmusException">An option is out of range, or the profile is of another network.</exception>
    public OperatorProfiler(Network network, ModelAnalysis analysis, Tiers tiers, ProfileIndex profile, ProfilerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentNullException.ThrowIfNull(tiers);
        ArgumentNullException.ThrowIfNull(profile);
        _options = options ?? ProfilerOptions.Default;
        _options.Validate();
        if (profile.Profile.Model != network.Model.Hash || analysis.Model.Hash != network.Model.Hash)
            throw new IsthmusException(ErrorKind.Planning, "The profile is of another network: profile this one.");
        _network = network;
        _analysis = analysis;
        _tiers = tiers;
        _profile = profile;
    }

    /// <summary>Measures.</summary>
    /// <param name="images">Picture files; samples are spread evenly over them.</param>
    /// <param name="progress">Told what is measured.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">No file is a picture, nothing can part the network, or a node refuses to measure.</exception>
    public async Task<MeasuredOperators> MeasureAsync(IReadOnlyList<string> images, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        List<(byte[] File, Tensor Input)> samples = await SamplesAsync(images, cancellationToken);
        try
        {
            Dictionary<string, KernelAttribution> kernels = [];
            progress?.Report(new("device: operators", 0));
            NodeProfile device = _profile.Profile.Nodes.First(n => n.Name == Tiers.Device || n.Tier == Tier.Device);
            kernels[device.Name] = Attribute(await Task.Run(
                () => KernelTimer.Measure(_network.Model.File, [samples[0].Input], _options.Session, 2, _options.Repeats, _options.Slowdown, cancellationToken), cancellationToken));
            RemoteNode[] nodes = [.. _tiers.Nodes.Where(n => !n.Breaker.IsOpen && _profile.Profile.Nodes.Any(p => p.Name == n.Name))];
            byte[] small = _network.Preprocessor.Encode(samples[0].File, InputEncoding.Jpeg(90), "sample");
            foreach (RemoteNode node in nodes)
            {
                progress?.Report(new($"{node.Name}: operators", 0.2));
                await node.Client.ShipModelAsync(_network.Model.Hash, _network.Model.File, _network.ManifestJson, progress: null, cancellationToken);
                MeasureReply reply = await node.Client.MeasureAsync(_network.Model.Hash, new() { Warmup = 2, Repeats = _options.Repeats, Image = small, Kernels = true }, cancellationToken);
                kernels[node.Name] = Attribute(reply.Kernels
                    ?? throw new IsthmusException(ErrorKind.Node, $"The node {node.Name} is of a version that does not time single operators: update it."));
            }

            OperatorGraph graph = OperatorGraph.Of(_network.Model.Graph, _analysis.Tensors, kernels.Values)
                ?? throw new IsthmusException(ErrorKind.Model, $"Nothing can part the input of '{_network.Model.Name}' from its output: 'isthmus inspect' shows no cut either.");
            ImmutableDictionary<string, ImmutableArray<double>> times = OperatorTimes.Of(_network.Model.Graph, graph, _profile, kernels);
            ImmutableArray<ImmutableArray<TensorCodec>> codecs = await Task.Run(() => Codecs(graph, samples, progress, cancellationToken), cancellationToken);
            return new(graph, times, codecs, kernels.ToImmutableDictionary(k => k.Key, k => k.Value.NamedShare));
        }
        finally
        {
            foreach ((_, Tensor input) in samples) input.Dispose();
        }
    }

    private KernelAttribution Attribute(IEnumerable<KernelTime> kernels) => KernelAttribution.Of(_network.Model.Graph, kernels);

    private async Task<List<(byte[] File, Tensor Input)>> SamplesAsync(IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        int wanted = Math.Min(_options.Samples, images.Count);
        List<(byte[], Tensor)> samples = [];
        IsthmusException? last = null;
        foreach (string path in Enumerable.Range(0, wanted).Select(i => images[(int)((long)i * images.Count / wanted)]).Concat(images).Distinct(StringComparer.Ordinal))
        {
            if (samples.Count == wanted) break;
            try
            {
                byte[] file = await File.ReadAllBytesAsync(path, cancellationToken);
                samples.Add((file, _network.Preprocessor.FromFile(file, Path.GetFileName(path))));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                last = new(ErrorKind.File, $"The picture {Path.GetFileName(path)} cannot be read: {e.Message}", e);
            }
            catch (IsthmusException e) when (e.Kind == ErrorKind.Data)
            {
                last = e;
            }
        }

        return samples.Count > 0 ? samples : throw last ?? new IsthmusException(ErrorKind.File, "There is no picture to measure with: give a folder with --images.");
    }

    private ImmutableArray<ImmutableArray<TensorCodec>> Codecs(
        OperatorGraph graph, List<(byte[] File, Tensor Input)> samples, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        ImmutableArray<TensorCodec>[] codecs = new ImmutableArray<TensorCodec>[graph.Tensors.Length];
        HashSet<string> outputs = [.. _network.Model.Graph.Outputs.Select(o => o.Name)];
        for (int next = 0; next < codecs.Length;)
        {
            int first = next;
            for (long bytes = 0; next < codecs.Length && (next == first || bytes + graph.Tensors[next].Description.ByteLength <= BytesPerRun); next++) bytes += graph.Tensors[next].Description.ByteLength;
            string[] names = [.. graph.Tensors[first..next].Select(t => t.Description.Name)];
            using NetworkSession session = NetworkSession.Create(SegmentExtractor.WithOutputs(_network.Model, [.. names.Where(n => !outputs.Contains(n))]), _options.Session);
            Dictionary<string, int> position = session.Outputs.Select((o, i) => (o.Name, i)).ToDictionary(o => o.Name, o => o.i, StringComparer.Ordinal);
            Tally[][] tallies = [.. names.Select(_ => _options.Codecs.Select(c => new Tally(TensorCodecs.Get(c))).ToArray())];
            foreach ((_, Tensor input) in samples)
            {
                Tensor[] made = session.Run([input], cancellationToken);
                try
                {
                    for (int i = 0; i < names.Length; i++)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        progress?.Report(new($"codecs: tensor {first + i + 1} of {codecs.Length}", 0.4 + (0.6 * (first + i) / codecs.Length)));
                        foreach (Tally tally in tallies[i]) tally.Add(made[position[names[i]]], names[i], _options.Clock);
                    }
                }
                finally
                {
                    foreach (Tensor tensor in made) tensor.Dispose();
                }
            }

            for (int i = 0; i < names.Length; i++) codecs[first + i] = [.. tallies[i].Select(t => t.Sum(samples.Count, _options.Slowdown))];
        }

        return [.. codecs];
    }

    private sealed class Tally(ITensorCodec codec)
    {
        // About what the JSON around a frame takes.
        private const int Header = 120;

        private readonly List<double> _encode = [];
        private readonly List<double> _decode = [];
        private long _bytes;

        public void Add(Tensor tensor, string name, TimeProvider clock)
        {
            using PooledBufferWriter frame = new();
            using Tensor decoded = Tensor.Rent(ElementType.Float32, tensor.Shape);
            // Twice: the first pays for memory that is not there yet.
            for (int round = 0; round < 2; round++)
            {
                frame.Clear();
                long start = clock.GetTimestamp();
                codec.Encode(tensor.Floats, tensor.Shape, frame);
                double encoded = Milliseconds.Since(clock, start).Value;
                start = clock.GetTimestamp();
                codec.Decode(frame.Written.Span, tensor.Shape, decoded.Floats);
                if (round == 0) continue;
                _encode.Add(encoded);
                _decode.Add(Milliseconds.Since(clock, start).Value);
            }

            _bytes += frame.Length + name.Length + Header;
        }

        public TensorCodec Sum(int samples, double slowdown) => new(codec.Spec, _bytes / samples, Timing.Of(_encode).P50.Value * slowdown, Timing.Of(_decode).P50.Value * slowdown);
    }
}
