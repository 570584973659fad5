using System.Collections.Immutable;

namespace Isthmus.Core.Planning.Assignment;

/// <summary>
/// Assigns many requests: block-coordinate ascent between who goes where with which network, and how much of each picture crosses and which share of its link it gets
/// (<see cref="LinkSharing"/>). Requests are put in one after the other, those first that lose most if they do not get their best; then one is moved at a time while that helps,
/// and where requests are few, two at a time, from several orders. Deterministic.
/// </summary>
public static class JointAssignment
{
    // Up to so many requests, every way is tried, and moves of two at once.
    private const int Few = 8;
    private const int Starts = 12;
    private const int Shortlist = 4;
    private const int MaxSweeps = 8;

    /// <summary>Assigns.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="cancellationToken">Stops between two moves.</param>
    public static AssignmentResult Solve(AssignmentProblem problem, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        State? best = null;
        foreach (int[] order in Orders(problem))
        {
            State state = new(problem);
            foreach (int request in order) state.Improve(request);
            for (int sweep = 0; sweep < MaxSweeps; sweep++)
            {
                bool improved = false;
                foreach (int request in order)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    improved |= state.Improve(request) || (!state.Serves(request) && state.MakeRoom(request));
                }

                if (!improved && problem.Requests.Length <= Few) improved = state.ImproveTwo(cancellationToken);
                if (!improved) break;
            }

            if (best is null || state.IsBetterThan(best)) best = state;
        }

        return best!.Result();
    }

    /// <summary>All or nothing: nodes and networks are chosen as by <see cref="Solve"/>, but what crosses is always the whole picture.</summary>
    public static AssignmentResult Whole(AssignmentProblem problem, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Solve(problem.Only(static (_, _) => true, whole: true), cancellationToken);
    }

    /// <summary>All requests on nodes of one tier: of the device nothing crosses, of the others whole pictures do.</summary>
    public static AssignmentResult AllOn(AssignmentProblem problem, Tier tier, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Solve(problem.Only((_, node) => node.Tier == tier, whole: true), cancellationToken);
    }

    private static IEnumerable<int[]> Orders(AssignmentProblem problem)
    {
        int count = problem.Requests.Length;
        int[] all = [.. Enumerable.Range(0, count)];
        // By what a request loses if it does not get its best but the next node, alone in the world.
        double[] regret = [.. all.Select(r => Regret(problem, r))];
        int[] byRegret = [.. all.OrderByDescending(r => regret[r])];
        yield return byRegret;
        if (count == 1) yield break;
        // Short transfers first: many fit.
        yield return [.. all.OrderBy(r => problem.Options[r].Where(o => !o.IsLocal).Select(o => o.WholeMs * o.Table!.Least).DefaultIfEmpty(0).Min() / problem.Requests[r].Weight)];
        if (count > Few) yield break;
        for (int shift = 0; shift < Math.Min(count, Starts / 2); shift++)
        {
            yield return [.. byRegret.Skip(shift).Concat(byRegret.Take(shift)).Reverse()];
            if (shift > 0) yield return [.. byRegret.Skip(shift).Concat(byRegret.Take(shift))];
        }
    }

    private static double Regret(AssignmentProblem problem, int request)
    {
        double best = double.NegativeInfinity, next = double.NegativeInfinity;
        int at = -1;
        foreach (AssignmentOption option in problem.Options[request].OrderByDescending(o => Alone(problem, request, o)))
        {
            double value = Alone(problem, request, option);
            if (at < 0) (best, at) = (value, option.Node);
            else if (option.Node != at)
            {
                next = value;
                break;
            }
        }

        // Who has one place only is first.
        return double.IsNegativeInfinity(next) ? double.MaxValue : best - next;
    }

    private static double Alone(AssignmentProblem problem, int request, AssignmentOption option) => option.IsLocal
        ? problem.Value(problem.Requests[request], option.Accuracy, option.FixedMs)
        : LinkSharing.Worth(NodeGroup.UserOf(problem, request, option, 0), 0);

    private sealed class State(AssignmentProblem problem)
    {
        private const double Gain = 1e-9;
        private readonly AssignmentOption?[] _chosen = new AssignmentOption?[problem.Requests.Length];
        private readonly NodeGroup[] _groups = [.. Enumerable.Repeat(NodeGroup.Empty, problem.Nodes)];
        private readonly bool _few = problem.Requests.Length <= Few;
        private int _served;
        private double _value;

        public bool Serves(int request) => _chosen[request] is not null;

        public bool IsBetterThan(State other) => _served != other._served ? _served > other._served : _value > other._value + Gain;

        /// <summary>Moves one request to where it is best for all.</summary>
        public bool Improve(int request)
        {
            AssignmentOption? now = _chosen[request];
            NodeGroup? without = now is { IsLocal: false } ? Group(now.Node, request, null) : null;
            double left = now is null ? 0 : now.IsLocal ? -Local(request, now) : without!.Value - _groups[now.Node].Value;
            double best = now is null ? double.NegativeInfinity : Gain;
            AssignmentOption? to = null;
            NodeGroup? toGroup = null;
            foreach (AssignmentOption option in Candidates(request))
            {
                if (option == now) continue;
                if (option.IsLocal)
                {
                    double there = left + Local(request, option);
                    if (there > best) (best, to, toGroup) = (there, option, null);
                    continue;
                }

                if (Group(option.Node, request, option) is not { } group) continue;
                double before = now is { IsLocal: false } && now.Node == option.Node ? without!.Value : _groups[option.Node].Value;
                double value = left + group.Value - before;
                if (value > best) (best, to, toGroup) = (value, option, group);
            }

            if (to is null) return false;
            if (without is not null) _groups[now!.Node] = without;
            if (toGroup is not null) _groups[to.Node] = toGroup;
            if (now is null) _served++;
            _chosen[request] = to;
            _value += best;
            return true;
        }

        /// <summary>Serves a request that is not, by moving another one away.</summary>
        public bool MakeRoom(int request)
        {
            foreach (AssignmentOption option in problem.Options[request].Where(o => !o.IsLocal))
            {
                foreach (int other in _groups[option.Node].Requests)
                {
                    foreach (AssignmentOption elsewhere in Candidates(other))
                    {
                        if (TrySet((request, option), (other, elsewhere), mustGain: false)) return true;
                    }
                }
            }

            return false;
        }

        /// <summary>Moves two requests at once, if that is better for all.</summary>
        public bool ImproveTwo(CancellationToken cancellationToken)
        {
            for (int a = 0; a < _chosen.Length; a++)
            {
                for (int b = 0; b < _chosen.Length; b++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (a == b) continue;
                    foreach (AssignmentOption one in problem.Options[a])
                    {
                        // Who does not meet the other on a node could have moved alone; so one takes the other's place, or leaves it to it.
                        if (_chosen[b] is not { } place || one.IsLocal || one.Node != place.Node) continue;
                        foreach (AssignmentOption other in problem.Options[b])
                        {
                            if (other != place && TrySet((a, one), (b, other), mustGain: true)) return true;
                        }
                    }
                }
            }

            return false;
        }

        public AssignmentResult Result()
        {
            for (int n = 0; n < _groups.Length; n++)
            {
                if (_groups[n].Requests.Length == 0) continue;
                NodeGroup thorough = NodeGroup.Of(problem, _groups[n].Requests, _chosen!, _groups[n].Prices, isThorough: true)!;
                if (thorough.Value > _groups[n].Value) _groups[n] = thorough;
            }

            AssignedRequest[] assigned = [.. Enumerable.Range(0, _chosen.Length).Select(r => _chosen[r] is { } option ? Served(r, option) : Unserved(r))];
            ImmutableArray<NodeLoad> loads = [.. _groups.Select((g, n) => (g, n)).Where(g => g.g.Requests.Length > 0)
                .Select(g => new NodeLoad(problem.NodeOf(_chosen[g.g.Requests[0]]!).Name, g.g.Requests.Length, g.g.Utilisation, g.g.Wait))];
            double value = assigned.Where(a => a.IsServed).Sum(a => problem.Value(a.Request, a.Accuracy, a.Milliseconds));
            return new([.. assigned], loads, problem.Objective == AssignmentObjective.Latency ? 0 - value : value);
        }

        private AssignedRequest Served(int r, AssignmentOption option)
        {
            AssignmentRequest request = problem.Requests[r];
            string node = problem.NodeOf(option).Name, model = problem.ProfileOf(option).ModelName;
            if (option.IsLocal)
                return new(request, node, model, InputEncoding.Local, 0, 0, option.Accuracy, option.FixedMs, problem.Satisfaction(request, option.Accuracy, option.FixedMs), null);
            NodeGroup group = _groups[option.Node];
            int at = Array.IndexOf(group.Requests, r);
            int thousandth = group.Thousandths[at];
            double accuracy = option.Table![thousandth], ms = NodeGroup.MsOf(option, group.Wait, thousandth, group.Shares[at]);
            return new(
                request, node, model, option.Form.First(thousandth / (double)AccuracyTable.Whole), group.Shares[at], Math.Ceiling(option.Bytes * thousandth / AccuracyTable.Whole), accuracy, ms,
                problem.Satisfaction(request, accuracy, ms), null);
        }

        private AssignedRequest Unserved(int r) =>
            new(problem.Requests[r], null, null, InputEncoding.Local, 0, 0, 0, 0, 0, problem.WhyNot(r));

        private double Local(int request, AssignmentOption option) => problem.Value(problem.Requests[request], option.Accuracy, option.FixedMs);

        // The group of a node with a request served in some way, or without it.
        private NodeGroup? Group(int node, int request, AssignmentOption? option)
        {
            int[] requests = [.. _groups[node].Requests.Where(r => r != request), .. option is null ? [] : new[] { request }];
            AssignmentOption? before = _chosen[request];
            _chosen[request] = option ?? before;
            NodeGroup? group = NodeGroup.Of(problem, requests, _chosen!, _groups[node].Prices, isThorough: _few);
            _chosen[request] = before;
            return group;
        }

        // Where requests are many, those ways that are best at the prices that links have now, and all on the device.
        private IEnumerable<AssignmentOption> Candidates(int request)
        {
            AssignmentOption[] all = problem.Options[request];
            if (_few || all.Length <= Shortlist) return all;
            (AssignmentOption Option, double Worth)[] sent = [.. all.Where(o => !o.IsLocal).Select(o => (o, Worth(request, o)))];
            return all.Where(o => o.IsLocal).Concat(sent.OrderByDescending(s => s.Worth).Take(Shortlist).Where(s => !double.IsNegativeInfinity(s.Worth)).Select(s => s.Option));
        }

        private double Worth(int request, AssignmentOption option)
        {
            NodeGroup group = _groups[option.Node];
            double rate = problem.Requests[request].PerSecond / 1000;
            double busy = group.Utilisation + (_chosen[request]?.Node == option.Node ? 0 : rate * option.WorkMs);
            if (busy > AssignmentProblem.MaxUtilisation) return double.NegativeInfinity;
            double wait = ((group.Wait * 2 * (1 - group.Utilisation)) + (rate * option.WorkMs * option.WorkMs)) / (2 * (1 - busy));
            AssignmentRequest asked = problem.Requests[request];
            (_, double loss) = problem.Worth(asked);
            // What the others lose by waiting longer, too.
            return LinkSharing.Worth(NodeGroup.UserOf(problem, request, option, wait), group.Prices.GetValueOrDefault(option.Link))
                - (loss * (option.FixedMs + wait)) - (loss * group.Requests.Length * Math.Max(0, wait - group.Wait));
        }

        private bool TrySet((int Request, AssignmentOption Option) a, (int Request, AssignmentOption Option) b, bool mustGain)
        {
            AssignmentOption? wasA = _chosen[a.Request], wasB = _chosen[b.Request];
            HashSet<int> touched = [];
            foreach (AssignmentOption? option in new[] { wasA, wasB, a.Option, b.Option })
            {
                if (option is { IsLocal: false }) touched.Add(option.Node);
            }

            double change = LocalOf(a.Request, a.Option) + LocalOf(b.Request, b.Option) - LocalOf(a.Request, wasA) - LocalOf(b.Request, wasB);
            (_chosen[a.Request], _chosen[b.Request]) = (a.Option, b.Option);
            Dictionary<int, int[]> members = touched.ToDictionary(n => n, n => (int[])[.. _groups[n].Requests.Where(r => r != a.Request && r != b.Request), .. On(a, n), .. On(b, n)]);
            if (members.Values.Any(m => !NodeGroup.CanServe(problem, m, _chosen!)))
            {
                (_chosen[a.Request], _chosen[b.Request]) = (wasA, wasB);
                return false;
            }

            Dictionary<int, NodeGroup> groups = [];
            foreach ((int node, int[] requests) in members)
            {
                if (NodeGroup.Of(problem, requests, _chosen!, _groups[node].Prices, isThorough: _few) is not { } group)
                {
                    (_chosen[a.Request], _chosen[b.Request]) = (wasA, wasB);
                    return false;
                }

                groups[node] = group;
                change += group.Value - _groups[node].Value;
            }

            int served = (wasA is null ? 1 : 0) + (wasB is null ? 1 : 0);
            if (served == 0 && (!mustGain || !(change > Gain)))
            {
                (_chosen[a.Request], _chosen[b.Request]) = (wasA, wasB);
                return false;
            }

            foreach ((int node, NodeGroup group) in groups) _groups[node] = group;
            _served += served;
            _value += change;
            return true;

            static int[] On((int Request, AssignmentOption Option) move, int node) => !move.Option.IsLocal && move.Option.Node == node ? [move.Request] : [];
            double LocalOf(int request, AssignmentOption? option) => option is { IsLocal: true } ? Local(request, option) : 0;
        }
    }
}
