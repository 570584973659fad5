using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Adaptive;

/// <summary>How segments of likely plans are made ready.</summary>
public sealed record SessionWarmerOptions
{
    /// <summary>The options with every default.</summary>
    public static SessionWarmerOptions Default { get; } = new();

    /// <summary>The time between two looks. Default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is likely is thought over again when a link has moved by this share, a node failed or came back, or the plan changed. Default 0.25.</summary>
    public double Moved { get; init; } = 0.25;

    /// <summary>And after this time, so that nodes do not take the segments for unneeded. Default 30 s; nodes keep what was asked for within a minute.</summary>
    public TimeSpan Renewal { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A wish that was declined is repeated after this time. Default 5 s.</summary>
    public TimeSpan Again { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most plans that are kept ready, the present one among them. Default 6.</summary>
    public int MostPlans { get; init; } = 6;

    /// <summary>How long a node may take to make one segment ready before it is left alone. Default 30 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Interval <= TimeSpan.Zero || Renewal <= TimeSpan.Zero || Again <= TimeSpan.Zero || Patience <= TimeSpan.Zero || Moved is not (> 0 and < 1) || MostPlans is < 1 or > 100)
            throw new IsthmusException(ErrorKind.Usage, "A warmer's times are above zero, its share is from 0 to 1, and it keeps 1 to 100 plans.");
    }
}
