using Isthmus.Core.Planning.Dag;

namespace Isthmus.Core.Tests.Planning.Dag;

/// <summary>Every placement, and every way for every tensor to cross. Shares no arithmetic with the search.</summary>
internal static class DagOracle
{
    /// <summary>The least latency and the least period; null if no placement is allowed.</summary>
    public static (double Latency, double Period)? Best(DagProblem problem)
    {
        int n = problem.Operators.Length, places = problem.Places;
        (double Latency, double Period)? best = null;
        int[] place = new int[n];
        long all = (long)Math.Pow(places, n);
        for (long code = 0; code < all; code++)
        {
            long rest = code;
            for (int i = 0; i < n; i++, rest /= places) place[i] = (int)(rest % places);
            if (Stages(problem, place) is not { } s) continue;
            foreach ((double[] nodes, double[] links) in Ways(problem, s.Crossing, 0, s.Nodes, new double[places - 1]))
            {
                int farthest = place.Max();
                double latency = nodes.Sum() + links.Sum() + Enumerable.Range(0, farthest).Sum(b => problem.FixedCosts[b]);
                double period = Math.Max(nodes.Max(), links.Max());
                best = best is { } b ? (Math.Min(b.Latency, latency), Math.Min(b.Period, period)) : (latency, period);
            }
        }

        return best;
    }

    private static (double[] Nodes, List<(int Tensor, int Link)> Crossing)? Stages(DagProblem problem, int[] place)
    {
        double[] nodes = new double[problem.Places];
        for (int i = 0; i < place.Length; i++) nodes[place[i]] += problem.Operators[i].Times[place[i]];
        if (nodes.Any(double.IsPositiveInfinity)) return null;
        List<(int, int)> crossing = [];
        for (int t = 0; t < problem.Tensors.Length; t++)
        {
            DagTensor tensor = problem.Tensors[t];
            int at = tensor.Producer < 0 ? 0 : place[tensor.Producer];
            if (tensor.Consumers.Any(c => place[c] < at)) return null;
            for (int b = 0; b < problem.Places - 1; b++)
            {
                if (at > b || !tensor.Consumers.Any(c => place[c] > b)) continue;
                if (tensor.Links[b].IsEmpty) return null;
                crossing.Add((t, b));
            }
        }

        return (nodes, crossing);
    }

    private static IEnumerable<(double[] Nodes, double[] Links)> Ways(DagProblem problem, List<(int Tensor, int Link)> crossing, int next, double[] nodes, double[] links)
    {
        if (next == crossing.Count)
        {
            yield return (nodes, links);
            yield break;
        }

        (int tensor, int link) = crossing[next];
        foreach (DagTransfer way in problem.Tensors[tensor].Links[link])
        {
            double[] n = [.. nodes], l = [.. links];
            n[link] += way.Encode;
            l[link] += way.Send;
            n[link + 1] += way.Decode;
            foreach ((double[], double[]) result in Ways(problem, crossing, next + 1, n, l)) yield return result;
        }
    }
}
