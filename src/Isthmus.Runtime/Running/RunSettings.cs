using Isthmus.Core.Quantities;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Running;

/// <summary>All that a session of runs needs to know.</summary>
public sealed record RunSettings
{
    /// <summary>The network.</summary>
    public required Network Network { get; init; }

    /// <summary>Where the tiers are.</summary>
    public required TierAddresses Addresses { get; init; }

    /// <summary>The fleet that the tiers are of, instead of <see cref="Addresses"/>; this machine is a device of it. Null: the addresses say all. Default null.</summary>
    public Fleets.Fleet? Fleet { get; init; }

    /// <summary>A profile to use; null to measure one, or to take one that was measured on the same nodes before.</summary>
    public string? ProfilePath { get; init; }

    /// <summary>Whether <see cref="ProfilePath"/> may be older than it says it may be. Default false.</summary>
    public bool AllowExpired { get; init; }

    /// <summary>Whether a profile that was measured before may be taken. Default true.</summary>
    public bool UseCachedProfile { get; init; } = true;

    /// <summary>Where state is kept. Default: as <see cref="Core.Storage.DataFolder"/> says.</summary>
    public string DataFolder { get; init; } = Core.Storage.DataFolder.Resolve();

    /// <summary>The factor by which the device's computing is slowed down on purpose. Default 1.</summary>
    public double Slowdown { get; init; } = 1;

    /// <summary>The time that an answer may take; null for no limit.</summary>
    public Milliseconds? Deadline { get; init; }

    /// <summary>How long progressive pictures are sent before the node answers from what came; null for all that the plan says. See <see cref="PipelineOptions.SendUntil"/>.</summary>
    public SendUntil? SendUntil { get; init; }

    /// <summary>Whether each progressive picture is cut by its own bytes, where the profile has a curve of the plan's family. Default false: each by the plan's fraction.</summary>
    public bool PerImage { get; init; }

    /// <summary>
    /// The share of pictures that are sent whole although a part would do, to check the curves of the profile: 0 for none, at most 0.5. Default 0. See <see cref="Rechecks"/>.
    /// </summary>
    public double Recheck { get; init; }

    /// <summary>How long a node may take before the rest is computed elsewhere. Default 10 s; see <see cref="PipelineOptions.RemoteTimeout"/>.</summary>
    public Milliseconds RemoteTimeout { get; init; } = PipelineOptions.Default.RemoteTimeout;

    /// <summary>Threads and provider of the device's own computing.</summary>
    public SessionSettings Session { get; init; } = SessionSettings.Default;

    /// <summary>What is measured if a profile is needed. Its slow-down, session, journal and clock are overwritten by those here.</summary>
    public ProfilerOptions Profiling { get; init; } = ProfilerOptions.Default;

    /// <summary>What is wanted of plans, and how readily they are changed.</summary>
    public AdaptationOptions Adaptation { get; init; } = AdaptationOptions.Default;

    /// <summary>How often links and nodes are looked after.</summary>
    public LinkMonitorOptions Monitor { get; init; } = LinkMonitorOptions.Default;

    /// <summary>How segments of likely plans are kept ready; null for not at all.</summary>
    public SessionWarmerOptions? Warming { get; init; } = SessionWarmerOptions.Default;

    /// <summary>How nodes are talked to.</summary>
    public NodeClientOptions Client { get; init; } = NodeClientOptions.Default;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
