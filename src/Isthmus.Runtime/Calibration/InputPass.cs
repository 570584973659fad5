using System.Collections.Concurrent;
using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Calibration;

/// <summary>The forms in which a picture may cross. The file itself, its pixels and the input tensor change nothing, so the network need not judge them.</summary>
internal sealed class InputPass : CalibrationPass
{
    // What is said of a part without a picture: no class.
    private static readonly ReferenceAnswer Nothing = new(-1, false, false);

    private readonly CalibrationContext _context;
    private readonly InputEncoding[] _encodings;
    private readonly Func<CalibrationImage, ReferenceAnswer> _reference;
    private readonly NetworkSession[] _whole;
    private readonly ImmutableArray<CurveTally> _curves;
    private readonly int[][] _points;
    private readonly Func<int, int?> _bin;
    private readonly ConcurrentDictionary<InputEncoding, Lazy<Whole>> _wholes = new();
    private CalibrationImage? _image;
    private byte[] _file = [];

    /// <summary>Prepares the pass.</summary>
    /// <param name="context">What is calibrated.</param>
    /// <param name="settings">The forms; those of the curves' points among them.</param>
    /// <param name="curves">The families whose points are counted in groups of images.</param>
    /// <param name="bin">The bin of confidence of an image, by its number; null for none.</param>
    /// <param name="reference">What the un-split network says.</param>
    public InputPass(CalibrationContext context, IReadOnlyList<SettingTally> settings, ImmutableArray<CurveTally> curves, Func<int, int?> bin, Func<CalibrationImage, ReferenceAnswer> reference)
        : base("input", settings)
    {
        _curves = curves;
        _bin = bin;
        _context = context;
        _reference = reference;
        _encodings = [.. settings.Select(s => InputEncoding.Parse(s.Setting))];
        _points = [.. curves.Select(c => c.Family.Points.Select(p => Array.IndexOf(_encodings, p)).ToArray())];
        _whole = context.LoadWorkers(null, settings.Count);
    }

    public override int Workers => _whole.Length;

    public override double ImageWork => 0;

    // Decoding a photograph for each encoding costs about as much as a run of a small network.
    public override double SettingWork => 1.5;

    public override ImmutableArray<CurveTallyState>? Curves => _curves.IsEmpty ? null : [.. _curves.Select(c => c.State())];

    public override void Begin(CalibrationImage image, bool timed, CancellationToken cancellationToken)
    {
        _image = image;
        _file = image.Read();
        if (timed) CalibrationContext.Idle(cancellationToken);
    }

    public override Observation Try(int worker, int setting, bool timed, CancellationToken cancellationToken)
    {
        InputEncoding encoding = _encodings[setting];
        // All first parts of a form are of one encoding, and take as long to make as all of it.
        Whole whole = _wholes.GetOrAdd(encoding.Whole, static (form, pass) => new(() => pass.Pass.Encode(form, pass.Timed)), (Pass: this, Timed: timed)).Value;
        byte[] encoded = encoding.IsPartial ? whole.Bytes[..ImagePreprocessor.PartOf(whole.Bytes, encoding)] : whole.Bytes;
        double encode = whole.Encode;
        // Where times count, twice: the first loads libraries.
        for (int round = timed ? 0 : 1; ; round++)
        {
            long start = _context.Options.Clock.GetTimestamp();
            using Tensor? input = Decode(encoded, encoding);
            double decode = _context.Since(start);
            if (round == 0) continue;
            ReferenceAnswer answer = input is null ? Nothing : encoding.Kind is InputKind.File or InputKind.Tensor or InputKind.Pixels
                ? _reference(_image!)
                : _context.Answer(_whole[worker].Run([input], cancellationToken), _image!.Label);
            return new(RequestSize.OfPicture(_context.Network, encoding, encoded), answer, encode, decode);
        }
    }

    public override void Judge(int number, CalibrationImage image, ReferenceAnswer reference, ReadOnlySpan<Observation> seen)
    {
        for (int f = 0; f < _curves.Length; f++)
        {
            CurveTally tally = _curves[f];
            int[] points = _points[f];
            int all = seen[points[tally.Family.Points.IndexOf(tally.Family.Reference)]].Answer.First;
            bool[] right = new bool[points.Length], agrees = new bool[points.Length];
            for (int i = 0; i < points.Length; i++)
            {
                ReferenceAnswer answer = seen[points[i]].Answer;
                right[i] = image.Label is null ? answer.First == reference.First : answer.Right1;
                agrees[i] = answer.First == all;
            }

            tally.Add(number, _bin(number), right, agrees);
        }
    }

    public override void Resume(int images, ImmutableArray<CurveTallyState>? curves)
    {
        if (_curves.IsEmpty) return;
        if (curves is not { IsDefault: false } states || states.Length != _curves.Length || states.Any(s => s is null || s.Images.IsDefault || s.Images.Sum() != images))
            throw new ArgumentException("They are not of this pass.", nameof(curves));
        for (int f = 0; f < states.Length; f++) _curves[f].Resume(states[f]);
    }

    public override void End()
    {
        _file = [];
        _wholes.Clear();
    }

    public override void Dispose()
    {
        foreach (NetworkSession session in _whole) session.Dispose();
    }

    // A part may end before there is a picture in it: then there is no answer, which is never right.
    private Tensor? Decode(byte[] encoded, InputEncoding encoding)
    {
        try
        {
            return _context.Network.Preprocessor.FromEncoded(encoded, encoding);
        }
        catch (IsthmusException e) when (encoding.IsPartial && e.Kind == ErrorKind.Data)
        {
            return null;
        }
    }

    private Whole Encode(InputEncoding form, bool timed)
    {
        // Where times count, twice: the first loads libraries.
        for (int round = timed ? 0 : 1; ; round++)
        {
            long start = _context.Options.Clock.GetTimestamp();
            byte[] bytes = _context.Network.Preprocessor.Encode(_file, form, _image!.Name);
            if (round > 0) return new(bytes, form.Kind == InputKind.File ? 0 : _context.Since(start));
        }
    }

    private sealed record Whole(byte[] Bytes, double Encode);
}
