using System.Collections.Immutable;
using Isthmus.Core.Planning.Dag;

namespace Isthmus.Bench;

/// <summary>A graph of a chosen size with invented but plausible numbers: blocks of two to six branches that are joined again, as in Inception, narrower towards the end.</summary>
internal static class InventedDag
{
    /// <summary>A partitioning problem.</summary>
    /// <param name="operators">How many operators, about.</param>
    /// <param name="places">How many nodes on the route; each computes four times as fast as the one before.</param>
    /// <param name="seed">Where numbers come from.</param>
    public static DagProblem Create(int operators, int places, int seed)
    {
        Random random = new(seed);
        List<DagOperator> all = [];
        List<(int Producer, List<int> Consumers, double Kilobytes)> tensors = [(-1, [], 30)];
        int before = Make([0], 1);
        while (all.Count < operators)
        {
            List<int> ends = [];
            int branches = random.Next(2, 7);
            for (int b = 0; b < branches; b++)
            {
                int tensor = before;
                for (int k = random.Next(1, 5); k > 0; k--) tensor = Make([tensor], 0.5);
                ends.Add(tensor);
            }

            before = Make(ends, 1);
        }

        return new(
            [.. all],
            [.. tensors.Select((t, i) => new DagTensor(
                $"t{i}", t.Producer, [.. t.Consumers],
                [.. Enumerable.Range(0, places - 1).Select(b => ImmutableArray.Create(new DagTransfer(null, (long)(1000 * t.Kilobytes), 0, t.Kilobytes * 8 / (b == 0 ? 8 : 50), 0)))]))],
            [.. Enumerable.Range(0, places - 1).Select(_ => 20.0)]);

        int Make(List<int> inputs, double size)
        {
            double depth = Math.Min(1, all.Count / (double)operators);
            double ms = 0.2 + (2 * random.NextDouble());
            foreach (int input in inputs) tensors[input].Consumers.Add(all.Count);
            all.Add(new($"op{all.Count}", [.. Enumerable.Range(0, places).Select(k => ms / Math.Pow(4, k))]));
            tensors.Add((all.Count - 1, [], size * 800 * Math.Exp(-4 * depth) * (0.5 + random.NextDouble())));
            return tensors.Count - 1;
        }
    }
}
