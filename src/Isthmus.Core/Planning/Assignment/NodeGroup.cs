namespace Isthmus.Core.Planning.Assignment;

/// <summary>The requests that one node serves, and what is best for them: who comes over the same link shares it, and all wait for each other.</summary>
internal sealed class NodeGroup
{
    private NodeGroup(int[] requests, double utilisation, double wait, double value, int[] thousandths, double[] shares, Dictionary<int, double> prices)
    {
        Requests = requests;
        Utilisation = utilisation;
        Wait = wait;
        Value = value;
        Thousandths = thousandths;
        Shares = shares;
        Prices = prices;
    }

    /// <summary>The requests, as positions.</summary>
    public int[] Requests { get; }

    /// <summary>The share of its time for which the node works.</summary>
    public double Utilisation { get; }

    /// <summary>How long a picture waits, in milliseconds.</summary>
    public double Wait { get; }

    /// <summary>What all of them are worth.</summary>
    public double Value { get; }

    /// <summary>Of each, how much of the picture crosses.</summary>
    public int[] Thousandths { get; }

    /// <summary>Of each, its share of the link.</summary>
    public double[] Shares { get; }

    /// <summary>By link, what all of it is worth.</summary>
    public Dictionary<int, double> Prices { get; }

    /// <summary>Nobody.</summary>
    public static NodeGroup Empty { get; } = new([], 0, 0, 0, [], [], []);

    /// <summary>What a node's work and waiting are, in the model of <see cref="AssignmentProblem"/>; null if it is too much.</summary>
    public static (double Utilisation, double Wait)? Load(AssignmentProblem problem, ReadOnlySpan<int> requests, AssignmentOption[] chosen)
    {
        double busy = 0, squares = 0;
        foreach (int r in requests)
        {
            double rate = problem.Requests[r].PerSecond / 1000;
            busy += rate * chosen[r].WorkMs;
            squares += rate * chosen[r].WorkMs * chosen[r].WorkMs;
        }

        return busy > AssignmentProblem.MaxUtilisation ? null : (busy, squares / (2 * (1 - busy)));
    }

    /// <summary>A request on its link, once the waiting is known.</summary>
    public static LinkUser UserOf(AssignmentProblem problem, int request, AssignmentOption option, double wait)
    {
        AssignmentRequest asked = problem.Requests[request];
        (double gain, double loss) = problem.Worth(asked);
        double slack = Math.Min((asked.MaxMs ?? double.PositiveInfinity) - option.FixedMs - wait, 1000 / asked.PerSecond);
        return new(option.Table!, option.WholeMs, slack, gain, loss);
    }

    /// <summary>Whether they can all be served with the least that each needs; quickly.</summary>
    public static bool CanServe(AssignmentProblem problem, ReadOnlySpan<int> requests, AssignmentOption[] chosen)
    {
        if (Load(problem, requests, chosen) is not { } load) return false;
        Dictionary<int, double> shares = [];
        foreach (int r in requests)
        {
            LinkUser user = UserOf(problem, r, chosen[r], load.Wait);
            if (!(user.Slack > 0)) return false;
            double sum = shares.GetValueOrDefault(chosen[r].Link) + user.ShareOf(user.Table.Least);
            if (!(sum <= 1 + 1e-12)) return false;
            shares[chosen[r].Link] = sum;
        }

        return true;
    }

    /// <summary>Serves them.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="requests">Who.</param>
    /// <param name="chosen">By request, the way; those of the group are of one node.</param>
    /// <param name="prices">About what the links are worth.</param>
    /// <param name="isThorough">Whether to divide links as well as can be, which takes longer.</param>
    /// <returns>Null if they cannot all be served.</returns>
    public static NodeGroup? Of(AssignmentProblem problem, int[] requests, AssignmentOption[] chosen, Dictionary<int, double> prices, bool isThorough)
    {
        if (requests.Length == 0) return Empty;
        if (Load(problem, requests, chosen) is not { } load) return null;
        (double busy, double wait) = load;
        int[] thousandths = new int[requests.Length];
        double[] shares = new double[requests.Length];
        double value = 0;
        Dictionary<int, double> found = [];
        foreach (IGrouping<int, int> link in Enumerable.Range(0, requests.Length).GroupBy(i => chosen[requests[i]].Link))
        {
            int[] members = [.. link];
            LinkUser[] users = [.. members.Select(i => UserOf(problem, requests[i], chosen[requests[i]], wait))];
            if (LinkSharing.Of(users, isThorough, prices.GetValueOrDefault(link.Key)) is not { } sharing) return null;
            found[link.Key] = sharing.Price;
            for (int k = 0; k < members.Length; k++)
            {
                int i = members[k];
                thousandths[i] = sharing.Thousandths[k];
                shares[i] = sharing.Shares[k];
                AssignmentOption option = chosen[requests[i]];
                value += problem.Value(problem.Requests[requests[i]], option.Table![thousandths[i]], MsOf(option, wait, thousandths[i], shares[i]));
            }
        }

        return new(requests, busy, wait, value, thousandths, shares, found);
    }

    /// <summary>The latency of a request.</summary>
    public static double MsOf(AssignmentOption option, double wait, int thousandth, double share) =>
        option.FixedMs + wait + (option.WholeMs == 0 ? 0 : thousandth * option.WholeMs / (AccuracyTable.Whole * share));
}
