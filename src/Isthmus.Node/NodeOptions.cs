using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Node;

/// <summary>How a node is set up.</summary>
public sealed record NodeOptions
{
    /// <summary>The node's tier. A node of the tier device is one that a fleet measures from elsewhere.</summary>
    public required Tier Tier { get; init; }

    /// <summary>The address at which it listens: http://HOST:PORT. Port 0 takes any free one. Default http://127.0.0.1:8500.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8500";

    /// <summary>The node's name in traces and profiles; null for the tier's name. Default null.</summary>
    public string? Name { get; init; }

    /// <summary>The folder for models that are sent to it.</summary>
    public required string DataFolder { get; init; }

    /// <summary>A folder of NAME.onnx files that it serves by name; null for none. Default null.</summary>
    public string? ModelsFolder { get; init; }

    /// <summary>Threads and execution provider.</summary>
    public SessionSettings Session { get; init; } = SessionSettings.Default;

    /// <summary>Inferences at a time, 1…64. Default 1: one inference already uses all its threads.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Requests that may wait for a worker, 0…100000; more are refused with 429. Default 64.</summary>
    public int QueueLimit { get; init; } = 64;

    /// <summary>Bytes of loaded sessions that are kept; those in use are kept beyond it. Default 2 GiB.</summary>
    public long MemoryBytes { get; init; } = 2L << 30;

    /// <summary>The factor by which computing is slowed down on purpose, to emulate a slower machine, 1…1000. Default 1: not at all.</summary>
    public double Slowdown { get; init; } = 1;

    /// <summary>Bytes of the largest model that it accepts. Default 1 GiB.</summary>
    public long MaxModelBytes { get; init; } = 1L << 30;

    /// <summary>What it accepts as a request.</summary>
    public InferLimits Limits { get; init; } = InferLimits.Default;

    /// <summary>How long it waits for the next node where the request sets no deadline. Default 30 s.</summary>
    public TimeSpan ForwardTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The orchestrator that it tells how it is; null for none. Default null.</summary>
    public Uri? Orchestrator { get; init; }

    /// <summary>Where users reach it, as it tells the orchestrator: http://HOST:PORT; null for the address at which it listens. Default null.</summary>
    public string? Advertise { get; init; }

    /// <summary>Where and how it logs. Default <see cref="NodeLogFormat.Text"/> on stderr.</summary>
    public NodeLogFormat LogFormat { get; init; } = NodeLogFormat.Text;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The name in use.</summary>
    public string NodeName => string.IsNullOrWhiteSpace(Name) ? Tier.ToString().ToLowerInvariant() : Name;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Tier)) throw Wrong("A node is of the tier device, edge or cloud.");
        if (Workers is < 1 or > 64) throw Wrong($"{Workers} workers are not possible: choose 1 to 64.");
        if (QueueLimit is < 0 or > 100_000) throw Wrong($"A queue of {QueueLimit} is not possible: choose 0 to 100000.");
        if (MemoryBytes < 0) throw Wrong("The memory for sessions cannot be negative.");
        if (MaxModelBytes < 1) throw Wrong("The largest model must be allowed one byte at least.");
        if (!(Slowdown is >= 1 and <= 1000)) throw Wrong($"A slow-down of {Slowdown} is not possible: choose 1 (none) to 1000.");
        if (NodeName.Length > 64) throw Wrong("The node's name is longer than 64 characters.");
        if (Advertise is not null && Orchestrator is null) throw Wrong("An address is advertised to an orchestrator: say to which.");
        if (Advertise is not null) Runtime.Transport.NodeClient.ParseUrl(Advertise);
        if (Orchestrator is not null) Runtime.Orchestrating.OrchestrationLimits.Name(NodeName, "node");
        Session.Validate();
        if (!ExecutionProvider.Available().Contains(Session.Provider.Trim().ToLowerInvariant()))
            throw Wrong($"The execution provider '{Session.Provider}' is not in this machine's ONNX Runtime; choose one of: {string.Join(", ", ExecutionProvider.Available())}.");
    }

    private static IsthmusException Wrong(string message) => new(ErrorKind.Usage, message);
}
