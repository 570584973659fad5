namespace Isthmus.Core.Planning.Assignment;

/// <summary>A user who has images answered again and again, on a device of his own.</summary>
/// <param name="Name">What to call it.</param>
public sealed record AssignmentRequest(string Name)
{
    /// <summary>The profile's device that his is like; null: the only one.</summary>
    public string? Device { get; init; }

    /// <summary>Images a second, above 0; default 1.</summary>
    public double PerSecond { get; init; } = 1;

    /// <summary>How much he counts beside others, above 0; default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The least accuracy that he accepts, 0…1; default any.</summary>
    public double MinAccuracy { get; init; }

    /// <summary>The longest time that he accepts, in milliseconds; null: any.</summary>
    public double? MaxMs { get; init; }

    /// <summary>Bytes of his whole image, in the form of the curve; null: the mean of the profile.</summary>
    public long? Bytes { get; init; }

    /// <summary>wa, what accuracy is worth to him when satisfaction is sought; default 1.</summary>
    public double AccuracyWeight { get; init; } = 1;

    /// <summary>wc, what time is worth to him then; default 1.</summary>
    public double TimeWeight { get; init; } = 1;
}
