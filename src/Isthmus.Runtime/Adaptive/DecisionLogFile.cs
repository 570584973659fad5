using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// Writes decisions to a file as JSON lines: a header for each run, then a line for each decision. A line is given to the system whole,
/// in one write, before the decision is used; a killed process leaves at most one torn line, the last. Thread-safe.
/// </summary>
/// <remarks>
/// A file that exists is continued. Beyond a size it is renamed to FILE.1, replacing the one before, and begun anew with a header: both
/// together are never larger than twice the size. A line that cannot be written (a full disk) ends the log, not the run;
/// <see cref="Problem"/> says so.
/// </remarks>
public sealed class DecisionLogFile : IDecisionLog, IDisposable
{
    /// <summary>The default of the size at which a new file is begun: 64 MB, some 40,000 decisions over three tiers.</summary>
    public const long DefaultMaxBytes = 64_000_000;

    private readonly string _path;
    private readonly long _maxBytes;
    private readonly Lock _lock = new();
    private FileStream? _file;
    private DecisionRule? _rule;

    /// <summary>Opens a log to be continued, or begins one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The size at which a new file is begun; at least 4096.</param>
    /// <exception cref="IsthmusException">The file cannot be written.</exception>
    public DecisionLogFile(string path, long maxBytes = DefaultMaxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 4096);
        _path = path;
        _maxBytes = maxBytes;
        try
        {
            _file = Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IsthmusException(ErrorKind.File, $"The log of decisions '{path}' cannot be written ({e.Message.TrimEnd('.')}): choose another path.", e);
        }
    }

    /// <summary>Why the log ended before the run; null if it did not.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    public void Add(DecisionRule rule, DecisionInputs inputs, DecisionResult result)
    {
        ArgumentNullException.ThrowIfNull(rule);
        byte[] line = Line(LoggedDecision.Of(inputs, result));
        lock (_lock)
        {
            if (_file is null) return;
            try
            {
                if (_file.Length > 0 && _file.Length + line.Length > _maxBytes) Rotate();
                if (_rule != rule)
                {
                    _file.Write(Line(DecisionLogHeader.Of(rule)));
                    _rule = rule;
                }

                _file.Write(line);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Problem = $"The log of decisions '{_path}' ends at decision {inputs.Number}: {e.Message}";
                Close();
            }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock) Close();
    }

    private static byte[] Line<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, IsthmusJson.Compact), (byte)'\n'];

    // Unbuffered: every write is one call of the system's.
    private FileStream Open()
    {
        FileStream file = new(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            // Whoever wrote before was killed in the middle of a line.
            if (file.ReadByte() != '\n') file.WriteByte((byte)'\n');
        }

        file.Seek(0, SeekOrigin.End);
        return file;
    }

    private void Rotate()
    {
        Close();
        File.Move(_path, _path + ".1", overwrite: true);
        _file = Open();
        _rule = null;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
