namespace Isthmus.Core.Orchestration.Reference;

/// <summary>
/// A joint decision that is close to the optimum, for hundreds of users, fast. With a price on accuracy (Lagrange), one user is moved from place to place, two or three change places,
/// as long as the sum of times gets smaller, counting what that does to those who share the nodes; the price is searched for, and last, pairs of changes use up what accuracy is to spare.
/// It begins with its last decision and price, so that a small change of times takes little. Not thread-safe.
/// </summary>
/// <remarks>With everybody's place count fixed and a fixed price, no swap, three-cycle, single move or move over a third place makes the result better: a local optimum, not a proven one.</remarks>
public sealed class FastSearch
{
    private const double Least = 1e-9;
    private const int MaxPolish = 24;

    private readonly JointTable _own = new();
    private JointTable _table = new();
    private int _users;
    private int _places;

    // Of each user at each place with one user fewer there, as many, one more: the least time less price · accuracy, and the option that has it.
    private double[] _cost = [];
    private int[] _pick = [];

    private int[] _option = [], _place = [], _best = [];
    private double _bestScore;

    // By place: how many users, and the sum of their costs with one fewer, as many, one more.
    private readonly int[] _count = new int[JointProblem.MaxNodes + 1];
    private readonly double[] _sum = new double[3 * (JointProblem.MaxNodes + 1)];

    // From place to place: the least that a user's cost changes by, and who that is. The kinds: as many stay in both, one more there, one fewer here, both.
    private readonly double[] _arc = new double[4 * (JointProblem.MaxNodes + 1) * (JointProblem.MaxNodes + 1)];
    private readonly int[] _who = new int[4 * (JointProblem.MaxNodes + 1) * (JointProblem.MaxNodes + 1)];

    // Changes that keep everybody's place count, by from and to: for pairs of them.
    private double[] _gain = [];
    private int[] _change = [], _changeUser = [], _leastAt = [], _secondAt = [];
    private readonly int[] _group = new int[((JointProblem.MaxNodes + 1) * (JointProblem.MaxNodes + 1)) + 1];

    private int[] _last = [];
    private double _lastPrice;

    /// <summary>The price of accuracy at the last decision: what one user's whole unit of accuracy was worth, in milliseconds.</summary>
    internal double Price => _lastPrice;

    /// <summary>Finds a good joint decision, beginning with the last one if it was for as many users.</summary>
    /// <returns>The decision; null if nothing keeps to what is wanted (<see cref="Contradictions"/> says why).</returns>
    /// <exception cref="Errors.IsthmusException">The problem makes no sense.</exception>
    public JointDecision? Solve(JointProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Validate();
        int[] choices = new int[problem.Users.Length];
        return Solve(JointTable.Of(problem, _own), choices) ? problem.Decide([.. choices]) : null;
    }

    /// <summary>Forgets the last decision.</summary>
    public void Forget() => (_last, _lastPrice) = ([], 0);

    /// <summary>Begins the next time with these choices and this price.</summary>
    internal void Remember(ReadOnlySpan<int> choices, double price) => (_last, _lastPrice) = (choices.ToArray(), price);

    /// <summary>The same for a table.</summary>
    /// <param name="table">The problem.</param>
    /// <param name="choices">Is overwritten with the positions in the users' menus if there is a decision.</param>
    internal bool Solve(JointTable table, Span<int> choices)
    {
        Prepare(table);
        if (!MostAccurate()) return false;
        bool warm = Start();
        if (!warm) Begin();
        double price = _table.HasGoal ? Prices(warm) : Settle(0);
        if (double.IsPositiveInfinity(_bestScore)) return false;
        if (_table.HasGoal) Polish();
        for (int u = 0; u < _users; u++) choices[u] = _table.Choice(_best[u]);
        if (_last.Length != _users) _last = new int[_users];
        choices[.._users].CopyTo(_last);
        _lastPrice = price;
        return true;
    }

    private void Prepare(JointTable table)
    {
        _table = table;
        _users = table.Users;
        _places = table.Places;
        if (_cost.Length < _users * _places * 3)
        {
            _cost = new double[_users * _places * 3];
            _pick = new int[_users * _places * 3];
        }

        if (_option.Length < _users) (_option, _place, _best) = (new int[_users], new int[_users], new int[_users]);
        _bestScore = double.PositiveInfinity;
    }

    // What keeps to a hard goal if anything does. False if somebody is served by nothing.
    private bool MostAccurate()
    {
        for (int u = 0; u < _users; u++)
        {
            int first = _table.First(u, 0), end = _table.First(u + 1, 0);
            if (first == end) return false;
            int best = first;
            for (int o = first + 1; o < end; o++)
            {
                if (_table.Accuracy(o) > _table.Accuracy(best)) best = o;
            }

            (_option[u], _place[u]) = (best, _table.PlaceOf(u, best));
        }

        Count();
        Judge();
        return true;
    }

    private bool Start()
    {
        if (_last.Length != _users) return false;
        for (int u = 0; u < _users; u++)
        {
            int option = _table.Find(u, _last[u]);
            if (option < 0) return false;
            (_option[u], _place[u]) = (option, _table.PlaceOf(u, option));
        }

        Count();
        return true;
    }

    // Several beginnings without a price; the best of what comes of them.
    private void Begin()
    {
        int[] kept = new int[_users];
        double least = double.PositiveInfinity;
        for (int way = 0; way <= _places; way++)
        {
            for (int u = 0; u < _users; u++)
            {
                // Everybody at home; then everybody where it is best alone; then everybody at each node in turn.
                double best = double.PositiveInfinity;
                for (int p = 0; p < _places; p++)
                {
                    for (int o = _table.First(u, p); o < _table.First(u, p + 1); o++)
                    {
                        double ms = _table.Ms(o, 1) + (way == 1 || p == (way == 0 ? 0 : way - 1) ? 0 : 1e15);
                        if (ms < best) (best, _option[u], _place[u]) = (ms, o, p);
                    }
                }
            }

            Count();
            Settle(0);
            double ms0 = Sums().Ms;
            if (ms0 >= least) continue;
            least = ms0;
            _option.AsSpan(0, _users).CopyTo(kept);
        }

        for (int u = 0; u < _users; u++) (_option[u], _place[u]) = (kept[u], _table.PlaceOf(u, kept[u]));
        Count();
    }

    // Searches for the price at which the accuracy is just reached; every decision on the way is a candidate.
    private double Prices(bool warm)
    {
        double wanted = _table.Wanted, limit = Math.Min(_table.Price, 1e9);
        double price = warm ? Math.Min(_lastPrice, limit) : 0;
        Settle(price);
        (double ms, double accuracy) = Sums();
        double low = 0, high = double.PositiveInfinity;
        double factor = warm ? 1.1 : 4;
        if (accuracy >= wanted)
        {
            high = price;
            while (high > 0)
            {
                double next = high / factor < limit * 1e-12 || high < 1e-6 ? 0 : high / factor;
                Settle(next);
                accuracy = Sums().Accuracy;
                if (accuracy < wanted)
                {
                    low = next;
                    break;
                }

                high = next;
                factor *= factor;
            }
        }
        else
        {
            low = price;
            if (price <= 0) price = Math.Min(limit, Math.Max(1, ms / _users));
            else price = Math.Min(limit, price * factor);
            while (true)
            {
                Settle(price);
                if (Sums().Accuracy >= wanted)
                {
                    high = price;
                    break;
                }

                Mend();
                low = price;
                if (price >= limit) return limit;
                factor *= factor;
                price = Math.Min(limit, price * factor);
            }
        }

        for (int i = 0; i < 30 && high - low > 2e-3 * high; i++)
        {
            double middle = low == 0 ? high / 4 : Math.Sqrt(low * high);
            if (low == 0 && middle < 1e-6) break;
            Settle(middle);
            if (Sums().Accuracy >= wanted)
            {
                high = middle;
            }
            else
            {
                low = middle;
                Mend();
            }
        }

        return high;
    }

    // Moves users while the sum of times less price · accuracy falls. Returns the price.
    private double Settle(double price)
    {
        for (int p = 0; p < _places; p++) Refresh(p, price);
        double scale = 0;
        for (int moves = 0; moves < 100 + (20 * _users); moves++)
        {
            Arcs();
            if (moves == 0)
            {
                for (int p = 0; p < _places; p++) scale += Math.Abs(_sum[(3 * p) + 1]);
            }

            if (!Move(-Least * (1e-3 + scale), price)) break;
        }

        for (int u = 0; u < _users; u++) _option[u] = _pick[(((u * _places) + _place[u]) * 3) + 1];
        Judge();
        return price;
    }

    private void Refresh(int place, double price)
    {
        int users = _count[place];
        for (int u = 0; u < _users; u++)
        {
            int at = ((u * _places) + place) * 3;
            double fewer = double.PositiveInfinity, same = fewer, more = fewer;
            int a = -1, b = -1, c = -1;
            for (int o = _table.First(u, place); o < _table.First(u, place + 1); o++)
            {
                double less = price * _table.Accuracy(o);
                double value = _table.Ms(o, users - 1) - less;
                if (value < fewer) (fewer, a) = (value, o);
                value = _table.Ms(o, users) - less;
                if (value < same) (same, b) = (value, o);
                value = _table.Ms(o, users + 1) - less;
                if (value < more) (more, c) = (value, o);
            }

            (_cost[at], _cost[at + 1], _cost[at + 2]) = (fewer, same, more);
            (_pick[at], _pick[at + 1], _pick[at + 2]) = (a, b, c);
        }
    }

    private void Arcs()
    {
        int square = _places * _places;
        Array.Fill(_arc, double.PositiveInfinity, 0, 4 * square);
        Array.Clear(_sum);
        for (int u = 0; u < _users; u++)
        {
            int from = _place[u], row = u * _places * 3, here = row + (from * 3);
            double fewer = _cost[here], same = _cost[here + 1];
            _sum[3 * from] += fewer;
            _sum[(3 * from) + 1] += same;
            _sum[(3 * from) + 2] += _cost[here + 2];
            for (int to = 0; to < _places; to++)
            {
                if (to == from) continue;
                int there = row + (to * 3), arc = (from * _places) + to;
                double stay = _cost[there + 1], more = _cost[there + 2];
                if (stay - same < _arc[arc]) (_arc[arc], _who[arc]) = (stay - same, u);
                arc += square;
                if (more - same < _arc[arc]) (_arc[arc], _who[arc]) = (more - same, u);
                arc += square;
                if (stay - fewer < _arc[arc]) (_arc[arc], _who[arc]) = (stay - fewer, u);
                arc += square;
                if (more - fewer < _arc[arc]) (_arc[arc], _who[arc]) = (more - fewer, u);
            }
        }
    }

    // The best of all moves, if it lowers the cost.
    private bool Move(double bar, double price)
    {
        int square = _places * _places, kind = 0, first = 0, second = 0, third = 0;
        double best = bar;
        for (int p = 0; p < _places; p++)
        {
            if (_count[p] == 0) continue;
            for (int q = 0; q < _places; q++)
            {
                if (q == p) continue;
                int pq = (p * _places) + q, qp = (q * _places) + p;

                // One user more at q, one fewer at p: what that does to those who are there.
                double others = _sum[(3 * q) + 2] - _sum[(3 * q) + 1] + _sum[3 * p] - _sum[(3 * p) + 1];
                double value = _arc[(3 * square) + pq] + others;
                if (value < best) (best, kind, first, second) = (value, 1, p, q);
                value = _arc[pq] + _arc[qp];
                if (value < best) (best, kind, first, second) = (value, 2, p, q);
                for (int r = 0; r < _places; r++)
                {
                    if (r == p || r == q) continue;
                    value = _arc[(2 * square) + (p * _places) + r] + _arc[square + (r * _places) + q] + others;
                    if (value < best) (best, kind, first, second, third) = (value, 3, p, q, r);
                    value = _arc[pq] + _arc[(q * _places) + r] + _arc[(r * _places) + p];
                    if (value < best) (best, kind, first, second, third) = (value, 4, p, q, r);
                }
            }
        }

        switch (kind)
        {
            case 0: return false;
            case 1:
                _place[_who[(3 * square) + (first * _places) + second]] = second;
                break;
            case 2:
                int u = _who[(first * _places) + second], v = _who[(second * _places) + first];
                (_place[u], _place[v]) = (second, first);
                return true;
            case 3:
                int x = _who[(2 * square) + (first * _places) + third], y = _who[square + (third * _places) + second];
                (_place[x], _place[y]) = (third, second);
                break;
            default:
                int i = _who[(first * _places) + second], j = _who[(second * _places) + third], k = _who[(third * _places) + first];
                (_place[i], _place[j], _place[k]) = (second, third, first);
                return true;
        }

        _count[first]--;
        _count[second]++;
        if (first > 0) Refresh(first, price);
        if (second > 0) Refresh(second, price);
        return true;
    }

    private void Count()
    {
        Array.Clear(_count);
        for (int u = 0; u < _users; u++) _count[_place[u]]++;
    }

    private (double Ms, double Accuracy) Sums()
    {
        double ms = 0, accuracy = 0;
        for (int u = 0; u < _users; u++)
        {
            ms += _table.Ms(_option[u], _count[_place[u]]);
            accuracy += _table.Accuracy(_option[u]);
        }

        return (ms, accuracy);
    }

    private void Judge()
    {
        (double ms, double accuracy) = Sums();
        double score = _table.Score(ms, accuracy);
        if (!(score < _bestScore)) return;
        _bestScore = score;
        _option.AsSpan(0, _users).CopyTo(_best);
    }

    // Of a decision that misses the goal by a little: the cheapest change that reaches it, or the one that brings the most for its time. Leaves the places as they are.
    private void Mend()
    {
        Span<int> before = stackalloc int[_users];
        _option.AsSpan(0, _users).CopyTo(before);
        (_, double accuracy) = Sums();
        for (int round = 0; round < _users && accuracy < _table.Wanted; round++)
        {
            int user = -1, option = -1;
            double most = 0, cheapest = double.PositiveInfinity;
            for (int u = 0; u < _users; u++)
            {
                int users = _count[_place[u]], now = _option[u];
                double ms = _table.Ms(now, users);
                for (int o = _table.First(u, _place[u]); o < _table.First(u, _place[u] + 1); o++)
                {
                    double more = _table.Accuracy(o) - _table.Accuracy(now);
                    if (more <= 0) continue;
                    double cost = _table.Ms(o, users) - ms;
                    if (accuracy + more >= _table.Wanted)
                    {
                        if (cost < cheapest) (cheapest, user, option) = (cost, u, o);
                    }
                    else if (double.IsPositiveInfinity(cheapest) && more / (Math.Max(0, cost) + 1e-9) is var rate && rate > most)
                    {
                        (most, user, option) = (rate, u, o);
                    }
                }
            }

            if (user < 0) break;
            accuracy += _table.Accuracy(option) - _table.Accuracy(_option[user]);
            _option[user] = option;
        }

        Judge();
        before.CopyTo(_option);
    }

    // Single changes and pairs of changes that leave as many users at every place, and the accuracy high enough.
    private void Polish()
    {
        _best.AsSpan(0, _users).CopyTo(_option);
        for (int u = 0; u < _users; u++) _place[u] = _table.PlaceOf(u, _option[u]);
        Count();
        int all = _table.First(_users, 0);
        if (_gain.Length < all)
        {
            _gain = new double[all];
            (_change, _changeUser, _leastAt, _secondAt) = (new int[all], new int[all], new int[all], new int[all]);
        }

        for (int round = 0; round < MaxPolish; round++)
        {
            (double ms, double accuracy) = Sums();
            double slack = accuracy - _table.Wanted;
            if (slack < 0 || !Pair(slack, Least * (1e-3 + ms))) break;
        }

        Count();
        Judge();
    }

    private bool Pair(double slack, double bar)
    {
        Gather();
        double best = -bar;
        int one = -1, other = -1;
        for (int p = 0; p < _places; p++)
        {
            for (int q = p; q < _places; q++)
            {
                (int from, int end) = (_group[(p * _places) + q], _group[(p * _places) + q + 1]);
                (int back, int last) = (_group[(q * _places) + p], _group[(q * _places) + p + 1]);
                if (p == q)
                {
                    for (int i = from; i < end; i++)
                    {
                        if (_gain[i] <= slack && Ms(i) < best) (best, one, other) = (Ms(i), i, -1);
                    }
                }

                for (int i = from; i < end; i++)
                {
                    int at = Last(back, last, slack - _gain[i]);
                    if (at < back) continue;
                    int partner = _leastAt[at];
                    if (_changeUser[partner] == _changeUser[i]) partner = _secondAt[at];
                    if (partner >= 0 && Ms(i) + Ms(partner) < best) (best, one, other) = (Ms(i) + Ms(partner), i, partner);
                }
            }
        }

        if (one < 0) return false;
        Apply(one);
        if (other >= 0) Apply(other);
        return true;

        void Apply(int i)
        {
            int u = _changeUser[i];
            _option[u] = _change[i];
            _place[u] = _table.PlaceOf(u, _change[i]);
        }
    }

    private double Ms(int change)
    {
        int u = _changeUser[change];
        int to = _table.PlaceOf(u, _change[change]);
        return _table.Ms(_change[change], _count[to]) - _table.Ms(_option[u], _count[_place[u]]);
    }

    // All changes by from and to (where nobody is nobody can be swapped in), each group by accuracy lost, and the best of each beginning of a group.
    private void Gather()
    {
        int n = 0;
        for (int p = 0; p < _places; p++)
        {
            for (int q = 0; q < _places; q++)
            {
                int begin = _group[(p * _places) + q] = n;
                if (_count[p] > 0 && _count[q] > 0)
                {
                    for (int u = 0; u < _users; u++)
                    {
                        if (_place[u] != p) continue;
                        for (int o = _table.First(u, q); o < _table.First(u, q + 1); o++)
                        {
                            if (o == _option[u]) continue;
                            (_gain[n], _change[n], _changeUser[n]) = (_table.Accuracy(_option[u]) - _table.Accuracy(o), o, u);
                            n++;
                        }
                    }
                }

                // The key is what is lost, so that what brings most is first.
                Sort(begin, n);
                double least = double.PositiveInfinity, second = least;
                int leastAt = -1, secondAt = -1;
                for (int i = begin; i < n; i++)
                {
                    double ms = Ms(i);
                    if (leastAt >= 0 && _changeUser[leastAt] == _changeUser[i])
                    {
                        if (ms < least) (least, leastAt) = (ms, i);
                    }
                    else if (ms < least)
                    {
                        (second, secondAt, least, leastAt) = (least, leastAt, ms, i);
                    }
                    else if (ms < second)
                    {
                        (second, secondAt) = (ms, i);
                    }

                    (_leastAt[i], _secondAt[i]) = (leastAt, secondAt);
                }
            }
        }

        _group[_places * _places] = n;
    }

    private void Sort(int begin, int end)
    {
        // One sort for both companions: the change says who it is.
        Array.Sort(_gain, _change, begin, end - begin);
        for (int i = begin; i < end; i++) _changeUser[i] = UserOf(_change[i]);
    }

    private int UserOf(int option)
    {
        int low = 0, high = _users - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_table.First(middle, 0) <= option) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    // The last change of a group that loses at most so much; before the first if there is none.
    private int Last(int begin, int end, double most)
    {
        int low = begin - 1, high = end - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_gain[middle] <= most) low = middle;
            else high = middle - 1;
        }

        return low;
    }
}
