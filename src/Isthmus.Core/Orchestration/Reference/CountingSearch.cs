using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Reference;

/// <summary>
/// The exact optimum in polynomial time for a bounded number of nodes and of accuracies. What an option takes hangs only on how many users share its node, so for each way to have
/// k₁, k₂, … users on the nodes all times are fixed; then a dynamic program over the users, by how many are on each node so far, keeps the sums of time and accuracy that nothing
/// beats. What <see cref="FastSearch"/> finds and a Lagrangian bound at its price leave out most ways before that, and a bound at each way's own best price most sums within.
/// </summary>
public sealed class CountingSearch
{
    /// <summary>The most steps of the dynamic programs of the bounds: 100 users on 2 nodes, or 26 on 3.</summary>
    public const double MaxSteps = 2e9;

    /// <summary>The most partial sums that are kept for one way.</summary>
    public const int MaxLabels = 5_000_000;

    private const int DualSteps = 40;

    private readonly JointTable _table;
    private readonly int _users;
    private readonly int _places;
    private readonly double _wanted;
    private readonly int[] _counts;
    private readonly int[] _best;

    // Of the way in hand: for every state (how many are on each node so far) the state after one more user is at a place, −1 if that place is full.
    private int _states;
    private int[] _next = [];

    // By user and state: the least that the users from there on cost, and the accuracy of one decision that attains it.
    private double[] _rest = [];
    private double[] _accuracy = [];

    // By user, place and number of users there: the least time less price · accuracy; its accuracy.
    private readonly double[] _cost;
    private readonly double[] _gained;
    private readonly List<Label> _labels = [];
    private double _score;

    private CountingSearch(JointTable table, ReadOnlySpan<int> incumbent)
    {
        _table = table;
        _users = table.Users;
        _places = table.Places;
        _wanted = table.HasGoal ? table.Wanted : 0;
        _counts = new int[_places];
        _best = incumbent.ToArray();
        _cost = new double[_users * _places * (_users + 1)];
        _gained = new double[_cost.Length];
    }

    /// <summary>Finds the optimum.</summary>
    /// <returns>The best joint decision; null if none keeps to what is wanted (<see cref="Contradictions"/> says why).</returns>
    /// <exception cref="IsthmusException">The problem makes no sense, or is too large: <see cref="FastSearch"/> is for those.</exception>
    public static JointDecision? Solve(JointProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Validate();
        int[] choices = new int[problem.Users.Length];
        return Solve(JointTable.Of(problem), new(), choices) ? problem.Decide([.. choices]) : null;
    }

    /// <summary>Whether the optimum of so many users and nodes is found within <see cref="MaxSteps"/>.</summary>
    public static bool CanSolve(int users, int nodes) => Steps(users, nodes) <= MaxSteps;

    /// <summary>The same for a table.</summary>
    /// <param name="table">The problem.</param>
    /// <param name="fast">What finds a good decision first.</param>
    /// <param name="choices">Is overwritten with the positions in the users' menus if there is a decision.</param>
    internal static bool Solve(JointTable table, FastSearch fast, Span<int> choices)
    {
        if (!CanSolve(table.Users, table.Places - 1))
        {
            throw new IsthmusException(ErrorKind.Usage, $"The exact optimum of {table.Users} users on {table.Places - 1} nodes takes too long: use the fast search.");
        }

        if (!fast.Solve(table, choices)) return false;
        CountingSearch search = new(table, choices);
        search.Run(table.HasGoal ? fast.Price : 0);
        search._best.CopyTo(choices);
        return true;
    }

    // Σ over all ways of (k₁ + 1)·(k₂ + 1)·… is C(users + 2·nodes, 2·nodes).
    private static double Steps(int users, int nodes)
    {
        double states = 1;
        for (int i = 1; i <= 2 * nodes; i++) states *= (double)(users + i) / i;
        return states * users * (nodes + 1);
    }

    private void Run(double price)
    {
        _score = _table.ScoreOf(_best);
        Price(price, null);
        List<(double Bound, int[] Counts)> ways = [];
        Collect(1, _users, price, ways);

        // The most promising first: what it finds leaves out the others.
        ways.Sort(static (x, y) => x.Bound.CompareTo(y.Bound));
        foreach ((double bound, int[] counts) in ways)
        {
            if (bound >= _score) break;
            counts.CopyTo(_counts, 0);
            Prepare();
            if (Raise(price) is { } best) Explore(best);
            Price(price, null);
        }
    }

    private void Collect(int place, int left, double price, List<(double Bound, int[] Counts)> ways)
    {
        if (place == _places)
        {
            _counts[0] = left;
            Prepare();
            double bound = Relax(price, out _);
            if (bound < _score) ways.Add((bound, [.. _counts]));
            return;
        }

        for (int k = 0; k <= left; k++)
        {
            _counts[place] = k;
            Collect(place + 1, left - k, price, ways);
        }
    }

    // The least time less price · accuracy at every place: for all numbers of users there, or for those of one way.
    private void Price(double price, int[]? counts)
    {
        for (int u = 0; u < _users; u++)
        {
            for (int p = 0; p < _places; p++)
            {
                int from = counts is null ? 1 : counts[p], to = counts is null ? p == 0 ? 1 : _users : counts[p];
                for (int k = Math.Max(1, from); k <= to; k++)
                {
                    double least = double.PositiveInfinity, gained = 0;
                    for (int o = _table.First(u, p); o < _table.First(u, p + 1); o++)
                    {
                        double value = _table.Ms(o, k) - (price * _table.Accuracy(o));
                        if (value < least) (least, gained) = (value, _table.Accuracy(o));
                    }

                    int at = (((u * _places) + p) * (_users + 1)) + (p == 0 ? 0 : k);
                    (_cost[at], _gained[at]) = (least, gained);
                }
            }
        }
    }

    private void Prepare()
    {
        _states = 1;
        for (int p = 1; p < _places; p++) _states *= _counts[p] + 1;
        if (_next.Length < _states * _places) _next = new int[_states * _places];
        if (_rest.Length < (_users + 1) * _states) (_rest, _accuracy) = (new double[(_users + 1) * _states], new double[(_users + 1) * _states]);
        for (int s = 0; s < _states; s++)
        {
            _next[s * _places] = s;
            for (int p = 1, left = s, stride = 1; p < _places; p++)
            {
                int size = _counts[p] + 1;
                _next[(s * _places) + p] = left % size < _counts[p] ? s + stride : -1;
                left /= size;
                stride *= size;
            }
        }
    }

    // min Σ (ms − price · accuracy) + price · wanted over all decisions with these counts, by how many are on each node when user u is next; and the accuracy of one that attains it.
    private double Relax(double price, out double accuracy)
    {
        double[] rest = _rest, sums = _accuracy;
        int states = _states, places = _places;
        Array.Fill(rest, double.PositiveInfinity, _users * states, states);
        rest[(_users * states) + states - 1] = 0;
        sums[(_users * states) + states - 1] = 0;
        Span<double> cost = stackalloc double[places], gained = stackalloc double[places];
        for (int u = _users - 1; u >= 0; u--)
        {
            for (int p = 0; p < places; p++)
            {
                int at = (((u * places) + p) * (_users + 1)) + (p == 0 ? 0 : _counts[p]);
                (cost[p], gained[p]) = p > 0 && _counts[p] == 0 ? (double.PositiveInfinity, 0) : (_cost[at], _gained[at]);
            }

            int then = (u + 1) * states, now = u * states;
            for (int s = 0; s < states; s++)
            {
                double best = cost[0] + rest[then + s], sum = gained[0] + sums[then + s];
                for (int p = 1; p < places; p++)
                {
                    int next = _next[(s * places) + p];
                    if (next < 0) continue;
                    double value = cost[p] + rest[then + next];
                    if (value < best) (best, sum) = (value, gained[p] + sums[then + next]);
                }

                rest[now + s] = best;
                sums[now + s] = sum;
            }
        }

        accuracy = sums[0];
        return rest[0] + (price * _wanted);
    }

    // The price with the best bound for these counts: the bound is the lower envelope of lines, and the next price is where the last ones on either side meet. Null if the bound
    // says that nothing here is better than what is known.
    private double? Raise(double price)
    {
        if (!_table.HasGoal) return Evaluate(0).Bound < _score ? 0 : null;
        double limit = Math.Min(_table.Price, 1e12);
        (double Price, double Bound, double Slope) low = (double.NaN, 0, 0), high = (double.NaN, 0, 0);
        double bestPrice = price, best = double.NegativeInfinity, at = Math.Min(price, limit);
        for (int i = 0; i < DualSteps; i++)
        {
            (double bound, double slope) = Evaluate(at);
            if (bound >= _score) return null;
            if (bound > best) (best, bestPrice) = (bound, at);
            if (slope > 0) low = (at, bound, slope);
            else high = (at, bound, slope);
            if (slope == 0 || (slope > 0 && at >= limit) || (slope < 0 && at <= 0)) break;
            double next = double.IsNaN(high.Price) ? Math.Min(limit, Math.Max(2 * at, 1))
                : double.IsNaN(low.Price) ? (at < 1e-3 ? 0 : at / 2)
                : (high.Bound - low.Bound + (low.Slope * low.Price) - (high.Slope * high.Price)) / (low.Slope - high.Slope);
            if (!double.IsNaN(low.Price) && !double.IsNaN(high.Price))
            {
                double meet = low.Bound + (low.Slope * (next - low.Price));
                if (meet - best <= 1e-9 * (1 + Math.Abs(best)) || meet < best) break;
            }

            if (next == at) break;
            at = next;
        }

        return bestPrice;

        (double Bound, double Slope) Evaluate(double at)
        {
            Price(at, _counts);
            double bound = Relax(at, out double accuracy);
            return (bound, _wanted - accuracy);
        }
    }

    private void Explore(double price)
    {
        Price(price, _counts);
        double lagrange = Relax(price, out _);
        if (lagrange >= _score) return;
        (int Option, double Ms, double Accuracy)[][] menus = Menus();
        List<int>[] now = Lists(), then = Lists();
        _labels.Clear();
        _labels.Add(new(0, 0, -1, -1));
        now[0].Add(0);
        for (int u = 0; u < _users; u++)
        {
            int rest = (u + 1) * _states;
            for (int s = 0; s < _states; s++)
            {
                foreach (int index in now[s])
                {
                    Label label = _labels[index];
                    for (int p = 0; p < _places; p++)
                    {
                        int next = _next[(s * _places) + p];
                        if (next < 0) continue;
                        double bound = _rest[rest + next] + (price * _wanted);
                        foreach ((int option, double itemMs, double itemAccuracy) in menus[(u * _places) + p])
                        {
                            double ms = label.Ms + itemMs, sum = label.Accuracy + itemAccuracy;
                            if (!(ms - (price * sum) + bound < _score)) continue;
                            then[next].Add(_labels.Count);
                            _labels.Add(new(ms, sum, option, index));
                        }
                    }
                }

                now[s].Clear();
                if (_labels.Count > MaxLabels) throw new IsthmusException(ErrorKind.Usage, "The exact optimum of these users takes too much memory: use the fast search.");
            }

            foreach (List<int> list in then) Thin(list);
            (now, then) = (then, now);
        }

        foreach (int index in now[_states - 1])
        {
            Label label = _labels[index];
            double score = _table.Score(label.Ms, label.Accuracy);
            if (!(score < _score)) continue;
            _score = score;
            for (int u = _users - 1, at = index; u >= 0; u--, at = _labels[at].Before) _best[u] = _table.Choice(_labels[at].Option);
        }
    }

    private List<int>[] Lists()
    {
        List<int>[] lists = new List<int>[_states];
        for (int s = 0; s < _states; s++) lists[s] = [];
        return lists;
    }

    // What a user may do at a place, without what is beaten there in time and accuracy both.
    private (int Option, double Ms, double Accuracy)[][] Menus()
    {
        (int Option, double Ms, double Accuracy)[][] menus = new (int, double, double)[_users * _places][];
        List<(int Option, double Ms, double Accuracy)> items = [];
        for (int u = 0; u < _users; u++)
        {
            for (int p = 0; p < _places; p++)
            {
                items.Clear();
                for (int o = _table.First(u, p); o < _table.First(u, p + 1); o++) items.Add((o, _table.Ms(o, _counts[p]), _table.HasGoal ? _table.Accuracy(o) : 0));
                items.Sort(static (x, y) => x.Ms != y.Ms ? x.Ms.CompareTo(y.Ms) : y.Accuracy.CompareTo(x.Accuracy));
                int kept = 0;
                for (int i = 0; i < items.Count; i++)
                {
                    if (kept == 0 || items[i].Accuracy > items[kept - 1].Accuracy) items[kept++] = items[i];
                }

                menus[(u * _places) + p] = [.. items[..kept]];
            }
        }

        return menus;
    }

    // Leaves the sums that no other beats in time and accuracy both.
    private void Thin(List<int> list)
    {
        if (list.Count < 2) return;
        list.Sort((x, y) => _labels[x].Ms != _labels[y].Ms ? _labels[x].Ms.CompareTo(_labels[y].Ms) : _labels[y].Accuracy.CompareTo(_labels[x].Accuracy));
        double most = double.NegativeInfinity;
        int kept = 0;
        for (int i = 0; i < list.Count; i++)
        {
            int index = list[i];
            if (_labels[index].Accuracy <= most) continue;
            most = _labels[index].Accuracy;
            list[kept++] = index;
        }

        list.RemoveRange(kept, list.Count - kept);
    }

    private readonly record struct Label(double Ms, double Accuracy, int Option, int Before);
}
