using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning.Dag;

/// <summary>
/// The partition with the shortest period, the longest stage of a pipeline whose stages overlap: the computing of each node and the transfer over each link (DADS,
/// heavy load). Exact, by branch and bound; a search that is stopped says how far from the best its answer can be at most.
/// </summary>
/// <remarks>
/// For any weights that add up to one, the longest stage is at least the weighted sum of the stages, and the least weighted sum is a minimum cut. The best such
/// bound is found by cutting planes (<see cref="StageGame"/>); the cuts on the way are candidates, too. What remains is branched on: an operator, or a tensor's
/// codec, on which the partitions that make up the bound disagree. The part with the least bound is looked at first, so that the bound of the whole is always known.
/// </remarks>
public static class DagThroughput
{
    private const double Tolerance = 1e-12;
    private const int PlanesPerPart = 40;

    /// <summary>Finds it.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="options">How long to search; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the search without an answer.</param>
    /// <exception cref="IsthmusException">No placement is allowed.</exception>
    public static DagAnswer Minimise(DagProblem problem, DagThroughputOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        options ??= DagThroughputOptions.Default;
        options.Validate();
        return new Search(problem, options, cancellationToken).Run();
    }

    private sealed class Search(DagProblem problem, DagThroughputOptions options, CancellationToken cancellationToken)
    {
        private readonly long _start = options.Clock.GetTimestamp();
        private readonly PriorityQueue<Part, double> _open = new();
        private DagPartition? _best;
        private int _cuts;

        private double Best => _best?.Period ?? double.PositiveInfinity;

        // What is this close to the best is as good.
        private double Enough => Best * (1 - Math.Max(Tolerance, options.Gap));

        private bool IsOver => _cuts >= options.MaxCuts || options.Clock.GetElapsedTime(_start) >= options.TimeLimit;

        public DagAnswer Run()
        {
            if (PartitionNetwork.Solve(problem, StageWeights.Latency(problem.Places), limits: null, out _) is not { } soonest) throw DagLatency.Nowhere();
            _cuts++;
            _best = soonest;
            Sweep();
            int stages = (2 * problem.Places) - 1;
            Expand(new(new(problem), 0, Enumerable.Repeat(1.0 / stages, stages).ToArray(), [soonest]));
            while (_open.TryPeek(out _, out double bound) && bound < Enough && !IsOver)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Expand(_open.Dequeue());
            }

            // What was closed is no better than this, and what is still open than its least bound.
            double open = _open.TryPeek(out _, out double least) ? least : double.PositiveInfinity;
            return new(_best, Best, open < Enough ? open : options.Gap > 0 ? Enough : Best, _cuts);
        }

        // Every beginning of the canonical order ends somewhere: the candidates of a chain, and a good start elsewhere.
        private void Sweep()
        {
            if (problem.Places != 2 || problem.Operators.Length > 4096) return;
            int[] places = new int[problem.Operators.Length];
            Array.Fill(places, 1);
            for (int i = 0; i <= places.Length; i++)
            {
                if (i > 0) places[i - 1] = 0;
                try
                {
                    Consider(problem.Evaluate([.. places]));
                }
                catch (IsthmusException)
                {
                    // Something is where it may not be.
                }
            }
        }

        private void Consider(DagPartition partition)
        {
            if (partition.Period < Best || (partition.Period == Best && partition.Latency < _best!.Latency)) _best = partition;
        }

        private void Expand(Part part)
        {
            List<DagPartition> planes = [.. part.Known];
            double[] weights = part.Weights, shares = [];
            double bound = part.Bound;
            bool closed = false;
            for (int i = 0; i < PlanesPerPart; i++)
            {
                if (PartitionNetwork.Solve(problem, StageWeights.Of(weights), part.Limits, out double error) is not { } cut) return;
                _cuts++;
                Consider(cut);
                double[] stages = StageWeights.Stages(cut);
                double value = -error;
                for (int s = 0; s < stages.Length; s++) value += weights[s] * stages[s];
                bound = Math.Max(bound, value);
                if (bound >= Enough) return;
                planes.Add(cut);
                (double most, weights) = StageGame.Solve([.. planes.Select(StageWeights.Stages)], out shares);
                closed = most - bound <= Math.Max(Best * 1e-10, 2 * error);
                if (closed || IsOver) break;
                // A part that cannot be closed this way is better branched on than polished.
                if (most < Enough && i >= 5 && most - bound <= (Best - most) * 0.05) break;
            }

            Branch(part.Limits, bound, weights, planes, shares, closed);
        }

        private void Branch(PlaceLimits limits, double bound, double[] weights, List<DagPartition> planes, double[] shares, bool closed)
        {
            (DagPartition Partition, double Share)[] mixture = [.. planes.Zip(shares).Where(p => p.Second > 1e-9).Select(p => (p.First, p.Second))];
            (int op, int split) = Disputed(mixture, weights);
            if (op >= 0)
            {
                Add(limits.WithHigh(op, split));
                Add(limits.WithLow(op, split + 1));
                return;
            }

            if (DisputedWay(mixture) is not { } crossing)
            {
                // One partition alone attains the bound, and it is a candidate: nothing in this part is better, but for rounding. Unless the time was over before that was known.
                if (!closed) Add(limits);
                return;
            }

            int ways = problem.Tensors[crossing.Tensor].Links[crossing.Link].Length;
            Add(limits.WithWay(crossing.Tensor, crossing.Link, crossing.Way, ways, only: true));
            Add(limits.WithWay(crossing.Tensor, crossing.Link, crossing.Way, ways, only: false));

            void Add(PlaceLimits part) => _open.Enqueue(new(part, bound, weights, [.. planes.Where(part.Contain)]), bound);
        }

        // The operator with the most time on whose place the mixture is of two minds.
        private (int Operator, int Split) Disputed((DagPartition Partition, double Share)[] mixture, double[] weights)
        {
            int best = -1, split = 0;
            double most = 0;
            for (int i = 0; i < problem.Operators.Length; i++)
            {
                double mean = 0, square = 0;
                foreach ((DagPartition partition, double share) in mixture)
                {
                    double place = partition.Places[i];
                    mean += share * place;
                    square += share * place * place;
                }

                double spread = square - (mean * mean);
                if (spread <= 1e-9) continue;
                double time = 1e-9;
                for (int k = 0; k < problem.Places; k++)
                {
                    if (!double.IsPositiveInfinity(problem.Operators[i].Times[k])) time += weights[k] * problem.Operators[i].Times[k];
                }

                if (spread * time <= most) continue;
                most = spread * time;
                best = i;
                int low = mixture.Min(m => m.Partition.Places[i]), high = mixture.Max(m => m.Partition.Places[i]);
                split = Math.Clamp((int)Math.Floor(mean), low, high - 1);
            }

            return (best, split);
        }

        private static DagCrossing? DisputedWay((DagPartition Partition, double Share)[] mixture)
        {
            Dictionary<(int, int), int> seen = [];
            foreach ((DagPartition partition, _) in mixture)
            {
                foreach (DagCrossing crossing in partition.Crossings)
                {
                    if (!seen.TryAdd((crossing.Tensor, crossing.Link), crossing.Way) && seen[(crossing.Tensor, crossing.Link)] != crossing.Way) return crossing;
                }
            }

            return null;
        }

        private sealed record Part(PlaceLimits Limits, double Bound, double[] Weights, List<DagPartition> Known);
    }
}
