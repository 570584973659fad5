using System.Collections.Immutable;
using Isthmus.Core.Planning.Dag;

namespace Isthmus.Core.Tests.Planning.Dag;

/// <summary>Random partitioning problems: graphs with branches, joins and tensors that several operators use.</summary>
internal static class RandomDags
{
    /// <summary>A problem.</summary>
    /// <param name="random">Where numbers come from.</param>
    /// <param name="operators">How many operators.</param>
    /// <param name="places">How many nodes the route has.</param>
    /// <param name="ways">The most ways for a tensor to cross a link.</param>
    /// <param name="forbid">How often something is not allowed, one in so many; 0 for never.</param>
    /// <param name="chain">Whether each operator uses only the one before it.</param>
    public static DagProblem Create(Random random, int operators, int places, int ways = 1, int forbid = 0, bool chain = false)
    {
        // Small whole numbers make ties; others do not.
        bool whole = random.Next(2) == 0;
        double Number(double most) => whole ? random.Next((int)most + 1) : random.NextDouble() * most;
        bool Never() => forbid > 0 && random.Next(forbid) == 0;
        ImmutableArray<DagOperator> all =
            [.. Enumerable.Range(0, operators).Select(i => new DagOperator($"op{i}", [.. Enumerable.Range(0, places).Select(k => Never() ? double.PositiveInfinity : Number(20.0 / (k + 1)))]))];
        List<int>[] consumers = [.. Enumerable.Range(0, operators + 1).Select(_ => new List<int>())];
        for (int i = 0; i < operators; i++)
        {
            int inputs = chain ? 1 : random.Next(1, 4);
            // Position 0 is the raw input.
            for (int k = 0; k < inputs; k++) consumers[chain ? i : random.Next(Math.Max(0, i - 4), i + 1)].Add(i);
        }

        ImmutableArray<DagTensor> tensors = [.. consumers.Select((users, producer) => new DagTensor(
            $"t{producer - 1}", producer - 1, [.. users.Distinct()],
            [.. Enumerable.Range(0, places - 1).Select(_ => Never() ? [] : Enumerable.Range(0, random.Next(1, ways + 1))
                .Select(_ => new DagTransfer(null, 1, ways > 1 ? Number(4) : 0, Number(15), ways > 1 ? Number(4) : 0)).ToImmutableArray())]))];
        return new(all, tensors, [.. Enumerable.Range(0, places - 1).Select(_ => Number(6))]);
    }
}
