using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>The optimum of each state that was asked for, searched once.</summary>
/// <param name="model">What requests really take.</param>
/// <param name="goal">What accuracy is wanted.</param>
internal sealed class Optima(SystemModel model, AccuracyGoal goal)
{
    private const int Most = 100_000;

    private readonly Dictionary<Key, JointDecision?> _known = [];

    /// <summary>The best joint decision; null if none keeps to what is wanted.</summary>
    public JointDecision? Of(SystemState state)
    {
        Key key = new(state);
        if (_known.TryGetValue(key, out JointDecision? decision)) return decision;
        if (_known.Count >= Most) _known.Clear();
        decision = CountingSearch.Solve(model.Problem(state, goal));
        _known.Add(new(state.Copy()), decision);
        return decision;
    }

    internal readonly struct Key(SystemState state) : IEquatable<Key>
    {
        private readonly SystemState _state = state;

        public bool Equals(Key other) => _state.Users.AsSpan().SequenceEqual(other._state.Users) && _state.Nodes.AsSpan().SequenceEqual(other._state.Nodes);

        public override bool Equals(object? obj) => obj is Key key && Equals(key);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (UserCondition user in _state.Users) hash.Add(user);
            foreach (NodeCondition node in _state.Nodes) hash.Add(node);
            return hash.ToHashCode();
        }
    }
}
