using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration.Reference;

/// <summary>
/// The exact optimum in polynomial time for a bounded number of nodes and of accuracies. What an option takes hangs only on how many users share its node, so for each way to have
/// k₁, k₂, … users on the nodes all times are fixed; then a dynamic program over the users, by how many are on each node so far, keeps the sums of time and accuracy that nothing
/// beats. A Lagrangian bound leaves out most ways before that, and most sums within.
/// </summary>
public sealed class CountingSearch
{
    private const int DualSteps = 24;

    private readonly JointProblem _problem;
    private readonly int _users;
    private readonly int _nodes;
    private readonly double _wanted;
    private readonly double _perMissing;

    // Of each user by place (0 is the own device, then the nodes), what is served there.
    private readonly (int Choice, UserOption Option)[][][] _served;
    private readonly int[] _counts;
    private readonly int[] _stride;
    private double _best = double.PositiveInfinity;
    private int[]? _choices;

    private CountingSearch(JointProblem problem)
    {
        _problem = problem;
        _users = problem.Users.Length;
        _nodes = problem.Nodes.Length;
        _wanted = (problem.MinMeanAccuracy ?? 0) * _users;
        _perMissing = problem.MinMeanAccuracy is null ? 0 : problem.MsPerMissingAccuracy ?? double.PositiveInfinity;
        _served = [.. problem.Users.Select(u => Enumerable.Range(-1, _nodes + 1)
            .Select(n => u.Options.Select((o, i) => (i, o)).Where(p => p.o.Node == n && JointProblem.Serves(u, p.o)).ToArray()).ToArray())];
        _counts = new int[_nodes];
        _stride = new int[_nodes];
    }

    /// <summary>Finds the optimum.</summary>
    /// <returns>The best joint decision; null if none keeps to what is wanted.</returns>
    /// <exception cref="Errors.IsthmusException">The problem makes no sense.</exception>
    public static JointDecision? Solve(JointProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Validate();
        CountingSearch search = new(problem);
        List<(double Bound, double Multiplier, int[] Counts)> ways = [];
        foreach (int[] counts in search.Ways(0, problem.Users.Length))
        {
            if (search.Bound(counts) is { } bound) ways.Add((bound.Bound, bound.Multiplier, [.. counts]));
        }

        // The most promising first: what it finds leaves out the others.
        foreach ((double bound, double multiplier, int[] counts) in ways.OrderBy(w => w.Bound))
        {
            if (bound >= search._best) break;
            search.Explore(counts, multiplier);
        }

        return search._choices is null ? null : problem.Decide([.. search._choices]);
    }

    private IEnumerable<int[]> Ways(int node, int left)
    {
        if (node == _nodes)
        {
            yield return _counts;
            yield break;
        }

        for (int k = 0; k <= left; k++)
        {
            _counts[node] = k;
            foreach (int[] way in Ways(node + 1, left - k)) yield return way;
        }
    }

    // The best multiplier of the accuracy constraint for these counts, and the bound there; null if no decision has these counts.
    private (double Bound, double Multiplier)? Bound(int[] counts)
    {
        Menu[][] menus = Menus(counts);
        int states = Prepare(counts);
        double[] rest = new double[(_users + 1) * states], accuracy = new double[(_users + 1) * states];
        double low = 0, bound = Relax(menus, counts, 0, rest, accuracy, states, out double at);
        if (double.IsPositiveInfinity(bound)) return null;
        if (at >= _wanted - JointProblem.Tolerance || _perMissing == 0) return (bound, 0);
        double high = 1;
        while (high < _perMissing && high < 1e12)
        {
            double value = Relax(menus, counts, high, rest, accuracy, states, out at);
            if (value > bound) (bound, low) = (value, high);
            if (at >= _wanted - JointProblem.Tolerance) break;
            high *= 4;
        }

        // The dual is concave in the multiplier: a golden search around the best power of four.
        double from = low / 4, to = Math.Min(Math.Max(low, 0.25) * 4, double.IsPositiveInfinity(_perMissing) ? 1e12 : _perMissing), best = low;
        const double ratio = 0.6180339887498949;
        double a = to - (ratio * (to - from)), b = from + (ratio * (to - from));
        double va = Relax(menus, counts, a, rest, accuracy, states, out _), vb = Relax(menus, counts, b, rest, accuracy, states, out _);
        for (int i = 0; i < DualSteps; i++)
        {
            if (va >= vb)
            {
                (to, b, vb) = (b, a, va);
                a = to - (ratio * (to - from));
                va = Relax(menus, counts, a, rest, accuracy, states, out _);
            }
            else
            {
                (from, a, va) = (a, b, vb);
                b = from + (ratio * (to - from));
                vb = Relax(menus, counts, b, rest, accuracy, states, out _);
            }

            if (Math.Max(va, vb) > bound) (bound, best) = va >= vb ? (va, a) : (vb, b);
        }

        return (bound, best);
    }

    // min Σ (ms − μ·accuracy) + μ·wanted over all decisions with these counts, by how many are on each node when user u is next; and the accuracy of one that attains it.
    private double Relax(Menu[][] menus, int[] counts, double multiplier, double[] rest, double[] accuracy, int states, out double at)
    {
        int last = states - 1;
        for (int s = 0; s < states; s++) rest[(_users * states) + s] = s == last ? 0 : double.PositiveInfinity;
        accuracy[(_users * states) + last] = 0;
        double[] cost = new double[_nodes + 1], gained = new double[_nodes + 1];
        for (int u = _users - 1; u >= 0; u--)
        {
            for (int p = 0; p <= _nodes; p++)
            {
                cost[p] = double.PositiveInfinity;
                foreach (Item item in menus[u][p].Items)
                {
                    double value = item.Ms - (multiplier * item.Accuracy);
                    if (value < cost[p]) (cost[p], gained[p]) = (value, item.Accuracy);
                }
            }

            for (int s = 0; s < states; s++)
            {
                double best = double.PositiveInfinity, sum = 0;
                for (int p = 0; p <= _nodes; p++)
                {
                    int next = Next(s, p, counts);
                    if (next < 0) continue;
                    double value = cost[p] + rest[((u + 1) * states) + next];
                    if (value < best) (best, sum) = (value, gained[p] + accuracy[((u + 1) * states) + next]);
                }

                rest[(u * states) + s] = best;
                accuracy[(u * states) + s] = sum;
            }
        }

        at = accuracy[0];
        return rest[0] + (multiplier * _wanted);
    }

    private void Explore(int[] counts, double multiplier)
    {
        Menu[][] menus = Menus(counts);
        int states = Prepare(counts);
        double[] rest = new double[(_users + 1) * states], accuracy = new double[(_users + 1) * states];
        Relax(menus, counts, multiplier, rest, accuracy, states, out _);
        List<Label>[] now = [.. Enumerable.Range(0, states).Select(_ => new List<Label>())];
        now[0].Add(new(0, 0, -1, null));
        for (int u = 0; u < _users; u++)
        {
            List<Label>[] then = [.. Enumerable.Range(0, states).Select(_ => new List<Label>())];
            for (int s = 0; s < states; s++)
            {
                foreach (Label label in now[s])
                {
                    for (int p = 0; p <= _nodes; p++)
                    {
                        int next = Next(s, p, counts);
                        if (next < 0) continue;
                        double bound = rest[((u + 1) * states) + next] + (multiplier * _wanted);
                        foreach (Item item in menus[u][p].Items)
                        {
                            double ms = label.Ms + item.Ms, sum = label.Accuracy + item.Accuracy;
                            if (ms - (multiplier * sum) + bound < _best) then[next].Add(new(ms, sum, item.Choice, label));
                        }
                    }
                }
            }

            for (int s = 0; s < states; s++) Thin(then[s]);
            now = then;
        }

        foreach (Label label in now[states - 1])
        {
            double missing = _wanted - label.Accuracy;
            double score = label.Ms + (missing <= JointProblem.Tolerance * _users ? 0 : missing * _perMissing);
            if (!(score < _best)) continue;
            _best = score;
            _choices = new int[_users];
            int u = _users;
            for (Label? at = label; at?.Before is not null; at = at.Before) _choices[--u] = at.Choice;
        }
    }

    // Leaves the sums that no other beats in time and accuracy both.
    private static void Thin(List<Label> labels)
    {
        labels.Sort(static (x, y) => x.Ms != y.Ms ? x.Ms.CompareTo(y.Ms) : y.Accuracy.CompareTo(x.Accuracy));
        double most = double.NegativeInfinity;
        int kept = 0;
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i].Accuracy <= most) continue;
            most = labels[i].Accuracy;
            labels[kept++] = labels[i];
        }

        labels.RemoveRange(kept, labels.Count - kept);
    }

    private Menu[][] Menus(int[] counts) => [.. _served.Select(places => places.Select((served, p) => Menu.Of(served, p == 0 ? 1 : counts[p - 1])).ToArray())];

    private int Prepare(int[] counts)
    {
        int states = 1;
        for (int n = 0; n < _nodes; n++)
        {
            _stride[n] = states;
            states *= counts[n] + 1;
        }

        return states;
    }

    // The state after one more user is at a place; −1 if there are enough of them. The own device's users are whoever is left.
    private int Next(int state, int place, int[] counts) =>
        place == 0 ? state : state / _stride[place - 1] % (counts[place - 1] + 1) < counts[place - 1] ? state + _stride[place - 1] : -1;

    private readonly record struct Item(double Ms, double Accuracy, int Choice);

    private sealed record Label(double Ms, double Accuracy, int Choice, Label? Before);

    // What a user may do at a place, without what is beaten there in time and accuracy both.
    private sealed record Menu(ImmutableArray<Item> Items)
    {
        public static Menu Of((int Choice, UserOption Option)[] served, int users)
        {
            if (users == 0) return new([]);
            List<Item> kept = [];
            foreach ((int choice, UserOption option) in served.OrderBy(s => s.Option.At(users)).ThenByDescending(s => s.Option.Accuracy))
            {
                if (kept.Count == 0 || option.Accuracy > kept[^1].Accuracy) kept.Add(new(option.At(users), option.Accuracy, choice));
            }

            return new([.. kept]);
        }
    }
}
