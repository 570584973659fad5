using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Profiling;

/// <summary>
/// What is measured on the device itself: its times, and what codecs and input encodings do to real pictures, which is the same
/// everywhere. Times are multiplied by the device's slow-down.
/// </summary>
internal sealed class DeviceMeasurement : IDisposable
{
    // Inputs are kept in memory up to this many bytes together; beyond, pictures are decoded anew each time.
    private const long KeptBytes = 256_000_000;

    private readonly Network _network;
    private readonly ModelAnalysis _analysis;
    private readonly ProfilerOptions _options;
    private readonly TimeProvider _clock;
    private readonly NetworkSession _whole;
    private readonly List<Sample> _samples = [];
    private readonly PeakMemory _memory;

    // What the last block put out, and where.
    private (string Cut, Tensor[] Tensors)? _reached;

    public DeviceMeasurement(Network network, ModelAnalysis analysis, ProfilerOptions options)
    {
        _network = network;
        _analysis = analysis;
        _options = options;
        _clock = options.Clock;
        PeakMemory memory = PeakMemory.Begin();
        long start = _clock.GetTimestamp();
        _whole = NetworkSession.Create(network.Model.File, options.Session);
        Load = Milliseconds.Since(_clock, start);
        _memory = memory;
    }

    /// <summary>The time to load the whole network here, without slow-down.</summary>
    public Milliseconds Load { get; }

    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>The device's time for the whole network, slow-down included.</summary>
    public Timing? Whole { get; private set; }

    /// <summary>The most memory that the whole network took; null if the system does not tell.</summary>
    public ByteCount? Peak { get; private set; }

    /// <summary>The device's time from file to input, slow-down included.</summary>
    public Milliseconds Decode { get; private set; }

    /// <summary>Chooses samples among files, spread evenly, and has the whole network judge them. Files that are no pictures are passed over.</summary>
    /// <exception cref="IsthmusException">None of the files is a picture.</exception>
    public async Task TakeSamplesAsync(IReadOnlyList<string> files, StepProgress progress, CancellationToken cancellationToken)
    {
        int wanted = Math.Min(_options.Samples, files.Count);
        progress.Expect(wanted);
        List<double> decodes = [], runs = [];
        IsthmusException? last = null;
        // Evenly spread ones first; the rest only where one of them is no picture.
        IEnumerable<string> order = Enumerable.Range(0, wanted).Select(i => files[(int)((long)i * files.Count / wanted)]);
        foreach (string path in order.Concat(files).Distinct(StringComparer.Ordinal))
        {
            if (_samples.Count == wanted) break;
            string name = Path.GetFileName(path);
            progress.Begin($"device: picture {name}");
            try
            {
                byte[] file = await File.ReadAllBytesAsync(path, cancellationToken);
                _samples.Add(Judge(name, file, decodes, runs, cancellationToken));
                progress.End();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                last = new(ErrorKind.File, $"The picture {name} cannot be read: {e.Message}", e);
            }
            catch (IsthmusException e) when (e.Kind == ErrorKind.Data)
            {
                last = e;
            }
        }

        if (_samples.Count == 0) throw last ?? new IsthmusException(ErrorKind.File, "There is no picture to measure with: give a folder with --images.");
        for (int i = 0; runs.Count < _options.Repeats; i++)
        {
            Sample sample = _samples[i % _samples.Count];
            Idle(cancellationToken);
            WithInput(sample, input => Run(_whole, [input], runs, cancellationToken));
        }

        Whole = Slow(runs);
        Decode = Slow(decodes).P50;
    }

    /// <summary>Measures one cut.</summary>
    /// <param name="cut">The cut.</param>
    /// <param name="lossSamples">Pictures by which losses are judged.</param>
    /// <param name="repeats">Repeats of the head.</param>
    /// <param name="calibrated">What is known of sizes and losses, so that only times are measured; null if nothing is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public MeasuredCut Cut(CutAnalysis cut, int lossSamples, int repeats, CutProfile? calibrated, CancellationToken cancellationToken)
    {
        PeakMemory memory = PeakMemory.Begin();
        long start = _clock.GetTimestamp();
        using NetworkSession head = Create(null, cut.TensorNames);
        Milliseconds load = Milliseconds.Since(_clock, start) * _options.Slowdown;
        WithInput(_samples[0], input => Run(head, [input], [], cancellationToken));
        ByteCount? peak = memory.SoFar();
        using NetworkSession? tail = calibrated is null ? Create(cut.TensorNames, null) : null;
        List<double> runs = [];
        CodecTally[] tallies = [.. CodecsAt(calibrated).Select(c => new CodecTally(TensorCodecs.Get(c)))];
        int count = Math.Max(1, Math.Min(lossSamples, _samples.Count));
        for (int i = 0; i < Math.Max(count, repeats); i++)
        {
            Sample sample = _samples[i % _samples.Count];
            Tensor[]? activation = null;
            Idle(cancellationToken);
            try
            {
                WithInput(sample, input => activation = RunKept(head, [input], runs, cancellationToken));
                if (i < count)
                {
                    foreach (CodecTally tally in tallies) Try(tally, cut, activation!, tail, sample, cancellationToken);
                }
            }
            finally
            {
                Dispose(activation);
            }
        }

        ImmutableArray<CodecTiming> timings = [.. tallies.Select(t => new CodecTiming(cut.Id, t.Codec.Spec, Slow(t.Encode).P50, Slow(t.Decode).P50))];
        if (calibrated is not null) return new(calibrated with { Codecs = [.. calibrated.Codecs.Where(c => _options.Codecs.Contains(c.Codec))], Layers = cut.Cut.HeadNodes }, Slow(runs), timings, load, peak);
        ImmutableArray<CodecProfile> codecs =
            [.. tallies.Select(t => new CodecProfile(t.Codec.Spec, new((long)Math.Round((double)t.Bytes / count)), (double)t.Wrong / count, count))];
        CutProfile profile = new(cut.Id, [.. cut.Tensors.Select(t => new CutTensor(t.Name, t.Shape))], cut.Bytes, cut.MacShare, codecs) { Layers = cut.Cut.HeadNodes };
        return new(profile, Slow(runs), timings, load, peak);
    }

    /// <summary>Measures what lies between two cuts, on what the first picture becomes there.</summary>
    /// <param name="from">Where it begins; null at the input.</param>
    /// <param name="to">Where it ends; null at the output.</param>
    /// <param name="repeats">Repeats.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public MeasuredSegment Block(CutAnalysis? from, CutAnalysis? to, int repeats, CancellationToken cancellationToken)
    {
        Tensor[] inputs = Reach(from, cancellationToken);
        Tensor[]? outputs = null;
        try
        {
            PeakMemory memory = PeakMemory.Begin();
            long start = _clock.GetTimestamp();
            using NetworkSession session = Create(from?.TensorNames, to?.TensorNames);
            Milliseconds load = Milliseconds.Since(_clock, start) * _options.Slowdown;
            Run(session, inputs, [], cancellationToken);
            ByteCount? peak = memory.SoFar();
            List<double> runs = [];
            for (int i = 0; i < repeats; i++)
            {
                Idle(cancellationToken);
                Dispose(outputs);
                outputs = null;
                outputs = RunKept(session, inputs, runs, cancellationToken);
            }

            if (to is not null) (_reached, outputs) = ((to.Id, outputs!), null);
            return new(Slow(runs), load, peak);
        }
        finally
        {
            Dispose(outputs);
            Dispose(inputs);
        }
    }

    // The tensors of the first picture at a cut: what the block before put out, or what the head makes.
    private Tensor[] Reach(CutAnalysis? cut, CancellationToken cancellationToken)
    {
        (string Cut, Tensor[] Tensors)? reached = _reached;
        _reached = null;
        if (reached is { } there && there.Cut == cut?.Id) return there.Tensors;
        Dispose(reached?.Tensors);
        if (cut is null) return [_network.Preprocessor.FromFile(_samples[0].File, _samples[0].Name)];
        using NetworkSession head = Create(null, cut.TensorNames);
        Tensor[]? tensors = null;
        WithInput(_samples[0], input => tensors = head.Run([input], cancellationToken));
        return tensors!;
    }

    /// <summary>The codecs that are timed at a cut: all that were asked for, but for those that a calibration has given up.</summary>
    public ImmutableArray<CodecSpec> CodecsAt(CutProfile? calibrated) =>
        [.. _options.Codecs.Where(c => calibrated is null || !calibrated.Codecs.Any(k => k.Codec == c && k.Accuracy is { Stopped: true }))];

    /// <summary>Measures one input encoding.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="lossSamples">Pictures by which the loss is judged.</param>
    /// <param name="calibrated">What is known of its size and loss, so that only times are measured; null if nothing is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public MeasuredInput Input(InputEncoding encoding, int lossSamples, InputProfile? calibrated, CancellationToken cancellationToken)
    {
        // What is exact needs no run to be believed.
        bool exact = encoding.Kind is InputKind.File or InputKind.Tensor or InputKind.Pixels;
        List<double> encode = [], decode = [];
        long bytes = 0;
        int wrong = 0, count = Math.Max(1, Math.Min(lossSamples, _samples.Count));
        // The first one pages libraries in.
        _network.Preprocessor.FromEncoded(_network.Preprocessor.Encode(_samples[0].File, encoding), encoding).Dispose();
        foreach (Sample sample in _samples.Take(count))
        {
            long start = _clock.GetTimestamp();
            byte[] encoded = _network.Preprocessor.Encode(sample.File, encoding, sample.Name);
            encode.Add(encoding.Kind == InputKind.File ? 0 : Milliseconds.Since(_clock, start).Value);
            bytes += RequestSize.OfPicture(_network, encoding, encoded);
            start = _clock.GetTimestamp();
            using Tensor input = _network.Preprocessor.FromEncoded(encoded, encoding);
            decode.Add(Milliseconds.Since(_clock, start).Value);
            if (exact || calibrated is not null) continue;
            Tensor[] outputs = _whole.Run([input], cancellationToken);
            if (First(outputs) != sample.Reference) wrong++;
            Dispose(outputs);
        }

        return new(calibrated ?? new(encoding, new(bytes / count), (double)wrong / count, count), new(encoding, Slow(encode).P50, Slow(decode).P50));
    }

    public void Dispose()
    {
        Dispose(_reached?.Tensors);
        _whole.Dispose();
        foreach (Sample sample in _samples) sample.Dispose();
    }

    private void Try(CodecTally tally, CutAnalysis cut, Tensor[] activation, NetworkSession? tail, Sample sample, CancellationToken cancellationToken)
    {
        PooledBufferWriter[] frames = [.. activation.Select(_ => new PooledBufferWriter())];
        Tensor[] decoded = [.. activation.Select(t => Tensor.Rent(ElementType.Float32, t.Shape))];
        try
        {
            // Twice: the first pays for memory that is not there yet.
            double encode = 0, decode = 0;
            for (int round = 0; round < 2; round++)
            {
                long start = _clock.GetTimestamp();
                for (int i = 0; i < frames.Length; i++)
                {
                    frames[i].Clear();
                    tally.Codec.Encode(activation[i].Floats, activation[i].Shape, frames[i]);
                }

                encode = Milliseconds.Since(_clock, start).Value;
                start = _clock.GetTimestamp();
                for (int i = 0; i < frames.Length; i++) tally.Codec.Decode(frames[i].Written.Span, activation[i].Shape, decoded[i].Floats);
                decode = Milliseconds.Since(_clock, start).Value;
            }

            tally.Encode.Add(encode);
            tally.Decode.Add(decode);
            tally.Bytes += RequestSize.OfFrames(cut, frames, tally.Codec.Spec);
            if (tail is null || tally.Codec.Spec.Kind == CodecKind.Raw) return;
            Tensor[] outputs = tail.Run(decoded, cancellationToken);
            if (First(outputs) != sample.Reference) tally.Wrong++;
            Dispose(outputs);
        }
        finally
        {
            foreach (PooledBufferWriter frame in frames) frame.Dispose();
            Dispose(decoded);
        }
    }

    private Sample Judge(string name, byte[] file, List<double> decodes, List<double> runs, CancellationToken cancellationToken)
    {
        Idle(cancellationToken);
        long start = _clock.GetTimestamp();
        Tensor input = _network.Preprocessor.FromFile(file, name);
        decodes.Add(Milliseconds.Since(_clock, start).Value);
        bool keep = (long)_options.Samples * input.Bytes.Length <= KeptBytes;
        try
        {
            if (_samples.Count == 0)
            {
                Run(_whole, [input], [], cancellationToken);
                Peak = _memory.SoFar();
                // The first decoding loaded libraries.
                decodes.Clear();
                start = _clock.GetTimestamp();
                _network.Preprocessor.FromFile(file, name).Dispose();
                decodes.Add(Milliseconds.Since(_clock, start).Value);
            }

            Tensor[] outputs = RunKept(_whole, [input], runs, cancellationToken);
            int first = First(outputs);
            Dispose(outputs);
            return new(name, file, keep ? input : null, first);
        }
        finally
        {
            if (!keep) input.Dispose();
        }
    }

    // As between two pictures of one user. A processor that was idle computes the next run more slowly than one that is kept busy, by a
    // third and more; a profile that was measured without pauses promises what no user sees.
    private static void Idle(CancellationToken cancellationToken)
    {
        cancellationToken.WaitHandle.WaitOne(MeasureRequest.Pause);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void WithInput(Sample sample, Action<Tensor> use)
    {
        if (sample.Kept is { } kept)
        {
            use(kept);
            return;
        }

        using Tensor input = _network.Preprocessor.FromFile(sample.File, sample.Name);
        use(input);
    }

    private NetworkSession Create(IReadOnlyList<string>? from, IReadOnlyList<string>? to) =>
        NetworkSession.Create(SegmentExtractor.Extract(_network.Model, from, to, _analysis.Tensors), _options.Session);

    private void Run(NetworkSession session, Tensor[] inputs, List<double> times, CancellationToken cancellationToken) =>
        Dispose(RunKept(session, inputs, times, cancellationToken));

    private Tensor[] RunKept(NetworkSession session, Tensor[] inputs, List<double> times, CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        Tensor[] outputs = session.Run(inputs, cancellationToken);
        times.Add(Milliseconds.Since(_clock, start).Value);
        return outputs;
    }

    private int First(Tensor[] outputs) => _network.Classifier.Top(outputs[0], 1)[0].Index;

    private Timing Slow(IEnumerable<double> times) => Timing.Of(times.Select(t => t * _options.Slowdown));

    private static void Dispose(Tensor[]? tensors)
    {
        foreach (Tensor tensor in tensors ?? []) tensor.Dispose();
    }

    private sealed class CodecTally(ITensorCodec codec)
    {
        public ITensorCodec Codec { get; } = codec;

        public List<double> Encode { get; } = [];

        public List<double> Decode { get; } = [];

        public long Bytes { get; set; }

        public int Wrong { get; set; }
    }
}
