using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Storage;

namespace Isthmus.Runtime.Profiling;

/// <summary>
/// What an unfinished measurement has measured, by name, in a file. Entries older than an hour, or made under other conditions, are
/// forgotten: the machines may be busy with other things by now. Thread-safe.
/// </summary>
internal sealed class Journal
{
    private const long MaxBytes = 64_000_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly string? _path;
    private readonly string _conditions;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public Journal(string? path, string conditions, TimeProvider clock)
    {
        _path = path;
        _conditions = conditions;
        _clock = clock;
        if (path is null || !File.Exists(path)) return;
        try
        {
            Content? content = JsonSerializer.Deserialize<Content>(AtomicFile.ReadText(path, MaxBytes), IsthmusJson.Compact);
            if (content?.Conditions != conditions) return;
            foreach ((string name, Entry entry) in content.Entries)
            {
                if (clock.GetUtcNow() - entry.Measured < Lifetime) _entries[name] = entry;
            }
        }
        catch (Exception e) when (e is JsonException or IsthmusException)
        {
            // A damaged journal costs only time.
            _entries.Clear();
        }
    }

    /// <summary>What was measured before under this name, or what <paramref name="measure"/> gives now.</summary>
    public async Task<T> OnceAsync<T>(string name, Func<Task<T>> measure)
        where T : class
    {
        if (Known(name) is { } known)
        {
            try
            {
                if (known.Value.Deserialize<T>(IsthmusJson.Compact) is { } value) return value;
            }
            catch (JsonException)
            {
                // Written by another version: measure again.
            }
        }

        T result = await measure();
        if (_path is null) return result;
        lock (_lock)
        {
            _entries[name] = new(_clock.GetUtcNow(), JsonSerializer.SerializeToElement(result, IsthmusJson.Compact));
            AtomicFile.WriteText(_path, JsonSerializer.Serialize(new Content(_conditions, _entries), IsthmusJson.Compact));
        }

        return result;
    }

    /// <summary>Whether something was measured before under this name.</summary>
    public bool Has(string name) => Known(name) is not null;

    private Entry? Known(string name)
    {
        lock (_lock) return _entries.GetValueOrDefault(name);
    }

    /// <summary>The measurement is complete.</summary>
    public void Delete()
    {
        if (_path is not null) File.Delete(_path);
    }

    private sealed record Entry(DateTimeOffset Measured, JsonElement Value);

    private sealed record Content(string Conditions, Dictionary<string, Entry> Entries);
}
