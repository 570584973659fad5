using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>What a reader of messages accepts: so that a hostile one costs bounded memory and time.</summary>
public sealed record InferLimits
{
    /// <summary>The defaults.</summary>
    public static InferLimits Default { get; } = new();

    /// <summary>Bytes of the JSON part. Default 64 MiB: tensors may be written as JSON numbers.</summary>
    public int MaxJsonBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of one tensor. Default 256 MiB.</summary>
    public int MaxTensorBytes { get; init; } = 256 << 20;

    /// <summary>Bytes of all tensors of a message together. Default 512 MiB.</summary>
    public long MaxTotalBytes { get; init; } = 512L << 20;

    /// <summary>How long content that may end early is waited for, from the arrival of the JSON part. Default a minute.</summary>
    public Milliseconds MaxWait { get; init; } = new(60_000);

    /// <summary>Tensors of one message. Default 64.</summary>
    public int MaxTensors { get; init; } = 64;

    /// <summary>Parameters of one message or tensor. Default 64.</summary>
    public int MaxParameters { get; init; } = 64;

    /// <summary>Characters of a name or an id. Default 1024.</summary>
    public int MaxNameLength { get; init; } = 1024;
}
