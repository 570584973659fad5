using System.Collections.Immutable;
using Isthmus.Core.Progress;

namespace Isthmus.Lab.Fuzzing;

/// <summary>
/// Gives damaged and made-up activation frames to decoders. Whatever arrives, a decoder decodes it or refuses it with a FrameException; it
/// touches no memory but its own, allocates no more than the plan's tensor justifies, and comes back soon. Anything else is a finding.
/// </summary>
/// <remarks>
/// A run is determined by its seed, its codecs and the numbers of its inputs. With <see cref="GuardKind.Pages"/> a decoder that touches foreign
/// memory ends the process: <see cref="FuzzProcess"/> runs this in a process of its own.
/// </remarks>
public sealed class FrameFuzzer
{
    private const int Block = 256;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly FrameFuzzOptions _options;
    private readonly TimeProvider _clock;
    private readonly IFuzzSource _source;

    /// <summary>Prepares a run.</summary>
    /// <exception cref="Core.Errors.IsthmusException">An option is out of range.</exception>
    public FrameFuzzer(FrameFuzzOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Replay is not null) options = options with { From = 0, Count = 1 };
        // A thread without a block of inputs would have nothing to do.
        _options = options with { Threads = (int)Math.Min(options.Threads, (options.Count + Block - 1) / Block) };
        _clock = clock ?? TimeProvider.System;
        _source = options.Replay is { } reproducer ? new ReplaySource(reproducer, options.Codecs) : new FrameMutator(new FrameCorpus(options.Codecs, options.Seed), options.Seed);
    }

    /// <summary>The decoders, as reports name them.</summary>
    internal ImmutableArray<string> Names => _source.Names;

    /// <summary>Makes one input of the run as a file, without giving it to a decoder.</summary>
    public FuzzReproducer Reproducer(long index)
    {
        FuzzInput input = new(_source.MaxFrameBytes);
        _source.Make(index, input);
        return new(
            input.Target.Codec.Spec, input.Expected, input.Frame.ToArray(),
            $"isthmus fuzz frame: seed {_options.Seed}, input {index}, {_options.Codecs.Length} codecs; {string.Join(", ", input.Mutations)}{(input.IsSealed ? ", sealed" : "")}",
            input.HostileTables ?? input.Target.Tables?.Bytes);
    }

    /// <summary>Runs.</summary>
    /// <param name="progress">How far it is.</param>
    /// <param name="journal">A file in which to note what is being done, for who watches from outside; null for none.</param>
    /// <param name="cancellationToken">Ends the run; what was done until then is lost.</param>
    public async Task<FrameFuzzReport> RunAsync(IProgress<ProgressReport>? progress = null, string? journal = null, CancellationToken cancellationToken = default)
    {
        FuzzJournal notes = journal is null ? FuzzJournal.InMemory() : FuzzJournal.InFile(journal);
        long start = _clock.GetTimestamp();
        Run run = new(this, notes, cancellationToken);
        try
        {
            while (!await run.EndsWithinAsync(Look))
            {
                cancellationToken.ThrowIfCancellationRequested();
                long done = notes.Done;
                double seconds = _clock.GetElapsedTime(start).TotalSeconds;
                progress?.Report(new($"{done:N0} of {_options.Count:N0} inputs, {done / seconds:N0} a second", (double)done / _options.Count));
                if (run.Hanging() is { Length: > 0 } hanging)
                    return FuzzTally.Report(_options, Names, [], hanging.Select(Hang), seconds) with { Inputs = done };
            }

            cancellationToken.ThrowIfCancellationRequested();
            return FuzzTally.Report(_options, Names, run.Tallies(), [], _clock.GetElapsedTime(start).TotalSeconds);
        }
        finally
        {
            // Who hangs may still write into the journal.
            if (run.HasEnded) notes.Dispose();
        }
    }

    private FuzzFinding Hang(long index)
    {
        FuzzReproducer input = Reproducer(index);
        return new(
            FuzzFindingKind.Hang, index, input.Codec.ToString(), input.Expected, [input.Note],
            $"The decoder did not come back within {_options.HangLimit.TotalSeconds:0.##} s; the run ends here.");
    }

    /// <summary>The threads of a run. They are in the background: one that hangs does not keep the process alive.</summary>
    private sealed class Run
    {
        private readonly FrameFuzzer _fuzzer;
        private readonly FuzzJournal _journal;
        private readonly CancellationToken _cancellationToken;
        private readonly FuzzTally?[] _tallies;
        private readonly long[] _input;
        private readonly long[] _begun;
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;
        private long _next;

        public Run(FrameFuzzer fuzzer, FuzzJournal journal, CancellationToken cancellationToken)
        {
            _fuzzer = fuzzer;
            _journal = journal;
            _cancellationToken = cancellationToken;
            int threads = fuzzer._options.Threads;
            _tallies = new FuzzTally?[threads];
            _input = new long[threads];
            _begun = new long[threads];
            _next = fuzzer._options.From;
            _running = threads;
            for (int t = 0; t < threads; t++)
            {
                int own = t;
                _input[t] = -1;
                new Thread(() => Work(own)) { IsBackground = true, Name = $"fuzz {t}" }.Start();
            }
        }

        public bool HasEnded => _ended.Task.IsCompleted;

        public FuzzTally[] Tallies() => [.. _tallies.OfType<FuzzTally>()];

        public async Task<bool> EndsWithinAsync(TimeSpan time)
        {
            try
            {
                await _ended.Task.WaitAsync(time, _fuzzer._clock, CancellationToken.None);
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        public ImmutableArray<long> Hanging() => [.. Enumerable.Range(0, _input.Length)
            .Select(t => (Input: Volatile.Read(ref _input[t]), Begun: Volatile.Read(ref _begun[t])))
            .Where(w => w.Input >= 0 && _fuzzer._clock.GetElapsedTime(w.Begun) > _fuzzer._options.HangLimit)
            .Select(w => w.Input)];

        private void Work(int thread)
        {
            try
            {
                using FuzzWorker worker = new(_fuzzer._options, _fuzzer._source, _fuzzer._clock);
                _tallies[thread] = worker.Tally;
                long end = _fuzzer._options.From + _fuzzer._options.Count;
                long done = 0;
                while (!_cancellationToken.IsCancellationRequested)
                {
                    long first = Interlocked.Add(ref _next, Block) - Block;
                    if (first >= end) break;
                    for (long i = first; i < Math.Min(end, first + Block) && !_cancellationToken.IsCancellationRequested; i++)
                    {
                        _journal.Begin(thread, i);
                        Volatile.Write(ref _begun[thread], _fuzzer._clock.GetTimestamp());
                        Volatile.Write(ref _input[thread], i);
                        worker.Run(i);
                        Volatile.Write(ref _input[thread], -1);
                        _journal.Finish(thread, ++done);
                    }
                }

                _journal.Begin(thread, -1);
            }
            catch (Exception e)
            {
                // The fuzzer's own defect, or no memory: not a finding.
                _ended.TrySetException(e);
            }
            finally
            {
                if (Interlocked.Decrement(ref _running) == 0) _ended.TrySetResult();
            }
        }
    }
}
