using System.Diagnostics;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Progress;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>
/// Runs <see cref="ImageFuzzer"/> in processes of their own, each over a part of the inputs: native code that crashes ends such a process and not the report. The journal says which input it
/// was; that input is tried alone, becomes a finding, and the part goes on behind it.
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="start">How to start a process that reads inputs From…From + Count − 1, notes them in the journal, and writes the report to its standard output as JSON.</param>
/// <param name="clock">The clock.</param>
public sealed class ImageFuzzProcess(ImageFuzzOptions options, Func<ImageFuzzOptions, string, ProcessStartInfo> start, TimeProvider? clock = null)
{
    // Inputs of one process: what it had counted is lost when it dies.
    private const long Block = 20_000;
    private const int LastLines = 8;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private ImageFuzzReport _sum = ImageFuzzReport.Nothing(options);
    private long _next = options.From;
    private long _done;

    /// <summary>Runs.</summary>
    /// <exception cref="IsthmusException">A process cannot be started, or complains about its options.</exception>
    public async Task<ImageFuzzReport> RunAsync(IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        long begun = _clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, options.Processes).Select(_ => WorkAsync(begun, progress, cancellationToken)));
        return _sum with { Seconds = _clock.GetElapsedTime(begun).TotalSeconds, From = options.From };
    }

    private async Task WorkAsync(long begun, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        while (Take() is { } part)
        {
            while (part.Count > 0)
            {
                (ImageFuzzReport? report, long current, string how) = await RunPartAsync(part, begun, progress, cancellationToken);
                if (report is not null)
                {
                    Add(report);
                    break;
                }

                // It died: once more with this input alone, so that it is this one and not what came before it.
                (ImageFuzzReport? alone, _, string again) = await RunPartAsync(part with { From = current, Count = 1 }, begun, null, cancellationToken);
                if (alone is not null && how.Length > 0) again = $"{how} Alone it did not.";
                ImageFuzzInput input = new ImageFuzzer(options).Input(current);
                FuzzFindingKind kind = how.StartsWith("It did not come back", StringComparison.Ordinal) ? FuzzFindingKind.Hang : FuzzFindingKind.ProcessDied;
                Add(ImageFuzzReport.Nothing(options) with
                {
                    From = part.From,
                    Inputs = current - part.From + 1,
                    FindingCount = 1,
                    Findings = [new(kind, current, input.Form.ToString(), input.Corpus, [.. input.Mutations], again)],
                });
                part = part with { From = current + 1, Count = part.From + part.Count - current - 1 };
            }
        }
    }

    private ImageFuzzOptions? Take()
    {
        lock (_lock)
        {
            long left = options.From + options.Count - _next;
            if (left <= 0) return null;
            long share = Math.Max(1, (options.Count + options.Processes - 1) / options.Processes);
            long count = Math.Min(left, Math.Min(Block, share));
            ImageFuzzOptions part = options with { From = _next, Count = count };
            _next += count;
            return part;
        }
    }

    private void Add(ImageFuzzReport report)
    {
        lock (_lock) _sum = ImageFuzzReport.Sum(_sum, report, options.MaxFindings);
    }

    private async Task<(ImageFuzzReport? Report, long Current, string How)> RunPartAsync(
        ImageFuzzOptions part, long begun, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        string path = Path.Combine(Path.GetTempPath(), $"isthmus-fuzz-{Guid.NewGuid():N}");
        FuzzJournal journal = FuzzJournal.InFile(path);
        try
        {
            ProcessStartInfo how = start(part, path);
            how.RedirectStandardOutput = true;
            how.RedirectStandardError = true;
            how.UseShellExecute = false;
            using Process process = Process.Start(how) ?? throw new IsthmusException(ErrorKind.Internal, "The fuzzing process does not start.");
            try
            {
                Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken), error = process.StandardError.ReadToEndAsync(cancellationToken);
                bool hung = await WatchAsync(process, journal, begun, progress, cancellationToken);
                return End(part, process.ExitCode, hung, await output, await error, journal);
            }
            catch
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        finally
        {
            journal.Dispose();
            File.Delete(path);
        }
    }

    // Whether it had to be stopped because an input did not come back.
    private async Task<bool> WatchAsync(Process process, FuzzJournal journal, long begun, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        Task ended = process.WaitForExitAsync(cancellationToken);
        long seen = 0, since = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                await ended.WaitAsync(Look, _clock, cancellationToken);
                Count(journal.Done - seen, begun, progress);
                return false;
            }
            catch (TimeoutException)
            {
                long done = journal.Done;
                if (done != seen)
                {
                    Count(done - seen, begun, progress);
                    (seen, since) = (done, _clock.GetTimestamp());
                }
                else if (_clock.GetElapsedTime(since) > options.HangLimit && journal.Current.Any())
                {
                    process.Kill(entireProcessTree: true);
                    await ended;
                    return true;
                }
            }
        }
    }

    private void Count(long more, long begun, IProgress<ProgressReport>? progress)
    {
        long done = Interlocked.Add(ref _done, more);
        progress?.Report(new($"{done:N0} of {options.Count:N0} inputs, {done / _clock.GetElapsedTime(begun).TotalSeconds:N0} a second", Math.Min(1, (double)done / options.Count)));
    }

    private (ImageFuzzReport? Report, long Current, string How) End(ImageFuzzOptions part, int exitCode, bool hung, string output, string error, FuzzJournal journal)
    {
        if (!hung && exitCode is 0 or (int)ErrorKind.Verification) return (JsonSerializer.Deserialize<ImageFuzzReport>(output, IsthmusJson.Compact), -1, "");
        string[] lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!hung && Enum.IsDefined((ErrorKind)exitCode) && lines is [.., string complaint] && complaint.StartsWith("isthmus: ", StringComparison.Ordinal))
            throw new IsthmusException((ErrorKind)exitCode, complaint["isthmus: ".Length..]);
        long current = journal.Current.FirstOrDefault(part.From);
        return (null, current, hung ? $"It did not come back within {options.HangLimit.TotalSeconds:0} s."
            : $"The process ended with exit code {exitCode}. {string.Join(" | ", lines.Take(LastLines))}");
    }
}
