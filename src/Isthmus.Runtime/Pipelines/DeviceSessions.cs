using Isthmus.Core.Graphs;
using Isthmus.Inference.Sessions;

namespace Isthmus.Runtime.Pipelines;

/// <summary>
/// The segments that are loaded on the device: each is loaded once, by whoever needs it first, and the ones that were not used
/// for longest are unloaded beyond a memory limit. Thread-safe.
/// </summary>
internal sealed class DeviceSessions : IDisposable
{
    private readonly OnnxModel _model;
    private readonly IReadOnlyDictionary<string, TensorDescription> _tensors;
    private readonly Func<string, IReadOnlyList<string>> _tensorsOf;
    private readonly SessionSettings _settings;
    private readonly long _limit;
    private readonly Dictionary<(string? From, string? To), Entry> _entries = [];
    private readonly Lock _lock = new();
    private long _turn;
    private bool _disposed;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="model">The whole model.</param>
    /// <param name="tensors">Types and shapes of the cuts' tensors.</param>
    /// <param name="tensorsOf">The names of a cut's tensors in canonical order.</param>
    /// <param name="settings">Threads, provider.</param>
    /// <param name="limit">Bytes of memory that loaded segments may take together, by their own estimate; one is always allowed.</param>
    public DeviceSessions(
        OnnxModel model, IReadOnlyDictionary<string, TensorDescription> tensors, Func<string, IReadOnlyList<string>> tensorsOf, SessionSettings settings, long limit)
    {
        _model = model;
        _tensors = tensors;
        _tensorsOf = tensorsOf;
        _settings = settings;
        _limit = limit;
    }

    /// <summary>Loads a segment if it is not loaded.</summary>
    public async Task<SessionLease> LeaseAsync(string? from, string? to, CancellationToken cancellationToken)
    {
        Entry? entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue((from, to), out entry))
            {
                // Not cancelled with one request: others may wait for the same segment.
                entry = new(Task.Run(() => Load(from, to), CancellationToken.None));
                _entries.Add((from, to), entry);
            }

            entry.Leases++;
            entry.LastUse = ++_turn;
        }

        try
        {
            NetworkSession session = await entry.Session.WaitAsync(cancellationToken);
            Trim();
            return new(session, () => Release(entry));
        }
        catch
        {
            lock (_lock)
            {
                entry.Leases--;
                // A segment that could not be loaded may be asked for again.
                if (entry.Session.IsFaulted && _entries.TryGetValue((from, to), out Entry? now) && now == entry) _entries.Remove((from, to));
            }

            throw;
        }
    }

    public void Dispose()
    {
        List<Entry> all;
        lock (_lock)
        {
            _disposed = true;
            all = [.. _entries.Values];
            _entries.Clear();
        }

        foreach (Entry entry in all) Unload(entry);
    }

    private NetworkSession Load(string? from, string? to)
    {
        ReadOnlyMemory<byte> file = from is null && to is null
            ? _model.File
            : SegmentExtractor.Extract(_model, from is null ? null : _tensorsOf(from), to is null ? null : _tensorsOf(to), _tensors);
        return NetworkSession.Create(file, _settings);
    }

    private void Release(Entry entry)
    {
        lock (_lock) entry.Leases--;
        Trim();
    }

    private void Trim()
    {
        List<Entry> unloaded = [];
        lock (_lock)
        {
            long total = _entries.Values.Where(e => e.Session.IsCompletedSuccessfully).Sum(e => e.Session.Result.EstimatedBytes);
            foreach (((string?, string?) key, Entry entry) in _entries.OrderBy(e => e.Value.LastUse).ToArray())
            {
                if (total <= _limit || _entries.Count == 1) break;
                if (entry.Leases > 0 || !entry.Session.IsCompletedSuccessfully) continue;
                total -= entry.Session.Result.EstimatedBytes;
                _entries.Remove(key);
                unloaded.Add(entry);
            }
        }

        foreach (Entry entry in unloaded) Unload(entry);
    }

    private static void Unload(Entry entry) => _ = entry.Session.ContinueWith(
        t => t.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private sealed class Entry(Task<NetworkSession> session)
    {
        public Task<NetworkSession> Session { get; } = session;

        public int Leases { get; set; }

        public long LastUse { get; set; }
    }
}
