using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>What a fuzz run over activation frames does.</summary>
public sealed record FrameFuzzOptions
{
    /// <summary>The most inputs of one run.</summary>
    public const long MaxCount = 1_000_000_000_000;

    /// <summary>The seed; default 1. The same seed, codecs and number give the same input, on any number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The number of the first input; default 0.</summary>
    public long From { get; init; }

    /// <summary>How many inputs; default 100,000.</summary>
    public long Count { get; init; } = 100_000;

    /// <summary>The codecs; default: all.</summary>
    public ImmutableArray<ITensorCodec> Codecs { get; init; } = TensorCodecs.All;

    /// <summary>How touching foreign memory is noticed; default: by pages of the operating system.</summary>
    public GuardKind Guard { get; init; } = GuardKind.Pages;

    /// <summary>How many threads; default: one for each processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>A reproducer to run instead of made inputs; default: none.</summary>
    public FuzzReproducer? Replay { get; init; }

    /// <summary>Bytes that decoding one input may allocate beside what the tensor justifies: exceptions, tables; default 64 KiB.</summary>
    public long AllocationBase { get; init; } = 64 * 1024;

    /// <summary>Bytes that decoding may allocate for each byte of the plan's tensor; default 4.</summary>
    public long AllocationPerTensorByte { get; init; } = 4;

    /// <summary>The longest that decoding one input may take, which is one of 65,537 values at most; default a second.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After how long a decoder counts as one that does not come back; default 30 seconds.</summary>
    public TimeSpan HangLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many findings are kept, the first ones; the others are counted. Default 20.</summary>
    public int MaxFindings { get; init; } = 20;

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">One is out of range.</exception>
    public void Validate()
    {
        Check(Count is >= 1 and <= MaxCount, $"{Count} inputs cannot be made: choose from 1 to {MaxCount}.");
        Check(From is >= 0 and <= long.MaxValue - MaxCount, $"There is no input {From}: choose one from 0.");
        Check(Threads is >= 1 and <= 1024, $"{Threads} threads cannot be used: choose from 1 to 1024.");
        Check(Codecs.Length > 0, "There is no codec to fuzz: name one.");
    }

    private static void Check(bool holds, string message)
    {
        if (!holds) throw new IsthmusException(ErrorKind.Usage, message);
    }
}
