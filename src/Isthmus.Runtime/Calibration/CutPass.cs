using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Profiling;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Calibration;

/// <summary>The codecs at one cut: the head runs once per image, then every codec encodes, decodes, and has the tail judge what came out.</summary>
internal sealed class CutPass : CalibrationPass
{
    private readonly CalibrationContext _context;
    private readonly CutActivations _activations;
    private readonly ITensorCodec[][] _codecs;
    private readonly ImmutableArray<CodecTables?> _tables;
    private readonly Worker[] _workers;
    private CalibrationImage? _image;
    private Tensor[] _activation = [];

    public CutPass(CalibrationContext context, CutAnalysis cut, IReadOnlyList<SettingTally> settings, ImmutableArray<CodecTables?> tables)
        : base(cut.Id, settings)
    {
        _context = context;
        _tables = tables;
        _codecs = [.. settings.Select(s => tables.Select(t => TensorCodecs.Get(CodecSpec.Parse(s.Setting), t)).ToArray())];
        ImageWork = cut.MacShare;
        // Coding takes time too, and little where a network is large.
        SettingWork = 1.1 - cut.MacShare;
        _activations = new(context, cut);
        try
        {
            _workers = [.. context.LoadWorkers(cut, settings.Count).Select(tail => new Worker(tail, cut))];
        }
        catch
        {
            _activations.Dispose();
            throw;
        }
    }

    public override int Workers => _workers.Length;

    public override double ImageWork { get; }

    public override double SettingWork { get; }

    public override void Begin(CalibrationImage image, bool timed, CancellationToken cancellationToken)
    {
        _image = image;
        _activation = _activations.Of(image, timed ? Runs : null, cancellationToken);
    }

    public override Observation Try(int worker, int setting, bool timed, CancellationToken cancellationToken)
    {
        Worker own = _workers[worker];
        ITensorCodec[] codecs = _codecs[setting];
        double encode = 0, decode = 0;
        // Where times count, twice: the first pays for memory that is not there yet.
        for (int round = timed ? 0 : 1; round < 2; round++)
        {
            long start = _context.Options.Clock.GetTimestamp();
            for (int i = 0; i < own.Frames.Length; i++)
            {
                own.Frames[i].Clear();
                codecs[i].Encode(_activation[i].Floats, _activation[i].Shape, own.Frames[i]);
            }

            encode = _context.Since(start);
            start = _context.Options.Clock.GetTimestamp();
            for (int i = 0; i < own.Frames.Length; i++) codecs[i].Decode(own.Frames[i].Written.Span, _activation[i].Shape, own.Decoded[i].Floats);
            decode = _context.Since(start);
        }

        long bytes = RequestSize.OfFrames(_activations.Cut, own.Frames, codecs[0].Spec, _tables);
        ReferenceAnswer answer = _context.Answer(own.Tail.Run(own.Decoded, cancellationToken), _image!.Label);
        return new(bytes, answer, encode, decode);
    }

    public override void End()
    {
        foreach (Tensor tensor in _activation) tensor.Dispose();
        _activation = [];
    }

    public override void Dispose()
    {
        End();
        _activations.Dispose();
        foreach (Worker worker in _workers) worker.Dispose();
    }

    // A tail, and memory for frames and for what they decode to.
    private sealed class Worker(NetworkSession tail, CutAnalysis cut) : IDisposable
    {
        public NetworkSession Tail { get; } = tail;

        public PooledBufferWriter[] Frames { get; } = [.. cut.Tensors.Select(_ => new PooledBufferWriter())];

        public Tensor[] Decoded { get; } = [.. cut.Tensors.Select(t => Tensor.Rent(ElementType.Float32, t.Shape))];

        public void Dispose()
        {
            Tail.Dispose();
            foreach (PooledBufferWriter frame in Frames) frame.Dispose();
            foreach (Tensor tensor in Decoded) tensor.Dispose();
        }
    }
}
