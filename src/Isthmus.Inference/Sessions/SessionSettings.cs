using Isthmus.Core.Errors;

namespace Isthmus.Inference.Sessions;

/// <summary>How a network is run on this machine.</summary>
public sealed record SessionSettings
{
    /// <summary>More threads than this are refused.</summary>
    public const int MaxThreads = 256;

    /// <summary>The settings with every default.</summary>
    public static SessionSettings Default { get; } = new();

    /// <summary>
    /// Threads that work on one operator, 1 to <see cref="MaxThreads"/>. Default: the number of processors, at most 16, beyond
    /// which the networks at hand get no faster.
    /// </summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>
    /// Whether idle threads burn a processor while they wait for work. Default false: the tiers of a demo share one machine,
    /// and a spinning neighbour would falsify what is measured.
    /// </summary>
    public bool Spinning { get; init; }

    /// <summary>The execution provider: "cpu", or another of <see cref="ExecutionProvider.Available"/>. Default "cpu".</summary>
    public string Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Threads is < 1 or > MaxThreads)
            throw new IsthmusException(ErrorKind.Usage, $"{Threads} threads are not possible: choose 1 to {MaxThreads}.");
        if (string.IsNullOrWhiteSpace(Provider))
            throw new IsthmusException(ErrorKind.Usage, "The execution provider has no name; the default is cpu.");
    }
}
