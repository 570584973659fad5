using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Inference.Sessions;

namespace Isthmus.Runtime.Profiling;

/// <summary>What is measured, and how thoroughly.</summary>
public sealed record ProfilerOptions
{
    /// <summary>The options with every default.</summary>
    public static ProfilerOptions Default { get; } = new();

    /// <summary>How many pictures the sizes and losses come from, 1…10000, spread evenly over those given. Default 8.</summary>
    public int Samples { get; init; } = 8;

    /// <summary>The codecs. Default raw, half, huffman:8, huffman:4, fast:8, fast:4, dense:12, dense:7.</summary>
    public ImmutableArray<CodecSpec> Codecs { get; init; } = [CodecSpec.Raw, CodecSpec.Half, CodecSpec.Huffman(8), CodecSpec.Huffman(4), CodecSpec.Fast(8), CodecSpec.Fast(4), CodecSpec.Dense(12), CodecSpec.Dense(7)];

    /// <summary>The forms in which a picture may cross. Default file, jpeg:90, jpeg:75, jpeg:50, png, tensor.</summary>
    public ImmutableArray<InputEncoding> Inputs { get; init; } =
        [InputEncoding.File, InputEncoding.Jpeg(90), InputEncoding.Jpeg(75), InputEncoding.Jpeg(50), InputEncoding.Png, InputEncoding.Tensor];

    /// <summary>
    /// A calibrated profile of the same network: sizes and losses are taken from it, and only times are measured. Its cuts, and the
    /// codecs and forms of a picture that it has, are all that may be measured then. Default: none; both are measured, on few samples.
    /// </summary>
    public Profile? Calibration { get; init; }

    /// <summary>The most cuts that are measured: those with the fewest bytes, spread over the depth of the network. Default 16.</summary>
    public int MaxCuts { get; init; } = 16;

    /// <summary>Whether all cuts are measured, whatever their number and whatever it takes. Default false.</summary>
    public bool AllCuts { get; init; }

    /// <summary>The most cuts between which middle segments are measured on the edge; their number grows with the square. Default 5.</summary>
    public int MiddleCuts { get; init; } = 5;

    /// <summary>
    /// What the measurement may take, roughly: fewer cuts and repeats are chosen for networks that are slow. At least four cuts are
    /// measured. Default 70 s.
    /// </summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(70);

    /// <summary>Repeats of each timing, 3…100; fewer for slow segments. Default 7.</summary>
    public int Repeats { get; init; } = 7;

    /// <summary>The factor by which the device's computing is slowed down on purpose; its timings are multiplied by it. Default 1.</summary>
    public double Slowdown { get; init; } = 1;

    /// <summary>Threads and provider of the device's own computing.</summary>
    public SessionSettings Session { get; init; } = SessionSettings.Default;

    /// <summary>A file that keeps what was measured until the profile is complete, so that an interrupted measurement goes on where it ended; null for none.</summary>
    public string? Journal { get; init; }

    /// <summary>Whether what lies between adjacent cuts is measured too, or only that. Default: too.</summary>
    public BlockMeasurement Blocks { get; init; } = BlockMeasurement.Also;

    /// <summary>How long the profile is to be believed; null for ever. Default a week.</summary>
    public TimeSpan? Lifetime { get; init; } = ProfileExpiry.DefaultLifetime;

    /// <summary>
    /// Whether a node that refuses to measure, or fails at it, is left out as one that is not reached is. Default false: its error ends the measurement.
    /// </summary>
    public bool LeavesOutWhatFails { get; init; }

    /// <summary>How long a node may take for one measurement before it is given up. Default 10 minutes.</summary>
    public TimeSpan NodePatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether <see cref="Journal"/> is kept when the profile is complete, for a caller with more to do, who deletes it. Default false.</summary>
    public bool KeepsJournal { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        Session.Validate();
        if (Samples is < 1 or > 10_000) throw new IsthmusException(ErrorKind.Usage, $"{Samples} samples are not possible: choose 1 to 10000.");
        if (Repeats is < 3 or > 100) throw new IsthmusException(ErrorKind.Usage, $"{Repeats} repeats are not possible: choose 3 to 100.");
        if (MaxCuts < 0 || MiddleCuts < 0) throw new IsthmusException(ErrorKind.Usage, "A number of cuts is zero or more.");
        if (!(Slowdown is >= 1 and <= 1000)) throw new IsthmusException(ErrorKind.Usage, $"A device slow-down of {Slowdown} is not possible: choose 1 to 1000.");
        if (Budget <= TimeSpan.Zero) throw new IsthmusException(ErrorKind.Usage, "The budget of a measurement must be above zero.");
        if (Lifetime is { } life && life <= TimeSpan.Zero) throw new IsthmusException(ErrorKind.Usage, "The lifetime of a profile must be above zero.");
        if (NodePatience <= TimeSpan.Zero) throw new IsthmusException(ErrorKind.Usage, "The patience with a node must be above zero.");
        if (!Enum.IsDefined(Blocks)) throw new IsthmusException(ErrorKind.Usage, "There is no such way to measure blocks.");
        if (Calibration is { Calibration: null })
            throw new IsthmusException(ErrorKind.Usage, $"The profile of {Calibration.ModelName} was not calibrated: 'isthmus calibrate' makes or completes one that is.");
        if (Codecs.IsDefault || (Codecs.IsEmpty && Calibration is not { Cuts.IsEmpty: true })) throw new IsthmusException(ErrorKind.Usage, "At least one codec must be measured.");
        if (Inputs.IsDefault || Inputs.Any(i => i.Kind == InputKind.Local)) throw new IsthmusException(ErrorKind.Usage, "'local' is no form in which a picture crosses: choose file, jpeg:Q, webp:Q, embedded, png, pixels or tensor.");
    }
}
