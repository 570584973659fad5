namespace Isthmus.Runtime.Adaptive;

/// <summary>How often links and nodes are looked after.</summary>
public sealed record LinkMonitorOptions
{
    /// <summary>The options with every default.</summary>
    public static LinkMonitorOptions Default { get; } = new();

    /// <summary>The time between two looks. Default 500 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A link that told nothing for this time is measured. Default 2 s.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an excluded node may take to say that it is back. Default 2 s.</summary>
    public TimeSpan ReviveTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
