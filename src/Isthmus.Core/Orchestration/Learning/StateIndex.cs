namespace Isthmus.Core.Orchestration.Learning;

/// <summary>Numbers the distinct states that were seen, from 0 on; asking for a known one allocates nothing.</summary>
internal sealed class StateIndex
{
    private readonly StateLevels _levels;
    private readonly byte[] _highest;
    private readonly byte[] _now;
    private readonly Dictionary<byte[], int> _numbers = new(new LevelsComparer());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<byte[]> _states = [];

    public StateIndex(StateLevels levels, ActionSpace actions)
    {
        _levels = levels;
        _highest = levels.Highest(actions.Users.Length, actions.Nodes.Length);
        _now = new byte[_highest.Length];
        _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _states.Count;

    public int Length => _highest.Length;

    public ReadOnlySpan<byte> this[int number] => _states[number];

    /// <summary>The number of a state; −1 if it was not seen.</summary>
    public int Find(SystemState state)
    {
        _levels.Write(state, _now);
        return _lookup.TryGetValue(_now, out int number) ? number : -1;
    }

    /// <summary>The number of a state, a new one if it was not seen.</summary>
    public int Add(SystemState state)
    {
        _levels.Write(state, _now);
        return Add(_now);
    }

    public int Add(ReadOnlySpan<byte> levels)
    {
        if (_lookup.TryGetValue(levels, out int number)) return number;
        number = _states.Count;
        byte[] kept = levels.ToArray();
        _states.Add(kept);
        _numbers.Add(kept, number);
        return number;
    }

    public void Clear()
    {
        _states.Clear();
        _numbers.Clear();
    }

    /// <summary>Whether these can be the levels of a state.</summary>
    public bool Possible(ReadOnlySpan<byte> levels)
    {
        if (levels.Length != _highest.Length) return false;
        for (int i = 0; i < levels.Length; i++)
        {
            if (levels[i] > _highest[i]) return false;
        }

        return true;
    }

    /// <summary>A state's levels, each from 0 to 1.</summary>
    public void Features<T>(ReadOnlySpan<byte> levels, Span<T> features)
        where T : System.Numerics.INumber<T>
    {
        for (int i = 0; i < levels.Length; i++) features[i] = _highest[i] == 0 ? T.Zero : T.CreateTruncating(levels[i]) / T.CreateTruncating(_highest[i]);
    }

    private sealed class LevelsComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
