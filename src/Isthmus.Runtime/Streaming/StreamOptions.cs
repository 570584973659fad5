using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Streaming;

/// <summary>How a stream of pictures is gone through.</summary>
public sealed record StreamOptions
{
    /// <summary>The options with every default.</summary>
    public static StreamOptions Default { get; } = new();

    /// <summary>
    /// The most pictures that have begun and whose answer has not been given out, 1…64; beyond it the source waits. Default null: as many as the plan needs to keep its
    /// longest stage busy, its predicted latency over its predicted period and one more, or 4 where nothing can be predicted.
    /// </summary>
    public int? Window { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Window is < 1 or > 64) throw new IsthmusException(ErrorKind.Usage, $"A window of {Window} pictures is not possible: choose 1 to 64.");
    }
}
