using System.Collections.Immutable;
using System.Text;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// Makes logged decisions again, each from its own inputs and by the same <see cref="DecisionRule"/> that made them, and tells which come out
/// differently; and checks that each begins in the state that the one before left. Reads line by line, in bounded memory.
/// </summary>
public static class DecisionReplay
{
    /// <summary>Differences that a report lists; beyond them they are only counted.</summary>
    public const int MostDifferences = 100;

    /// <summary>The longest line, in bytes; a longer one is refused.</summary>
    public const int LongestLine = 1 << 20;

    /// <summary>Replays a log.</summary>
    /// <param name="path">The file.</param>
    /// <param name="profile">The profile that the run used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IsthmusException">
    /// The file cannot be read (<see cref="ErrorKind.File"/>), a line other than a torn one is no decision (<see cref="ErrorKind.Data"/>), or the
    /// profile is another (<see cref="ErrorKind.Planning"/>).
    /// </exception>
    public static ReplayReport Run(string path, Profile profile, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Run(file, Path.GetFileName(path), profile, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IsthmusException(ErrorKind.File, $"The log of decisions '{path}' cannot be read ({e.Message.TrimEnd('.')}): check the path.", e);
        }
    }

    /// <summary>Replays a log; see the other overload.</summary>
    /// <param name="log">The log's bytes.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <param name="profile">The profile that the run used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static ReplayReport Run(Stream log, string name, Profile profile, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(profile);
        Replay replay = new(ProfileIndex.Of(profile), name);
        foreach ((string line, int number) in Lines(log, name))
        {
            cancellationToken.ThrowIfCancellationRequested();
            replay.Take(line, number);
        }

        return replay.Report();
    }

    private static IEnumerable<(string Line, int Number)> Lines(Stream log, string name)
    {
        byte[] buffer = new byte[64 * 1024];
        using MemoryStream line = new();
        int number = 1;
        for (int read; (read = log.Read(buffer)) > 0;)
        {
            for (int at = 0; at < read;)
            {
                int end = Array.IndexOf(buffer, (byte)'\n', at, read - at);
                int stop = end < 0 ? read : end;
                if (line.Length + stop - at > LongestLine)
                    throw new IsthmusException(ErrorKind.Data, $"Line {number} of '{name}' is longer than 1 MiB: this is no log of decisions.");
                line.Write(buffer, at, stop - at);
                at = stop + 1;
                if (end < 0) break;
                yield return (Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length), number++);
                line.SetLength(0);
            }
        }

        if (line.Length > 0) yield return (Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length), number);
    }

    private sealed class Replay(ProfileIndex index, string name)
    {
        private readonly ImmutableArray<ReplayDifference>.Builder _differences = ImmutableArray.CreateBuilder<ReplayDifference>();
        private DecisionRule? _rule;
        private (DecisionInputs Inputs, DecisionResult Result)? _before;
        private IsthmusException? _torn;
        private int _runs;
        private int _tornLines;
        private long _decisions;
        private long _different;
        private long _switches;

        public void Take(string line, int number)
        {
            if (string.IsNullOrWhiteSpace(line)) return;
            bool isHeader = line.StartsWith("{\"kind\":", StringComparison.Ordinal);
            // A torn line may be followed only by the header of the run that continued the file.
            if (_torn is { } torn && !isHeader) throw torn;
            if (_torn is not null) _tornLines++;
            _torn = null;
            try
            {
                if (isHeader) Begin(line, number);
                else Decide(line, number);
            }
            catch (IsthmusException e) when (e.Kind == ErrorKind.Data && e is not MalformedLineException)
            {
                _torn = new MalformedLineException($"Line {number} of '{name}' is no decision: {e.Message}", e);
            }
        }

        public ReplayReport Report()
        {
            if (_torn is not null)
            {
                if (_decisions == 0) throw _torn;
                _tornLines++;
            }

            return new(_runs, _decisions, _decisions - _different, _different, _differences.ToImmutable(), _tornLines, _switches);
        }

        private void Begin(string line, int number)
        {
            DecisionLogHeader header = StrictJson.Parse<DecisionLogHeader>(line, $"line {number}", "header of a log of decisions");
            _rule = header.ToRule(index);
            _before = null;
            _runs++;
        }

        private void Decide(string line, int number)
        {
            if (_rule is null) throw new MalformedLineException($"'{name}' does not begin with the header of a log of decisions: 'isthmus run --decisions FILE' writes one.", null);
            LoggedDecision logged = StrictJson.Parse<LoggedDecision>(line, $"line {number}", "decision");
            DecisionInputs inputs;
            DecisionResult again;
            string? difference;
            try
            {
                inputs = logged.Inputs(index.Profile.Model);
                again = _rule.Decide(inputs);
                difference = logged.Differs(again, index.Profile.Model);
            }
            catch (IsthmusException e)
            {
                // Whole JSON that makes no sense was not torn.
                throw new MalformedLineException($"Line {number} of '{name}' cannot be decided again: {e.Message}", e);
            }

            if (_before is { } before)
            {
                if (inputs.Number != before.Inputs.Number + 1) difference ??= $"it follows decision {before.Inputs.Number}: what was between is missing";
                else if (inputs.Present != before.Result.Plan) difference ??= $"it began with {inputs.Present?.Describe() ?? "no plan"}, but the one before ended with {before.Result.Plan.Describe()}";
                else if (Math.Abs(inputs.Keep.Value - before.Result.Keep.Value) > 0.001) difference ??= $"it began with a plan to be kept for {inputs.Keep}, but the one before ended with {before.Result.Keep}";
                else if (inputs.Streak != before.Result.Streak) difference ??= $"it began with a streak of {inputs.Streak}, but the one before ended with {before.Result.Streak}";
            }

            _before = (inputs, again);
            _decisions++;
            if (again.Outcome is DecisionOutcome.Switched or DecisionOutcome.Forced) _switches++;
            if (difference is null) return;
            _different++;
            if (_differences.Count < MostDifferences) _differences.Add(new(number, inputs.Number, difference));
        }
    }

    private sealed class MalformedLineException(string message, Exception? inner) : IsthmusException(ErrorKind.Data, message, inner);
}
