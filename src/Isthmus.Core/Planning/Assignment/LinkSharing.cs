namespace Isthmus.Core.Planning.Assignment;

/// <summary>
/// Divides a link among the requests that use it: shares β with Σβ ≤ 1, and a thousandth x for each, so that Σ gain·A(x) − loss·x·whole/β is largest. With a price μ for the link all
/// requests are on their own: the share of a thousandth is the larger of √(loss·x·whole/μ), where a little more is not worth its price, and of what its deadline needs; μ is found by
/// halving. Curves that are convex first leave a gap there, which is closed by giving what is left to whom it helps most, and by dividing anew between any two.
/// </summary>
internal sealed class LinkSharing
{
    private const int Halvings = 34;
    private const int Steps = 160;
    private const int Rounds = 3;
    private const int MaxPairs = 8;
    private const double Enough = 1e-12;

    private readonly LinkUser[] _users;

    private LinkSharing(LinkUser[] users)
    {
        _users = users;
        Thousandths = new int[users.Length];
        Shares = new double[users.Length];
    }

    /// <summary>The thousandth of each.</summary>
    public int[] Thousandths { get; private set; }

    /// <summary>The share of each.</summary>
    public double[] Shares { get; private set; }

    /// <summary>What was maximised.</summary>
    public double Value => _users.Select((u, i) => u.Value(Thousandths[i], Shares[i])).Sum();

    /// <summary>The price of the whole link.</summary>
    public double Price { get; private set; }

    /// <summary>Divides.</summary>
    /// <param name="users">Who shares.</param>
    /// <param name="guess">About what the link is worth; 0: nobody knows.</param>
    /// <param name="isThorough">Whether to alternate between thousandths and shares, and, if they are few, to divide anew between any two.</param>
    /// <returns>Null if not even the smallest thousandths are all in time.</returns>
    public static LinkSharing? Of(LinkUser[] users, bool isThorough, double guess = 0)
    {
        double least = 0;
        foreach (LinkUser user in users)
        {
            if (!(user.Slack > 0)) return null;
            least += user.ShareOf(user.Table.Least);
        }

        if (!(least <= 1 + Enough)) return null;
        LinkSharing sharing = new(users);
        sharing.FindPrice(isThorough ? 1e-9 : 1e-3, guess);
        sharing.GiveTheRest();
        if (!isThorough) return sharing;
        if (users.Any(u => u.Loss > 0)) sharing.Alternate();
        if (users.Length is > 1 and <= MaxPairs) sharing.DivideBetweenTwo();
        return sharing;
    }

    /// <summary>What a request is worth beyond the price of its share; minus infinity if it cannot be in time.</summary>
    public static double Worth(in LinkUser user, double price)
    {
        int most = user.Slack > 0 ? user.Most(1) : -1;
        if (most < user.Table.Least) return double.NegativeInfinity;
        if (price == 0) return user.Value(user.Best(1), 1);
        int thousandth = Wanted(user, price, most);
        double share = ShareAt(user, thousandth, price);
        return user.Value(thousandth, share) - (price * share);
    }

    private void FindPrice(double precision, double guess)
    {
        double low = 0, high = guess > 0 ? guess : 1;
        if (Ask(0) <= 1) return;
        double factor = guess > 0 ? 1.5 : 8;
        if (Ask(high) > 1)
        {
            while (Ask(high) > 1 && high < 1e30) (low, high, factor) = (high, high * factor, factor * factor);
        }
        else
        {
            // Below so little nothing is worth anything.
            for (low = high / factor; Ask(low) <= 1 && low > 1e-30; factor *= factor) (high, low) = (low, low / factor);
        }
        for (int i = 0; i < Halvings; i++)
        {
            double middle = low == 0 ? high / 2 : Math.Sqrt(low * high);
            if (Ask(middle) > 1) low = middle;
            else high = middle;
            if (high - low <= precision * high) break;
        }

        Price = high;
        // Where even infinite prices ask for too much in last bits, the least is what there is.
        if (Ask(high) <= 1 + Enough) return;
        for (int i = 0; i < _users.Length; i++) (Thousandths[i], Shares[i]) = (_users[i].Table.Least, _users[i].ShareOf(_users[i].Table.Least));
    }

    // What all want at a price; the sum of shares.
    private double Ask(double price)
    {
        double sum = 0;
        for (int i = 0; i < _users.Length; i++)
        {
            LinkUser user = _users[i];
            int thousandth = Thousandths[i] = Wanted(user, price, user.Most(1));
            sum += Shares[i] = ShareAt(user, thousandth, price);
        }

        return sum;
    }

    private static int Wanted(in LinkUser user, double price, int most) =>
        user.Gain == 0 || most <= user.Table.Least ? user.Table.Least
        : user.Loss == 0 || user.WholeMs == 0 ? user.Table.Best(double.IsPositiveInfinity(user.Slack) ? 0 : price * user.WholeMs / (AccuracyTable.Whole * user.Slack * user.Gain), most)
        : Scan(user, price, most);

    private static double ShareAt(in LinkUser user, int thousandth, double price)
    {
        double needed = user.ShareOf(thousandth);
        if (user.Loss == 0 || user.WholeMs == 0) return needed;
        return price == 0 ? double.PositiveInfinity : Math.Max(needed, Math.Sqrt(user.Loss * thousandth * user.WholeMs / (AccuracyTable.Whole * price)));
    }

    // Accuracy less a root is not concave: coarsely everywhere, then ever more closely around the best.
    private static int Scan(in LinkUser user, double price, int most)
    {
        const int Coarse = 49;
        int least = user.Table.Least, best = least;
        double value = double.NegativeInfinity;
        for (int t = least; ; t = Math.Min(t + Coarse, most))
        {
            Look(user, t, ref best, ref value);
            if (t == most) break;
        }

        for (int step = 7; step > 0; step = step == 7 ? 1 : 0)
        {
            int middle = best;
            for (int k = -6; k <= 6; k++)
            {
                int t = middle + (k * step);
                if (t >= least && t <= most) Look(user, t, ref best, ref value);
            }
        }

        return best;

        void Look(in LinkUser u, int t, ref int at, ref double known)
        {
            double share = ShareAt(u, t, price);
            double there = u.Value(t, share) - (price * share);
            if (!(there > known)) return;
            known = there;
            at = t;
        }
    }

    // Whoever gains the most from what is left gets it, again and again.
    private void GiveTheRest()
    {
        for (int round = 0; round < _users.Length; round++)
        {
            double left = 1 - Shares.Sum();
            if (left <= Enough) return;
            int best = -1, thousandth = 0;
            double gain = Enough;
            for (int i = 0; i < _users.Length; i++)
            {
                double share = Shares[i] + left;
                int there = _users[i].Best(share);
                if (there < 0) continue;
                double more = _users[i].Value(there, share) - _users[i].Value(Thousandths[i], Shares[i]);
                if (!(more > gain)) continue;
                (best, thousandth, gain) = (i, there, more);
            }

            if (best < 0) return;
            Thousandths[best] = thousandth;
            // Time is worth all of it; accuracy alone only what the thousandth needs.
            Shares[best] = _users[best].Loss > 0 ? Shares[best] + left : _users[best].ShareOf(thousandth);
        }
    }

    // Thousandths for the shares, shares for the thousandths.
    private void Alternate()
    {
        for (int round = 0; round < 6; round++)
        {
            double before = Value;
            int[] thousandths = [.. Thousandths];
            double[] shares = [.. Shares];
            for (int i = 0; i < _users.Length; i++)
            {
                if (_users[i].Best(Shares[i]) is >= 0 and int best && _users[i].Value(best, Shares[i]) > _users[i].Value(Thousandths[i], Shares[i])) Thousandths[i] = best;
            }

            Divide();
            if (Value > before + Enough) continue;
            if (Value < before) (Thousandths, Shares) = (thousandths, shares);
            return;
        }
    }

    // The best shares for given thousandths: β ∝ √(loss·x·whole), but for whom a deadline needs more.
    private void Divide()
    {
        double low = 0, high = 1;
        while (Sum(high) > 1 && high < 1e30) high *= 8;
        while (Sum(high / 8) <= 1 && high > 1e-30) high /= 8;
        for (int i = 0; i < Halvings; i++)
        {
            double middle = low == 0 ? high / 2 : Math.Sqrt(low * high);
            if (Sum(middle) > 1) low = middle;
            else high = middle;
        }

        if (Sum(high) > 1 + Enough) return;
        for (int i = 0; i < _users.Length; i++) Shares[i] = ShareAt(_users[i], Thousandths[i], high);

        double Sum(double price)
        {
            double sum = 0;
            for (int i = 0; i < _users.Length; i++) sum += ShareAt(_users[i], Thousandths[i], price);
            return sum;
        }
    }

    private void DivideBetweenTwo()
    {
        for (int round = 0; round < Rounds; round++)
        {
            double before = Value;
            for (int a = 0; a < _users.Length; a++)
            {
                for (int b = a + 1; b < _users.Length; b++) Divide(a, b);
            }

            if (Value <= before + 1e-9) return;
        }
    }

    private void Divide(int a, int b)
    {
        double left = Math.Max(0, 1 - Shares.Sum());
        double both = Shares[a] + Shares[b] + left;
        double best = _users[a].Value(Thousandths[a], Shares[a]) + _users[b].Value(Thousandths[b], Shares[b]) + Enough;
        double step = both / Steps;
        double at = -1;
        for (int i = 0; i <= Steps; i++) Look(i * step);
        if (at < 0) return;
        for (int close = 0; close < 3; close++)
        {
            double middle = at;
            step /= 8;
            for (int i = -8; i <= 8; i++) Look(Math.Clamp(middle + (i * step), 0, both));
        }

        void Look(double share)
        {
            int one = _users[a].Best(share), other = _users[b].Best(both - share);
            if (one < 0 || other < 0) return;
            double value = _users[a].Value(one, share) + _users[b].Value(other, both - share);
            if (!(value > best)) return;
            best = value;
            at = share;
            (Thousandths[a], Thousandths[b], Shares[a], Shares[b]) = (one, other, share, both - share);
        }
    }
}
