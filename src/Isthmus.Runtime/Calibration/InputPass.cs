using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Calibration;

/// <summary>The forms in which a picture may cross. The file itself, its pixels and the input tensor change nothing, so the network need not judge them.</summary>
internal sealed class InputPass : CalibrationPass
{
    private readonly CalibrationContext _context;
    private readonly InputEncoding[] _encodings;
    private readonly Func<CalibrationImage, ReferenceAnswer> _reference;
    private readonly NetworkSession[] _whole;
    private CalibrationImage? _image;
    private byte[] _file = [];

    public InputPass(CalibrationContext context, IReadOnlyList<SettingTally> settings, Func<CalibrationImage, ReferenceAnswer> reference)
        : base("input", settings)
    {
        _context = context;
        _reference = reference;
        _encodings = [.. settings.Select(s => InputEncoding.Parse(s.Setting))];
        _whole = context.LoadWorkers(null, settings.Count);
    }

    public override int Workers => _whole.Length;

    public override double ImageWork => 0;

    // Decoding a photograph for each encoding costs about as much as a run of a small network.
    public override double SettingWork => 1.5;

    public override void Begin(CalibrationImage image, bool timed, CancellationToken cancellationToken)
    {
        _image = image;
        _file = image.Read();
        if (timed) CalibrationContext.Idle(cancellationToken);
    }

    public override Observation Try(int worker, int setting, bool timed, CancellationToken cancellationToken)
    {
        InputEncoding encoding = _encodings[setting];
        // Where times count, twice: the first loads libraries.
        for (int round = timed ? 0 : 1; ; round++)
        {
            long start = _context.Options.Clock.GetTimestamp();
            byte[] encoded = _context.Network.Preprocessor.Encode(_file, encoding, _image!.Name);
            double encode = encoding.Kind == InputKind.File ? 0 : _context.Since(start);
            start = _context.Options.Clock.GetTimestamp();
            using Tensor input = _context.Network.Preprocessor.FromEncoded(encoded, encoding);
            double decode = _context.Since(start);
            if (round == 0) continue;
            ReferenceAnswer answer = encoding.Kind is InputKind.File or InputKind.Tensor or InputKind.Pixels
                ? _reference(_image)
                : _context.Answer(_whole[worker].Run([input], cancellationToken), _image.Label);
            return new(RequestSize.OfPicture(_context.Network, encoding, encoded), answer, encode, decode);
        }
    }

    public override void End() => _file = [];

    public override void Dispose()
    {
        foreach (NetworkSession session in _whole) session.Dispose();
    }
}
