using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Pipelines;

/// <summary>When a node is left alone.</summary>
public sealed record CircuitBreakerOptions
{
    /// <summary>The options with every default.</summary>
    public static CircuitBreakerOptions Default { get; } = new();

    /// <summary>This many failures in a row exclude the node; a connection that was refused does so at once. Default 2.</summary>
    public int Failures { get; init; } = 2;

    /// <summary>How long it is excluded before it is asked again; doubled each time it fails that question. Default 2 s.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest such pause. Default 30 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Failures < 1 || Pause <= TimeSpan.Zero || LongestPause < Pause)
            throw new IsthmusException(ErrorKind.Usage, "A circuit breaker needs at least one failure and a pause above zero, no longer than the longest pause.");
    }
}
