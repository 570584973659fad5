using System.Runtime.InteropServices;
using Isthmus.Core.Codec;

namespace Isthmus.Lab.Fuzzing;

/// <summary>Gives inputs to decoders on one thread, and looks at what they do.</summary>
internal sealed class FuzzWorker : IDisposable
{
    // Values that no decoder leaves behind by chance in every element.
    private const uint FirstFill = 0xA5A5_A5A5;
    private const uint SecondFill = 0x5A5A_5A5A;
    private const byte FirstCanary = 0xC3;
    private const byte SecondCanary = 0x00;
    private const int Confirmations = 3;

    private readonly FrameFuzzOptions _options;
    private readonly IFuzzSource _source;
    private readonly TimeProvider _clock;
    private readonly FuzzInput _input;
    private readonly GuardedMemory _frameMemory;
    private readonly GuardedMemory _tensorMemory;
    private readonly byte[] _firstOutput;

    public FuzzWorker(FrameFuzzOptions options, IFuzzSource source, TimeProvider clock)
    {
        _options = options;
        _source = source;
        _clock = clock;
        _input = new(source.MaxFrameBytes);
        _frameMemory = new(source.MaxFrameBytes, options.Guard);
        _tensorMemory = new(4 * source.MaxElements, options.Guard);
        _firstOutput = new byte[4 * source.MaxElements];
    }

    /// <summary>What this thread has counted.</summary>
    public FuzzTally Tally { get; } = new();

    /// <summary>Makes one input and gives it to its decoder.</summary>
    public void Run(long index)
    {
        _source.Make(index, _input);
        // One in eight lies at the beginning of its pages, where reading before it is noticed.
        bool atStart = index % 8 == 7;
        if (_input.TablesFailure is { } failure)
        {
            Tally.Count(_input, null, false, 0, 0);
            Add(index, FuzzFindingKind.Crash, $"Reading tables: {Describe(failure)}");
            return;
        }

        Outcome first = Decode(atStart, FirstCanary, FirstFill, out string? touched);
        Tally.Count(_input, first.Refusal, first.Accepted, first.Allocated, first.Ms);
        if (Judge(first, touched, atStart) is { } finding) Add(index, finding.Kind, finding.Message);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frameMemory.Dispose();
        _tensorMemory.Dispose();
    }

    private void Add(long index, FuzzFindingKind kind, string message) => Tally.Add(
        new(kind, index, _input.Target.Name, _input.Expected, [.. _input.Mutations.Select(m => m.ToString())], message), _options.MaxFindings);

    private (FuzzFindingKind Kind, string Message)? Judge(Outcome first, string? touched, bool atStart)
    {
        if (touched is not null) return (FuzzFindingKind.Overwrite, touched);
        if (first.Crash is { } crash) return (FuzzFindingKind.Crash, Describe(crash));
        if (_input.IsGood && !first.Accepted) return (FuzzFindingKind.GoodFrameRefused, $"A frame of its own encoder was refused as {first.Refusal}.");

        long bound = _options.AllocationBase + (_options.AllocationPerTensorByte * 4 * _input.Expected.ElementCount);
        if (first.Allocated > bound && Least(atStart, o => o.Allocated, first.Allocated) is var bytes && bytes > bound)
            return (FuzzFindingKind.Memory, $"{bytes} bytes were allocated for a tensor of {4 * _input.Expected.ElementCount} bytes; {bound} are the limit.");
        double limit = _options.TimeLimit.TotalMilliseconds;
        if (first.Ms > limit && Least(atStart, o => o.Ms, first.Ms) is var ms && ms > limit)
            return (FuzzFindingKind.Time, $"Decoding took {ms:0} ms; {limit:0} are the limit.");

        bool twice = first.Accepted || _options.Guard == GuardKind.Poison;
        if (!twice) return null;
        int count = (int)(4 * _input.Expected.ElementCount);
        Span<byte> before = _firstOutput.AsSpan(0, count);
        if (first.Accepted) Last(atStart).CopyTo(before);
        Outcome second = Decode(atStart, SecondCanary, SecondFill, out touched);
        if (touched is not null) return (FuzzFindingKind.Overwrite, touched);
        if (second.Accepted == first.Accepted && second.Refusal == first.Refusal && (!first.Accepted || Last(atStart).SequenceEqual(before))) return null;

        // Something differs: with the first surroundings and the second content of the destination, is it the destination's fault?
        Outcome third = Decode(atStart, FirstCanary, SecondFill, out _);
        return third.Accepted == first.Accepted && third.Refusal == first.Refusal && (!first.Accepted || Last(atStart).SequenceEqual(before))
            ? (FuzzFindingKind.Overread, "What comes out depends on the bytes around the frame.")
            : (FuzzFindingKind.Leftover, "What comes out depends on what the destination held before.");
    }

    private Span<byte> Last(bool atStart) => _tensorMemory.Same((int)(4 * _input.Expected.ElementCount), atStart);

    private Outcome Decode(bool atStart, byte canary, uint fill, out string? touched)
    {
        Span<byte> frame = _frameMemory.Take(_input.Length, atStart, canary);
        _input.Frame.CopyTo(frame);
        Span<float> destination = MemoryMarshal.Cast<byte, float>(_tensorMemory.Take((int)(4 * _input.Expected.ElementCount), atStart, canary));
        MemoryMarshal.Cast<float, uint>(destination).Fill(fill);
        Outcome outcome = Call(frame, destination);
        touched = !_tensorMemory.IsIntact ? "It wrote before or behind its destination."
            : !_frameMemory.IsIntact ? "It wrote before or behind the frame."
            : !frame.SequenceEqual(_input.Frame) ? "It wrote into the frame." : null;
        return outcome;
    }

    private Outcome Call(ReadOnlySpan<byte> frame, Span<float> destination)
    {
        FrameError? refusal = null;
        Exception? crash = null;
        bool accepted = false;
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long start = _clock.GetTimestamp();
        try
        {
            _input.Codec.Decode(frame, _input.Expected, destination);
            accepted = true;
        }
        catch (FrameException e)
        {
            refusal = e.Error;
        }
        catch (Exception e)
        {
            crash = e;
        }

        double ms = _clock.GetElapsedTime(start).TotalMilliseconds;
        return new(accepted, refusal, crash, GC.GetAllocatedBytesForCurrentThread() - bytes, ms);
    }

    // The first decoding of a kind loads classes and fills pools, and another process may take the processor away: only what happens each time counts.
    private double Least(bool atStart, Func<Outcome, double> figure, double first)
    {
        double least = first;
        for (int i = 0; i < Confirmations; i++) least = Math.Min(least, figure(Decode(atStart, FirstCanary, FirstFill, out _)));
        return least;
    }

    private static string Describe(Exception e) =>
        $"{e.GetType().FullName}: {e.Message}" + (e.StackTrace?.Split('\n', 2)[0].Trim() is { Length: > 0 } frame ? $" ({frame})" : "");

    private readonly record struct Outcome(bool Accepted, FrameError? Refusal, Exception? Crash, long Allocated, double Ms);
}
