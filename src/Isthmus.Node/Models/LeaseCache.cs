using System.Diagnostics.CodeAnalysis;

namespace Isthmus.Node.Models;

/// <summary>
/// Keeps costly things by key, the least recently used dropped first once together they cost more than the capacity. What is
/// leased is never dropped. Each is made once, however many ask for it at the same time; a failure is not kept. What was made ahead of
/// need goes before what was needed, and never drives out what was needed lately. Thread-safe.
/// </summary>
internal sealed class LeaseCache<TKey, TValue>(long capacity, Func<TValue, long> cost, Action<TValue> drop, TimeProvider? clock = null) : IDisposable
    where TKey : notnull
    where TValue : class
{
    /// <summary>What was used within this time is not dropped for something that is only likely to be needed.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long _sequence;
    private bool _disposed;

    /// <summary>What is kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    /// <summary>What it costs together.</summary>
    public long Cost { get; private set; }

    /// <summary>How many were made.</summary>
    public long Made { get; private set; }

    /// <summary>How many of these were made ahead of need.</summary>
    public long MadeAhead { get; private set; }

    /// <summary>How many that were made ahead were needed afterwards.</summary>
    public long Hits { get; private set; }

    /// <summary>How many were dropped for want of room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Leases the value of a key, making it if it is not there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="make">Makes it; runs on the thread pool, at most once at a time for one key.</param>
    /// <param name="cancellationToken">Ends the wait; what is being made is kept for others.</param>
    public async ValueTask<Lease> AcquireAsync(TKey key, Func<TValue> make, CancellationToken cancellationToken)
    {
        Entry entry;
        bool waits = false;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue(key, out Entry? found))
            {
                // Even if it is made by the time that anybody looks: something small, while this thread is held up.
                waits = true;
                Made++;
                found = new Entry(key, Task.Run(make, CancellationToken.None));
                _entries.Add(key, found);
            }

            entry = found;
            entry.Leases++;
            entry.LastUse = ++_sequence;
            entry.UsedAt = _clock.GetTimestamp();
            waits |= !entry.Value.IsCompletedSuccessfully;
            if (entry.IsAhead)
            {
                entry.IsAhead = false;
                Hits++;
            }
        }

        return await GetAsync(entry, waits, cancellationToken);
    }

    /// <summary>Makes the value of a key ahead of need, if there is room that nothing needs.</summary>
    /// <param name="key">The key.</param>
    /// <param name="estimate">About what the value will cost.</param>
    /// <param name="make">Makes it, as for <see cref="AcquireAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if there is no room without dropping what was used lately.</returns>
    public async ValueTask<bool> TryMakeAsync(TKey key, long estimate, Func<TValue> make, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue(key, out Entry? found))
            {
                if (!MakeRoom(estimate)) return false;
                Made++;
                MadeAhead++;
                found = new Entry(key, Task.Run(make, CancellationToken.None)) { IsAhead = true };
                _entries.Add(key, found);
            }

            entry = found;
            entry.Leases++;
            entry.LastUse = ++_sequence;
            entry.UsedAt = _clock.GetTimestamp();
        }

        (await GetAsync(entry, waited: false, cancellationToken)).Dispose();
        return true;
    }

    /// <summary>Whether a value is there already; if so, it counts as used now.</summary>
    public bool Touch(TKey key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry? entry) || !entry.Value.IsCompletedSuccessfully) return false;
            entry.LastUse = ++_sequence;
            entry.UsedAt = _clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>Drops the value of a key, unless it is in use.</summary>
    public void Drop(TKey key)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out Entry? entry) && entry.Leases == 0) Remove(entry);
        }
    }

    /// <summary>Drops everything; what is leased is dropped when its last lease ends.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (Entry entry in _entries.Values.Where(e => e.Leases == 0).ToArray()) Remove(entry);
        }
    }

    private async ValueTask<Lease> GetAsync(Entry entry, bool waited, CancellationToken cancellationToken)
    {
        try
        {
            TValue value = await entry.Value.WaitAsync(cancellationToken);
            lock (_lock)
            {
                if (!entry.IsCounted)
                {
                    entry.IsCounted = true;
                    entry.Cost = cost(value);
                    Cost += entry.Cost;
                    DropSurplus();
                }
            }

            return new Lease(this, entry, value, waited);
        }
        catch
        {
            Release(entry);
            throw;
        }
    }

    private void Release(Entry entry)
    {
        lock (_lock)
        {
            entry.Leases--;
            if (entry.Value.IsFaulted || entry.Value.IsCanceled)
            {
                if (_entries.TryGetValue(entry.Key, out Entry? present) && present == entry) _entries.Remove(entry.Key);
                return;
            }

            if (_disposed && entry.Leases == 0) Remove(entry);
            else DropSurplus();
        }
    }

    // Room for a guess: by what was not used lately, and by nothing if that is not enough.
    private bool MakeRoom(long estimate)
    {
        if (Cost + estimate <= capacity) return true;
        Entry[] old = [.. _entries.Values.Where(e => e.Leases == 0 && e.IsCounted && _clock.GetElapsedTime(e.UsedAt) > Lately).OrderBy(e => e.LastUse)];
        if (Cost + estimate - old.Sum(e => e.Cost) > capacity) return false;
        foreach (Entry entry in old)
        {
            if (Cost + estimate <= capacity) break;
            Dropped++;
            Remove(entry);
        }

        return true;
    }

    private void DropSurplus()
    {
        while (Cost > capacity)
        {
            Entry? oldest = null;
            foreach (Entry entry in _entries.Values)
            {
                if (entry.Leases == 0 && entry.IsCounted && (oldest is null || GoesBefore(entry, oldest))) oldest = entry;
            }

            if (oldest is null) return;
            Dropped++;
            Remove(oldest);
        }
    }

    // A guess that nobody needed yet goes before what was needed.
    private static bool GoesBefore(Entry a, Entry b) => a.IsAhead != b.IsAhead ? a.IsAhead : a.LastUse < b.LastUse;

    [SuppressMessage("Reliability", "MA0134", Justification = "The continuation is all that is left to do with it.")]
    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        if (entry.IsCounted) Cost -= entry.Cost;
        if (entry.Value.IsCompletedSuccessfully) drop(entry.Value.Result);
        // Still being made, for someone who gave up waiting.
        else entry.Value.ContinueWith(made => drop(made.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    /// <summary>The use of a value, until it is disposed.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly Entry _entry;
        private LeaseCache<TKey, TValue>? _cache;

        internal Lease(LeaseCache<TKey, TValue> cache, Entry entry, TValue value, bool waited)
        {
            _cache = cache;
            _entry = entry;
            Value = value;
            Waited = waited;
        }

        /// <summary>The value.</summary>
        public TValue Value { get; }

        /// <summary>Whether it had to be made, or was still being made, when it was asked for.</summary>
        public bool Waited { get; }

        /// <summary>Ends the use; only the first call does.</summary>
        public void Dispose() => Interlocked.Exchange(ref _cache, null)?.Release(_entry);
    }

    internal sealed class Entry(TKey key, Task<TValue> value)
    {
        public TKey Key { get; } = key;

        public Task<TValue> Value { get; } = value;

        public int Leases { get; set; }

        public long LastUse { get; set; }

        public long UsedAt { get; set; }

        public bool IsCounted { get; set; }

        public bool IsAhead { get; set; }

        public long Cost { get; set; }
    }
}
