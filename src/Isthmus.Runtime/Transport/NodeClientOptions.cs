using Isthmus.Core.Errors;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Transport;

/// <summary>How a <see cref="NodeClient"/> talks to its node.</summary>
public sealed record NodeClientOptions
{
    /// <summary>The largest window that HTTP/2 in .NET takes, in bytes.</summary>
    public const int MaxWindow = 16 << 20;

    /// <summary>The options with every default.</summary>
    public static NodeClientOptions Default { get; } = new();

    /// <summary>How long a connection may take to be made. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Bytes of an answer that may be on their way at once (HTTP/2's stream window), 64 KiB … 16 MiB. Default 16 MiB: a link of
    /// 1 Gbit/s and 100 ms holds 12.5 MB, and HTTP/2's own default of 64 KiB would starve it.
    /// </summary>
    public int StreamWindow { get; init; } = MaxWindow;

    /// <summary>An idle connection is asked for a sign of life after this time. Default 15 s.</summary>
    public TimeSpan KeepAliveDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long that sign may take before the connection counts as dead. Default 10 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a connection that was refused is tried again; 0…10. Default 2. A request that left is never sent again.</summary>
    public int ConnectRetries { get; init; } = 2;

    /// <summary>The wait before the first of these retries, doubled each time. Default 50 ms.</summary>
    public TimeSpan ConnectRetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>What is accepted of an answer.</summary>
    public InferLimits Limits { get; init; } = InferLimits.Default;

    /// <summary>The clock of timeouts and measurements.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (ConnectTimeout <= TimeSpan.Zero || KeepAliveDelay < TimeSpan.FromSeconds(1) || KeepAliveTimeout < TimeSpan.FromSeconds(1) || ConnectRetryDelay <= TimeSpan.Zero)
            throw new IsthmusException(ErrorKind.Usage, "A node client's times must be above zero, and those of keep-alive at least one second.");
        if (StreamWindow is < 65535 or > MaxWindow)
            throw new IsthmusException(ErrorKind.Usage, $"An HTTP/2 window of {StreamWindow} bytes is not possible: choose 65535 to {MaxWindow}.");
        if (ConnectRetries is < 0 or > 10)
            throw new IsthmusException(ErrorKind.Usage, $"{ConnectRetries} retries are not possible: choose 0 to 10.");
    }
}
