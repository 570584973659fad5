using System.Runtime.InteropServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>
/// Gives damaged and made-up pictures to the preprocessor, one after another, in this process. Whatever arrives, it becomes a tensor of finite numbers or is refused with one sentence, in
/// bounded time and memory. Anything else is a finding. The native code may end the process: <see cref="ImageFuzzProcess"/> runs this in processes of their own.
/// </summary>
public sealed class ImageFuzzer
{
    private const int Confirmations = 3;

    private readonly ImageFuzzOptions _options;
    private readonly TimeProvider _clock;
    private readonly ImageCorpus _corpus;
    private readonly ImageMutator _mutator;
    private readonly Dictionary<(string Form, string Corpus), ImageFuzzTally> _tallies = [];
    private readonly List<ImageFuzzFinding> _findings = [];
    private long _findingCount;

    /// <summary>Prepares a run.</summary>
    /// <exception cref="IsthmusException">An option is out of range, or libvips is missing.</exception>
    public ImageFuzzer(ImageFuzzOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _clock = clock ?? TimeProvider.System;
        _corpus = new(options.Manifest);
        _mutator = new(_corpus, options.Seed);
    }

    /// <summary>Makes one input of the run as a file, without reading it.</summary>
    public ImageReproducer Reproducer(long index)
    {
        ImageFuzzInput input = Input(index);
        return new(input.Form, input.Bytes, $"seed {_options.Seed}, input {index}: {input.Corpus}, {string.Join(", ", input.Mutations)}");
    }

    /// <summary>Runs.</summary>
    /// <param name="journal">A file in which to note what is being done; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ImageFuzzReport Run(string? journal = null, CancellationToken cancellationToken = default)
    {
        using FuzzJournal notes = journal is null ? FuzzJournal.InMemory() : FuzzJournal.InFile(journal);
        long start = _clock.GetTimestamp();
        long accepted = 0, good = 0, done = 0;
        for (long i = _options.From; i < _options.From + _options.Count && !cancellationToken.IsCancellationRequested; i++)
        {
            notes.Begin(0, i);
            ImageFuzzInput input = Input(i);
            if (Read(i, input)) accepted++;
            if (input.IsGood) good++;
            notes.Finish(0, ++done);
        }

        notes.Begin(0, -1);
        cancellationToken.ThrowIfCancellationRequested();
        return new(_options.Seed, _options.From, done, _clock.GetElapsedTime(start).TotalSeconds, good, accepted, done - accepted, [.. _tallies.Values], _findingCount, [.. _findings]);
    }

    internal ImageFuzzInput Input(long index) =>
        _options.Replay is { } replay ? new(replay.Form, "replay", replay.Bytes.ToArray(), IsGood: false, [replay.Note]) : _mutator.Make(index);

    private bool Read(long index, ImageFuzzInput input)
    {
        PeakMemory.Reset();
        bool accepted = false;
        (FuzzFindingKind Kind, string Message)? defect = null;
        long start = _clock.GetTimestamp();
        try
        {
            using Tensor tensor = _corpus.Preprocessor.FromEncoded(input.Bytes, input.Form);
            accepted = true;
            foreach (float value in MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span))
            {
                // A tensor that crosses as such may hold anything.
                if (!float.IsFinite(value) && input.Form.Kind != Core.Planning.InputKind.Tensor) defect = (FuzzFindingKind.Leftover, "The tensor has values that are not finite.");
            }
        }
        catch (IsthmusException e) when (e.Kind == ErrorKind.Data && IsSentence(e.Message))
        {
            if (input.IsGood) defect = (FuzzFindingKind.GoodFrameRefused, $"A good picture was refused: {e.Message}");
        }
        catch (Exception e)
        {
            defect = (FuzzFindingKind.Crash, $"{e.GetType().FullName}: {e.Message}");
        }

        double ms = _clock.GetElapsedTime(start).TotalMilliseconds;
        // Another process may take the processor away: only what happens each time counts.
        for (int i = 0; i < Confirmations && ms > _options.TimeLimit.TotalMilliseconds; i++) ms = Math.Min(ms, Again(input));
        long peak = PeakMemory.Read();
        if (ms > _options.TimeLimit.TotalMilliseconds) defect ??= (FuzzFindingKind.Time, $"Reading took {ms:0} ms; {_options.TimeLimit.TotalMilliseconds:0} are the limit.");
        if (peak > _options.MemoryLimit) defect ??= (FuzzFindingKind.Memory, $"The process had {peak} bytes in use; {_options.MemoryLimit} are the limit.");
        (string, string) key = (input.Form.ToString(), input.Corpus);
        ImageFuzzTally one = new(input.Form.ToString(), input.Corpus, 1, accepted ? 1 : 0, ms, peak);
        _tallies[key] = _tallies.TryGetValue(key, out ImageFuzzTally? known) ? ImageFuzzTally.Sum(known, one) : one;
        if (defect is { } d)
        {
            _findingCount++;
            if (_findings.Count < _options.MaxFindings) _findings.Add(new(d.Kind, index, input.Form.ToString(), input.Corpus, [.. input.Mutations], d.Message));
        }

        return accepted;
    }

    private double Again(ImageFuzzInput input)
    {
        long start = _clock.GetTimestamp();
        try
        {
            _corpus.Preprocessor.FromEncoded(input.Bytes, input.Form).Dispose();
        }
        catch (IsthmusException)
        {
            // As before.
        }

        return _clock.GetElapsedTime(start).TotalMilliseconds;
    }

    // One sentence that names what is wrong, not a page of a library's log.
    private static bool IsSentence(string message) => message.Length is > 10 and < 400 && !message.Contains('\n', StringComparison.Ordinal);
}
