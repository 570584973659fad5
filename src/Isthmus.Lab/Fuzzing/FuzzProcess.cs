using System.Diagnostics;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Progress;

namespace Isthmus.Lab.Fuzzing;

/// <summary>
/// Runs a <see cref="FrameFuzzer"/> in a process of its own, so that a decoder that touches foreign memory ends that process and not the
/// report: the journal says which inputs were being decoded, and each of them is then tried alone.
/// </summary>
/// <param name="options">What to do; the process is told with <paramref name="start"/>.</param>
/// <param name="start">
/// How to start a process that runs inputs From…From + Count − 1, notes them in the journal, and writes the report to its standard output as JSON.
/// </param>
/// <param name="clock">The clock.</param>
public sealed class FuzzProcess(FrameFuzzOptions options, Func<FrameFuzzOptions, string, ProcessStartInfo> start, TimeProvider? clock = null)
{
    private const int LastLines = 12;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>Runs.</summary>
    /// <exception cref="IsthmusException">The process cannot be started, or complains about its options.</exception>
    public async Task<FrameFuzzReport> RunAsync(IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        long begun = _clock.GetTimestamp();
        Ending ending = await RunAsync(options, progress, cancellationToken);
        if (ending.Report is { } report) return report;

        double seconds = _clock.GetElapsedTime(begun).TotalSeconds;
        List<FuzzFinding> findings = [];
        FrameFuzzer maker = new(options);
        foreach (long input in ending.Current)
        {
            Ending alone = await RunAsync(options with { From = input, Count = 1, Threads = 1 }, null, cancellationToken);
            if (alone.Report is not null) continue;
            FuzzReproducer frame = maker.Reproducer(input);
            findings.Add(new(
                FuzzFindingKind.ProcessDied, input, frame.Codec.ToString(), frame.Expected, [frame.Note],
                $"The process ended with exit code {alone.ExitCode}; the run ends here. {string.Join(" | ", alone.LastLines)}"));
        }

        if (findings.Count == 0)
        {
            throw new IsthmusException(
                ErrorKind.Internal,
                $"The fuzzing process ended with exit code {ending.ExitCode} while it decoded input {string.Join(" or ", ending.Current)} of seed {options.Seed}, and none of them does it alone: {string.Join(" | ", ending.LastLines)}");
        }

        return FuzzTally.Report(options, maker.Names, [], findings, seconds) with { Inputs = ending.Done };
    }

    private async Task<Ending> RunAsync(FrameFuzzOptions part, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
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
                Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
                Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
                await WatchAsync(process, journal, progress, part.Count, cancellationToken);
                return End(process.ExitCode, await output, await error, journal);
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

    private async Task WatchAsync(Process process, FuzzJournal journal, IProgress<ProgressReport>? progress, long count, CancellationToken cancellationToken)
    {
        long begun = _clock.GetTimestamp();
        Task ended = process.WaitForExitAsync(cancellationToken);
        while (true)
        {
            try
            {
                await ended.WaitAsync(Look, _clock, cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                long done = journal.Done;
                progress?.Report(new($"{done:N0} of {count:N0} inputs, {done / _clock.GetElapsedTime(begun).TotalSeconds:N0} a second", (double)done / count));
            }
        }
    }

    private static Ending End(int exitCode, string output, string error, FuzzJournal journal)
    {
        string[] lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (exitCode is 0 or (int)ErrorKind.Verification)
            return new(exitCode, JsonSerializer.Deserialize<FrameFuzzReport>(output, IsthmusJson.Compact), [], 0, []);
        // It said in one sentence what is wrong with its options.
        if (Enum.IsDefined((ErrorKind)exitCode) && lines is [.., string complaint] && complaint.StartsWith("isthmus: ", StringComparison.Ordinal))
            throw new IsthmusException((ErrorKind)exitCode, complaint["isthmus: ".Length..]);
        return new(exitCode, null, [.. journal.Current], journal.Done, lines.Length <= LastLines ? lines : lines[..LastLines]);
    }

    private sealed record Ending(int ExitCode, FrameFuzzReport? Report, long[] Current, long Done, string[] LastLines);
}
