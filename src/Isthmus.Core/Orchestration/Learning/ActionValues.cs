namespace Isthmus.Core.Orchestration.Learning;

/// <summary>
/// The values of the joint actions that were tried in one state. The best is known at once: a heap over the values, and a hash table from joint actions to places in it.
/// </summary>
internal sealed class ActionValues
{
    private long[] _keys = new long[8];
    private double[] _values = new double[8];
    private int[] _visits = new int[8];
    private int[] _place = new int[8];
    private int[] _heap = new int[8];
    private int[] _table = NewTable(16);

    public int Count { get; private set; }

    /// <summary>The joint action with the highest value, of equal ones the lowest number; −1 if none was tried.</summary>
    public long Best => Count == 0 ? -1 : _keys[_heap[0]];

    /// <summary>The highest value; there must be one.</summary>
    public double BestValue => _values[_heap[0]];

    public ReadOnlySpan<long> Keys => _keys.AsSpan(0, Count);

    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    public ReadOnlySpan<int> Visits => _visits.AsSpan(0, Count);

    /// <summary>The place of a joint action; −1 if it was not tried.</summary>
    public int Find(long key)
    {
        int mask = _table.Length - 1;
        for (int at = Hash(key) & mask; ; at = (at + 1) & mask)
        {
            int entry = _table[at];
            if (entry < 0 || _keys[entry] == key) return entry;
        }
    }

    /// <summary>Adds a joint action that is not there.</summary>
    public int Add(long key, double value, int visits)
    {
        if (Count == _keys.Length)
        {
            int size = Count * 2;
            Array.Resize(ref _keys, size);
            Array.Resize(ref _values, size);
            Array.Resize(ref _visits, size);
            Array.Resize(ref _place, size);
            Array.Resize(ref _heap, size);
            _table = NewTable(size * 2);
            for (int i = 0; i < Count; i++) Insert(i);
        }

        int entry = Count++;
        (_keys[entry], _values[entry], _visits[entry]) = (key, value, visits);
        Insert(entry);
        _heap[entry] = entry;
        _place[entry] = entry;
        Up(entry);
        return entry;
    }

    public double ValueAt(int entry) => _values[entry];

    public int VisitsAt(int entry) => _visits[entry];

    /// <summary>Gives a place another value and counts the visit.</summary>
    public void Set(int entry, double value)
    {
        _values[entry] = value;
        if (_visits[entry] < int.MaxValue) _visits[entry]++;
        Up(_place[entry]);
        Down(_place[entry]);
    }

    private static int[] NewTable(int size)
    {
        int[] table = new int[size];
        Array.Fill(table, -1);
        return table;
    }

    private static int Hash(long key) => (int)(((ulong)key * 0x9E3779B97F4A7C15) >> 33);

    private void Insert(int entry)
    {
        int mask = _table.Length - 1, at = Hash(_keys[entry]) & mask;
        while (_table[at] >= 0) at = (at + 1) & mask;
        _table[at] = entry;
    }

    private bool Before(int x, int y) => _values[x] > _values[y] || (_values[x] == _values[y] && _keys[x] < _keys[y]);

    private void Up(int at)
    {
        int entry = _heap[at];
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (!Before(entry, _heap[parent])) break;
            Put(at, _heap[parent]);
            at = parent;
        }

        Put(at, entry);
    }

    private void Down(int at)
    {
        int entry = _heap[at];
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= Count) break;
            if (child + 1 < Count && Before(_heap[child + 1], _heap[child])) child++;
            if (!Before(_heap[child], entry)) break;
            Put(at, _heap[child]);
            at = child;
        }

        Put(at, entry);
    }

    private void Put(int at, int entry)
    {
        _heap[at] = entry;
        _place[entry] = at;
    }
}
