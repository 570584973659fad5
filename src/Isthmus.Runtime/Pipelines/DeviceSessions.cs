using Isthmus.Core.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Protocol;

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
    private long _loaded;
    private long _ahead;
    private long _hits;
    private long _cold;
    private long _declined;
    private long _evicted;
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

    /// <summary>What became of the segments so far.</summary>
    public SessionCounters Counters
    {
        get
        {
            lock (_lock) return new(_loaded, _ahead, _hits, _cold, _declined, _evicted, Total());
        }
    }

    /// <summary>Whether a segment is loaded.</summary>
    public bool IsReady(string? from, string? to)
    {
        lock (_lock) return _entries.TryGetValue((from, to), out Entry? entry) && entry.Session.IsCompletedSuccessfully;
    }

    /// <summary>Loads a segment if it is not loaded.</summary>
    /// <param name="from">The cut where it begins.</param>
    /// <param name="to">The cut where it ends.</param>
    /// <param name="forPicture">Whether a picture waits for it; if not, it is being made ready before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<SessionLease> LeaseAsync(string? from, string? to, bool forPicture, CancellationToken cancellationToken)
    {
        Entry? entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue((from, to), out entry))
            {
                // Not cancelled with one request: others may wait for the same segment.
                entry = new(Task.Run(() => Load(File(from, to)), CancellationToken.None));
                _entries.Add((from, to), entry);
                _loaded++;
            }

            if (forPicture)
            {
                if (!entry.Session.IsCompletedSuccessfully) _cold++;
                if (entry.IsAhead) _hits++;
                entry.IsAhead = false;
            }

            entry.Leases++;
            entry.LastUse = ++_turn;
        }

        return await GetAsync((from, to), entry, cancellationToken);
    }

    /// <summary>Loads a segment ahead of need, if there is room without unloading what is kept for other reasons.</summary>
    /// <param name="from">The cut where it begins.</param>
    /// <param name="to">The cut where it ends.</param>
    /// <param name="keep">The segments that must not be unloaded for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<WarmOutcome> TryLoadAsync(string? from, string? to, IReadOnlySet<(string? From, string? To)> keep, CancellationToken cancellationToken)
    {
        if (IsReady(from, to)) return WarmOutcome.Ready;
        ReadOnlyMemory<byte> file = await Task.Run(() => File(from, to), cancellationToken);
        Entry? entry;
        List<Entry> unloaded = [];
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue((from, to), out entry))
            {
                if (!MakeRoom(2L * file.Length, keep, unloaded))
                {
                    _declined++;
                    return WarmOutcome.Declined;
                }

                entry = new(Task.Run(() => Load(file), CancellationToken.None)) { IsAhead = true };
                _entries.Add((from, to), entry);
                _loaded++;
                _ahead++;
            }

            entry.Leases++;
            entry.LastUse = ++_turn;
        }

        foreach (Entry old in unloaded) Unload(old);
        (await GetAsync((from, to), entry, cancellationToken)).Dispose();
        return WarmOutcome.Loaded;
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

    private async Task<SessionLease> GetAsync((string? From, string? To) key, Entry entry, CancellationToken cancellationToken)
    {
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
                if (entry.Session.IsFaulted && _entries.TryGetValue(key, out Entry? now) && now == entry) _entries.Remove(key);
            }

            throw;
        }
    }

    private ReadOnlyMemory<byte> File(string? from, string? to) => from is null && to is null
        ? _model.File
        : SegmentExtractor.Extract(_model, from is null ? null : _tensorsOf(from), to is null ? null : _tensorsOf(to), _tensors);

    private NetworkSession Load(ReadOnlyMemory<byte> file) => NetworkSession.Create(file, _settings);

    private long Total() => _entries.Values.Where(e => e.Session.IsCompletedSuccessfully).Sum(e => e.Session.Result.EstimatedBytes);

    private bool MakeRoom(long bytes, IReadOnlySet<(string? From, string? To)> keep, List<Entry> unloaded)
    {
        long total = Total();
        if (total + bytes <= _limit) return true;
        List<KeyValuePair<(string?, string?), Entry>> old =
            [.. _entries.Where(e => e.Value.Leases == 0 && e.Value.Session.IsCompletedSuccessfully && !keep.Contains(e.Key)).OrderBy(e => e.Value.LastUse)];
        if (total + bytes - old.Sum(e => e.Value.Session.Result.EstimatedBytes) > _limit) return false;
        foreach (((string?, string?) key, Entry entry) in old)
        {
            if (total + bytes <= _limit) break;
            total -= entry.Session.Result.EstimatedBytes;
            _entries.Remove(key);
            _evicted++;
            unloaded.Add(entry);
        }

        return true;
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
            long total = Total();
            if (total <= _limit) return;
            // A guess that nobody needed yet goes before what was needed.
            foreach (((string?, string?) key, Entry entry) in _entries.OrderBy(e => !e.Value.IsAhead).ThenBy(e => e.Value.LastUse).ToArray())
            {
                if (total <= _limit || _entries.Count == 1) break;
                if (entry.Leases > 0 || !entry.Session.IsCompletedSuccessfully) continue;
                total -= entry.Session.Result.EstimatedBytes;
                _entries.Remove(key);
                _evicted++;
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

        public bool IsAhead { get; set; }
    }
}
