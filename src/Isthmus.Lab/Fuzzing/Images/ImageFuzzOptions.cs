using Isthmus.Core.Errors;
using Isthmus.Inference.Manifests;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>What a run over the reading of pictures does, and what it holds them to.</summary>
public sealed record ImageFuzzOptions
{
    /// <summary>The seed: the same one makes the same inputs, as long as the corpus is the same. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The number of the first input. Default 0.</summary>
    public long From { get; init; }

    /// <summary>How many inputs. Default 100,000.</summary>
    public long Count { get; init; } = 100_000;

    /// <summary>Processes that work at the same time. Default one for each processor.</summary>
    public int Processes { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 64);

    /// <summary>The longest that one input may take. Default 10 s: a picture may have 100 million pixels.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After so long an input counts as one that does not come back. Default a minute.</summary>
    public TimeSpan HangLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The most memory that the process may have in use while it works on an input, in bytes. Default 1.5 GB.</summary>
    public long MemoryLimit { get; init; } = 1_500_000_000;

    /// <summary>Findings that are described; more are only counted. Default 20.</summary>
    public int MaxFindings { get; init; } = 20;

    /// <summary>The one input to try; null to make inputs. Default null.</summary>
    public ImageReproducer? Replay { get; init; }

    /// <summary>What the network expects that the pictures are read for; null for a small one. Default null.</summary>
    public ModelManifest? Manifest { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Count < 1 || From < 0 || From > long.MaxValue - Count || Processes is < 1 or > 64)
            throw new IsthmusException(ErrorKind.Usage, "A fuzz run has at least one input, begins at 0 or above, and has 1 to 64 processes.");
        if (TimeLimit <= TimeSpan.Zero || HangLimit < TimeLimit || MemoryLimit < 100_000_000 || MaxFindings < 1)
            throw new IsthmusException(ErrorKind.Usage, "The limits of a fuzz run must be above zero, that of memory at least 100 MB, and an input hangs after its time is over.");
    }
}
