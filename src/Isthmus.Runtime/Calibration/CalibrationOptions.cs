using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Calibration;

/// <summary>Which settings a calibration tries, and on what.</summary>
public sealed record CalibrationOptions
{
    /// <summary>The most settings that may be tried at the same time.</summary>
    public const int MaxWorkers = 64;

    /// <summary>The options with every default.</summary>
    public static CalibrationOptions Default { get; } = new();

    /// <summary>The codec settings. Default: every codec of <see cref="TensorCodecs.All"/>.</summary>
    public ImmutableArray<CodecSpec> Codecs { get; init; } = [.. TensorCodecs.All.Select(c => c.Spec)];

    /// <summary>The forms in which a picture may cross. Default file, jpeg:95, 90, 75, 50, 30, 20 and 10, png, pixels, tensor.</summary>
    public ImmutableArray<InputEncoding> Inputs { get; init; } =
    [
        InputEncoding.File, InputEncoding.Jpeg(95), InputEncoding.Jpeg(90), InputEncoding.Jpeg(75), InputEncoding.Jpeg(50),
        InputEncoding.Jpeg(30), InputEncoding.Jpeg(20), InputEncoding.Jpeg(10), InputEncoding.Png, InputEncoding.Pixels, InputEncoding.Tensor,
    ];

    /// <summary>The families of inputs whose accuracy is measured at several fractions of their bytes, and gets curves. Default: none.</summary>
    public ImmutableArray<CurveFamily> Curves { get; init; } = [];

    /// <summary>A small network on the device, whose confidence is compared with what is right at each point of the curves; null for none.</summary>
    public Network? DeviceNetwork { get; init; }

    /// <summary>Every form that is measured: <see cref="Inputs"/>, and the points of the curves.</summary>
    public ImmutableArray<InputEncoding> AllInputs => [.. Inputs.Concat(Curves.SelectMany(c => c.Points)).Distinct()];

    /// <summary>The ids of the cuts. Default: none, which means all.</summary>
    public ImmutableArray<string> Cuts { get; init; } = [];

    /// <summary>The most cuts, chosen as a profile chooses them; default: any number. Not together with <see cref="Cuts"/>.</summary>
    public int? MaxCuts { get; init; }

    /// <summary>The most images, spread evenly over those given; default: all.</summary>
    public int? MaxImages { get; init; }

    /// <summary>
    /// The loss, 0…1, beyond which a setting is hopeless and need not be tried to the end; see <see cref="Core.Statistics.LossBudgetTest"/>. At 1 every
    /// setting is. Default 0.1, ten points. The points of curves are never given up: a curve needs its low end.
    /// </summary>
    public double StopLoss { get; init; } = 0.1;

    /// <summary>How many settings are tried at the same time, 1…64, each with a session of its own. Default: the number of processors, at most 8.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Images on which times are measured too, 1…100: those one at a time, with a pause before each. Default 7.</summary>
    public int Repeats { get; init; } = 7;

    /// <summary>Threads and provider.</summary>
    public SessionSettings Session { get; init; } = SessionSettings.Default;

    /// <summary>A file that keeps what was measured, so that an interrupted calibration goes on where it ended; null for none.</summary>
    public string? Journal { get; init; }

    /// <summary>How often the journal is written. Default: every second.</summary>
    public TimeSpan JournalInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        Session.Validate();
        if (Codecs.IsDefault || Inputs.IsDefault || Curves.IsDefault || (Codecs.IsEmpty && Inputs.IsEmpty && Curves.IsEmpty)) throw new IsthmusException(ErrorKind.Usage, "There is nothing to calibrate: name codecs or input encodings.");
        if (Codecs.Distinct().Count() != Codecs.Length || Inputs.Distinct().Count() != Inputs.Length) throw new IsthmusException(ErrorKind.Usage, "A codec or an input encoding is named twice.");
        if (Codecs.Length > Core.Profiling.ProfileRules.MaxChoices) throw new IsthmusException(ErrorKind.Usage, $"{Codecs.Length} codecs are too many: a profile holds at most {Core.Profiling.ProfileRules.MaxChoices}.");
        if (AllInputs.Length > Core.Profiling.ProfileRules.MaxChoices) throw new IsthmusException(ErrorKind.Usage, $"{AllInputs.Length} input encodings are too many: a profile holds at most {Core.Profiling.ProfileRules.MaxChoices}.");
        if (Curves.DistinctBy(c => c.Name).Count() != Curves.Length) throw new IsthmusException(ErrorKind.Usage, "A family of inputs is named twice.");
        if (Curves.Any(c => c.Points.IsDefaultOrEmpty || !c.Points.Contains(c.Reference))) throw new IsthmusException(ErrorKind.Usage, "A family of inputs is measured at fraction 1 too.");
        if (DeviceNetwork is not null && Curves.IsEmpty) throw new IsthmusException(ErrorKind.Usage, "A device's network is compared with the points of curves: name families of inputs too.");
        if (Inputs.Any(i => i.Kind == InputKind.Local)) throw new IsthmusException(ErrorKind.Usage, "'local' is no form in which a picture crosses: choose file, jpeg:Q, webp:Q, embedded, png, pixels or tensor.");
        foreach (CodecSpec codec in Codecs) TensorCodecs.Get(codec);
        if (MaxCuts is < 0) throw new IsthmusException(ErrorKind.Usage, "A number of cuts is zero or more.");
        if (MaxCuts is not null && !Cuts.IsDefaultOrEmpty) throw new IsthmusException(ErrorKind.Usage, "Either the cuts are named or their number is, not both.");
        if (MaxImages is < 1) throw new IsthmusException(ErrorKind.Usage, "At least one image is needed.");
        if (!(StopLoss is >= 0 and <= 1)) throw new IsthmusException(ErrorKind.Usage, $"The loss at which a setting is given up is a share from 0 to 1, such as 0.1 for ten points, not {StopLoss}.");
        if (Workers is < 1 or > MaxWorkers) throw new IsthmusException(ErrorKind.Usage, $"{Workers} settings at the same time are not possible: choose 1 to {MaxWorkers}.");
        if (Repeats is < 1 or > 100) throw new IsthmusException(ErrorKind.Usage, $"{Repeats} repeats are not possible: choose 1 to 100.");
    }
}
