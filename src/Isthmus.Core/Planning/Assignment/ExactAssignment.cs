using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning.Assignment;

/// <summary>
/// The best that any assignment of a few requests can reach: every choice of networks and nodes is tried, and links are divided in all ways of a fine grid, with one more cell for each
/// request, so that the true optimum is at most this. For measuring <see cref="JointAssignment"/>; it takes exponential time.
/// </summary>
public static class ExactAssignment
{
    /// <summary>The most assignments that are tried.</summary>
    public const long MaxAssignments = 2_000_000;

    private const int Cells = 400;

    /// <summary>How many can be served at most, and the largest value then, in the unit of <see cref="AssignmentResult.Value"/>.</summary>
    /// <exception cref="IsthmusException">There are too many assignments.</exception>
    public static (int Served, double Value) Bound(AssignmentProblem problem, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        double count = problem.Options.Aggregate(1.0, (product, o) => product * (o.Length + 1));
        if (count > MaxAssignments) throw new IsthmusException(ErrorKind.Usage, $"{count:0} assignments are too many to try: at most {MaxAssignments}.");
        int requests = problem.Requests.Length;
        int[] code = new int[requests];
        AssignmentOption?[] chosen = new AssignmentOption?[requests];
        Dictionary<(int Node, long Members), double?> known = [];
        (int Served, double Value) best = (0, 0);
        for (long i = 0; i < (long)count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long rest = i;
            for (int r = 0; r < requests; r++)
            {
                code[r] = (int)(rest % (problem.Options[r].Length + 1));
                rest /= problem.Options[r].Length + 1;
                chosen[r] = code[r] == 0 ? null : problem.Options[r][code[r] - 1];
            }

            int served = chosen.Count(c => c is not null);
            if (served < best.Served || Value() is not { } value) continue;
            if (served > best.Served || value > best.Value) best = (served, value);
        }

        return problem.Objective == AssignmentObjective.Latency ? (best.Served, -best.Value) : best;

        double? Value()
        {
            double sum = 0;
            for (int r = 0; r < requests; r++)
            {
                if (chosen[r] is { IsLocal: true } local) sum += problem.Value(problem.Requests[r], local.Accuracy, local.FixedMs);
            }

            for (int node = 0; node < problem.Nodes; node++)
            {
                long key = 0;
                bool any = false;
                for (int r = 0; r < requests; r++)
                {
                    bool here = chosen[r] is { IsLocal: false } option && option.Node == node;
                    any |= here;
                    key = (key * (problem.Options[r].Length + 1)) + (here ? code[r] : 0);
                }

                if (!any) continue;
                if (!known.TryGetValue((node, key), out double? group)) known[(node, key)] = group = Group(problem, [.. Enumerable.Range(0, requests).Where(r => chosen[r] is { IsLocal: false } o && o.Node == node)], chosen!);
                if (group is null) return null;
                sum += group.Value;
            }

            return sum;
        }
    }

    private static double? Group(AssignmentProblem problem, int[] requests, AssignmentOption[] chosen)
    {
        if (NodeGroup.Load(problem, requests, chosen) is not { } load) return null;
        double value = 0;
        foreach (IGrouping<int, int> link in requests.GroupBy(r => chosen[r].Link))
        {
            LinkUser[] users = [.. link.Select(r => NodeGroup.UserOf(problem, r, chosen[r], load.Wait))];
            if (users.Any(u => !(u.Slack > 0)) || !(users.Sum(u => u.ShareOf(u.Table.Least)) <= 1 + 1e-12)) return null;
            // What hangs on neither the thousandth nor the share.
            foreach (int r in link) value += problem.Value(problem.Requests[r], 0, chosen[r].FixedMs + load.Wait);
            value += Divided(users);
        }

        return value;
    }

    private static double Divided(LinkUser[] users)
    {
        // Without accuracy to gain the problem is convex, and solved exactly.
        if (users.All(u => u.Gain == 0)) return LinkSharing.Of(users, isThorough: false)!.Value;
        int cells = Cells + users.Length;
        double[] best = new double[cells + 1];
        foreach (LinkUser user in users)
        {
            double[] value = new double[cells + 1];
            for (int i = 0; i <= cells; i++)
            {
                double share = Math.Min(1, (double)i / Cells);
                int t = user.Best(share);
                value[i] = t < 0 ? double.NegativeInfinity : user.Value(t, share);
                if (i > 0) value[i] = Math.Max(value[i], value[i - 1]);
            }

            double[] next = new double[cells + 1];
            Array.Fill(next, double.NegativeInfinity);
            for (int i = 0; i <= cells; i++)
            {
                if (double.IsNegativeInfinity(value[i])) continue;
                for (int j = 0; i + j <= cells; j++) next[i + j] = Math.Max(next[i + j], best[j] + value[i]);
            }

            best = next;
        }

        return best[cells];
    }
}
