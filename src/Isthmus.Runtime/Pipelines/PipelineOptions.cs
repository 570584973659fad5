using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Sessions;

namespace Isthmus.Runtime.Pipelines;

/// <summary>How a <see cref="Pipeline"/> carries plans out.</summary>
public sealed record PipelineOptions
{
    /// <summary>The options with every default.</summary>
    public static PipelineOptions Default { get; } = new();

    /// <summary>The factor by which the device's computing is slowed down on purpose, 1 or more. Default 1. Anything else is emulated, and every answer says so.</summary>
    public double Slowdown { get; init; } = 1;

    /// <summary>Threads and provider of the device's own computing.</summary>
    public SessionSettings Session { get; init; } = SessionSettings.Default;

    /// <summary>Pictures that the device computes at a time; the others wait. Default 1: one run uses all its threads.</summary>
    public int DeviceWorkers { get; init; } = 1;

    /// <summary>The time that an answer may take; null for no limit. Nodes are told, and drop what nobody waits for any more. Default null.</summary>
    public Milliseconds? Deadline { get; init; }

    /// <summary>How long a node may take before the rest is computed elsewhere; with a deadline, less if that needs it. Default 10 s.</summary>
    public Milliseconds RemoteTimeout { get; init; } = new(10_000);

    /// <summary>Whether the device may compute the rest when a node fails. Default true. If not, or if it fails, another node does.</summary>
    public bool FinishesOnDevice { get; init; } = true;

    /// <summary>
    /// How long the device takes for the whole network: what is reserved of a deadline for it to finish alone. Default null: 40 % of
    /// the deadline are reserved.
    /// </summary>
    public Milliseconds? WholeOnDevice { get; init; }

    /// <summary>
    /// How long progressive pictures are sent, scan by scan, before the node answers from what came; null for all that the plan says, whatever the time. Default null.
    /// </summary>
    public SendUntil? SendUntil { get; init; }

    /// <summary>Says how much of each progressive picture is sent, once its bytes are known; null for what the plan says. Default null.</summary>
    public IPartChooser? Chooser { get; init; }

    /// <summary>Which pictures are sent whole to check a part of them, and what comes of it; null for none. Default null.</summary>
    public Rechecks? Rechecks { get; init; }

    /// <summary>How long each node takes for the whole network, by its name, as far as that was measured; it is reserved of a deadline. Default none.</summary>
    public ImmutableDictionary<string, Milliseconds> WholeOnNode { get; init; } = ImmutableDictionary<string, Milliseconds>.Empty;

    /// <summary>Bytes of memory for loaded segments on the device. Default 2 GB.</summary>
    public ByteCount MemoryLimit { get; init; } = new(2_000_000_000);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        Session.Validate();
        if (!(Slowdown is >= 1 and <= 1000)) throw new IsthmusException(ErrorKind.Usage, $"A device slow-down of {Slowdown} is not possible: choose 1 to 1000.");
        if (DeviceWorkers is < 1 or > 64) throw new IsthmusException(ErrorKind.Usage, $"{DeviceWorkers} workers are not possible: choose 1 to 64.");
        if (!(RemoteTimeout.Value > 0) || Deadline is { Value: not (> 0 and < double.PositiveInfinity) })
            throw new IsthmusException(ErrorKind.Usage, "A deadline and a timeout are positive numbers of milliseconds.");
        if (SendUntil is { Time: null } && Deadline is null) throw new IsthmusException(ErrorKind.Usage, "To send until the deadline, there must be one: give --deadline.");
        if (SendUntil?.Time is { } until && !(until.Value is > 0 and <= 60_000))
            throw new IsthmusException(ErrorKind.Usage, "A picture is sent for a positive number of milliseconds, at most 60000.");
    }
}
