using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Running;

/// <summary>How a folder of pictures is gone through.</summary>
public sealed record RunnerOptions
{
    /// <summary>The options with every default.</summary>
    public static RunnerOptions Default { get; } = new();

    /// <summary>Pictures under way at a time, 1…256. Default 1: one user with one camera.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Concurrency is < 1 or > 256) throw new IsthmusException(ErrorKind.Usage, $"{Concurrency} pictures at a time are not possible: choose 1 to 256.");
    }
}
