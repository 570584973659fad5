using System.Text;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;

namespace Isthmus.Runtime.Calibration;

/// <summary>
/// What an unfinished calibration has measured: a file to which lines are only ever added, so that a process that is killed loses what came after the
/// last line and nothing else. A line that was cut off is dropped. Sizes and losses do not age, so neither does the journal.
/// </summary>
internal sealed class CalibrationJournal : IDisposable
{
    private const long MaxBytes = 1_000_000_000;

    private readonly FileStream? _file;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _interval;
    private readonly Dictionary<string, JournalLine> _passes = new(StringComparer.Ordinal);
    private readonly Dictionary<int, JournalAnswer> _answers = [];
    private readonly Dictionary<int, JournalConfidence> _confidences = [];
    private long _last;

    /// <summary>Opens a journal, or begins one.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <param name="conditions">What must be the same for an old journal to be used.</param>
    /// <param name="interval">How often <see cref="Due"/> says that it is time to write.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="IsthmusException">The file belongs to another calibration, another process writes it, or it cannot be written.</exception>
    public CalibrationJournal(string? path, string conditions, TimeSpan interval, TimeProvider clock)
    {
        _clock = clock;
        _interval = interval;
        _last = clock.GetTimestamp();
        if (path is null) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The journal {path} cannot be written ({e.Message.TrimEnd('.')}): does another calibration write it?", e);
        }

        try
        {
            Read(path, conditions);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Whether it is time to write again.</summary>
    public bool Due => _file is not null && _clock.GetElapsedTime(_last) >= _interval;

    /// <summary>The answers of the un-split network that are known, by the image's number.</summary>
    public IReadOnlyDictionary<int, JournalAnswer> Answers => _answers;

    /// <summary>The answers of the device's network that are known, by the image's number among those that are pictures.</summary>
    public IReadOnlyDictionary<int, JournalConfidence> Confidences => _confidences;

    /// <summary>The times of the un-split network's runs that are known.</summary>
    public JournalLine? Whole { get; private set; }

    /// <summary>How far a pass was; null if it had not begun.</summary>
    public JournalLine? Pass(string name) => _passes.GetValueOrDefault(name);

    /// <summary>Adds a line. It is with the operating system when this returns, so that the end of the process does not lose it.</summary>
    public void Write(JournalLine line)
    {
        if (_file is null) return;
        byte[] text = [.. JsonSerializer.SerializeToUtf8Bytes(line, IsthmusJson.Compact), (byte)'\n'];
        try
        {
            _file.Write(text);
            _file.Flush();
        }
        catch (IOException e)
        {
            throw new IsthmusException(ErrorKind.File, $"The journal {_file.Name} cannot be written ({e.Message.TrimEnd('.')}): free the space, and give the same command again.", e);
        }

        _last = _clock.GetTimestamp();
    }

    public void Dispose() => _file?.Dispose();

    private void Read(string path, string conditions)
    {
        if (_file!.Length > MaxBytes) throw new IsthmusException(ErrorKind.File, $"'{path}' is no journal: it has {_file.Length} bytes. Remove it, or choose another output.");
        byte[] content = new byte[_file.Length];
        _file.ReadExactly(content);
        int end = 0;
        for (int next; (next = Array.IndexOf(content, (byte)'\n', end)) >= 0; end = next + 1)
        {
            JournalLine? line = Parse(content.AsSpan(end, next - end));
            if (end == 0 && line?.Conditions is null)
                throw new IsthmusException(ErrorKind.File, $"'{path}' is no journal of a calibration: remove it, or choose another output.");
            if (end == 0 && line!.Conditions != conditions)
                throw new IsthmusException(ErrorKind.File, $"'{path}' is the journal of an unfinished calibration of another kind (model, images, codecs, inputs or options differ): finish that one, remove the journal, or choose another output.");
            if (line is null) break;
            Take(line);
        }

        // What was cut off goes, so that the next line begins on a line of its own.
        _file.SetLength(end);
        _file.Position = end;
        if (end == 0) Write(new() { Conditions = conditions });
    }

    private void Take(JournalLine line)
    {
        if (line.Answers is { IsDefault: false } answers)
        {
            foreach (JournalAnswer answer in answers) _answers[answer.Image] = answer;
            Whole = line;
        }

        if (line.Confidences is { IsDefault: false } confidences)
        {
            foreach (JournalConfidence confidence in confidences) _confidences[confidence.Image] = confidence;
        }

        if (line.Pass is { } pass) _passes[pass] = line;
    }

    private static JournalLine? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalLine>(line, IsthmusJson.Compact);
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return null;
        }
    }
}
