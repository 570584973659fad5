using Isthmus.Core.Orchestration;

namespace Isthmus.Bench.Orchestration;

/// <summary>Q-learning as one writes it down first: a dictionary from state and joint action, and the best one found by going through all that were tried. The baseline of the fast one.</summary>
internal sealed class PlainTable(int users, int actions, double worstMs, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, Dictionary<string, double>> _values = [];

    public void Step(Func<string> state, Func<int[], double> play, double epsilon)
    {
        string before = state();
        int[] choices = _random.NextDouble() < epsilon || !_values.TryGetValue(before, out Dictionary<string, double>? row)
            ? [.. Enumerable.Range(0, users).Select(_ => _random.Next(actions))]
            : [.. row.MaxBy(v => v.Value).Key.Split(',').Select(int.Parse)];
        double reward = -play(choices) / worstMs;
        double future = _values.TryGetValue(state(), out Dictionary<string, double>? next) ? next.Values.Max() : 0;
        if (!_values.TryGetValue(before, out row)) _values[before] = row = [];
        string key = string.Join(',', choices);
        double value = row.GetValueOrDefault(key);
        row[key] = value + (0.9 * (reward + (0.1 * future) - value));
    }

    /// <summary>The levels of a state in words.</summary>
    public static string Words(SystemState state) => string.Join(';', state.Users.Select(u => $"{u.Cpu < 0.5},{u.Memory < 0.1},{u.Mbps < 10}").Concat(state.Nodes.Select(n => $"{(int)(9 * n.Cpu)},{n.Memory < 0.1},{n.Mbps < 10}")));
}
