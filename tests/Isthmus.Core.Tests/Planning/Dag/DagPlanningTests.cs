using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning.Dag;

namespace Isthmus.Core.Tests.Planning.Dag;

public sealed class DagPlanningTests
{
    // However slow the machine is, these searches go to their end.
    private static DagThroughputOptions ToTheEnd => new() { TimeLimit = TimeSpan.FromHours(1) };

    [Theory]
    [InlineData(2, 8, 1, 0, 1500)]
    [InlineData(2, 7, 3, 0, 150)]
    [InlineData(2, 8, 1, 8, 1000)]
    [InlineData(3, 6, 1, 0, 400)]
    [InlineData(3, 5, 2, 0, 100)]
    [InlineData(3, 6, 1, 9, 300)]
    [InlineData(4, 4, 1, 0, 200)]
    public void Minimise_RandomGraphs_EqualsEveryPlacement(int places, int most, int ways, int forbid, int rounds)
    {
        Random random = new((100 * places) + (10 * ways) + forbid);
        for (int round = 0; round < rounds; round++)
        {
            DagProblem problem = RandomDags.Create(random, random.Next(1, most + 1), places, ways, forbid);
            if (DagOracle.Best(problem) is not { } best)
            {
                Assert.Throws<IsthmusException>(() => DagLatency.Minimise(problem));
                Assert.Throws<IsthmusException>(() => DagThroughput.Minimise(problem, ToTheEnd));
                continue;
            }

            DagAnswer latency = DagLatency.Minimise(problem);
            Assert.Equal(best.Latency, latency.Value, 1e-9);
            Assert.Equal(latency.Value, latency.Partition.Latency, 1e-12);
            DagAnswer throughput = DagThroughput.Minimise(problem, ToTheEnd, TestContext.Current.CancellationToken);
            Assert.Equal(best.Period, throughput.Value, 1e-9);
            Assert.True(throughput.IsProven);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Minimise_LongChains_EqualsEveryCut(int places)
    {
        Random random = new(places);
        for (int round = 0; round < 25; round++)
        {
            DagProblem problem = RandomDags.Create(random, places == 2 ? 150 : 40, places, chain: true);
            int n = problem.Operators.Length;
            double latency = double.PositiveInfinity, period = double.PositiveInfinity;
            for (int first = 0; first <= n; first++)
            {
                for (int second = places == 2 ? n : first; second <= n; second++)
                {
                    DagPartition partition = problem.Evaluate([.. Enumerable.Range(0, n).Select(i => i < first ? 0 : i < second ? 1 : 2)]);
                    latency = Math.Min(latency, partition.Latency);
                    period = Math.Min(period, partition.Period);
                }
            }

            Assert.Equal(latency, DagLatency.Minimise(problem).Value, 1e-9);
            DagAnswer throughput = DagThroughput.Minimise(problem, ToTheEnd, TestContext.Current.CancellationToken);
            Assert.Equal(period, throughput.Value, 1e-9);
            Assert.True(throughput.IsProven);
        }
    }

    [Fact]
    public void Minimise_TheSearchIsStopped_ItsBoundHoldsAndIsNoBetterThanTheBest()
    {
        Random random = new(5);
        int stopped = 0;
        for (int round = 0; round < 300; round++)
        {
            DagProblem problem = RandomDags.Create(random, 8, 2, ways: 2);
            double best = DagThroughput.Minimise(problem, ToTheEnd, TestContext.Current.CancellationToken).Value;
            DagAnswer early = DagThroughput.Minimise(problem, ToTheEnd with { MaxCuts = 1 + (round % 6) }, TestContext.Current.CancellationToken);
            Assert.True(early.Bound <= best + 1e-9, $"{early.Bound} > {best}");
            Assert.True(early.Value >= best - 1e-9);
            if (!early.IsProven) stopped++;
        }

        Assert.True(stopped > 20, $"{stopped}");
    }

    [Fact]
    public void Minimise_AGapIsAllowed_TheAnswerIsWithinIt()
    {
        Random random = new(9);
        for (int round = 0; round < 200; round++)
        {
            DagProblem problem = RandomDags.Create(random, 8, 2);
            double best = DagOracle.Best(problem)!.Value.Period;
            DagAnswer answer = DagThroughput.Minimise(problem, ToTheEnd with { Gap = 0.1 }, TestContext.Current.CancellationToken);
            Assert.InRange(answer.Value, best - 1e-9, (best / 0.9) + 1e-9);
            Assert.True(answer.Bound <= best + 1e-9);
        }
    }

    [Fact]
    public void Minimise_ATensorWithManyUsers_IsPaidOnce()
    {
        // One wide tensor, four users that only a cloud computes quickly: paid four times, it would stay at home.
        ImmutableArray<DagOperator> operators =
        [
            new("head", [1, 100]), .. Enumerable.Range(0, 4).Select(i => new DagOperator($"user{i}", [5, 0])),
        ];
        DagTensor shared = new("shared", 0, [1, 2, 3, 4], [[new(null, 1, 0, 10, 0)]]);
        DagAnswer answer = DagLatency.Minimise(new(operators, [shared], [0]));
        Assert.Equal([0, 1, 1, 1, 1], answer.Partition.Places);
        Assert.Equal(11, answer.Value);
        Assert.Single(answer.Partition.Crossings);
    }

    [Fact]
    public void Minimise_TheWayBackWouldPay_ThereIsNone()
    {
        // The middle one would like the cloud and the last one the device, to which nothing leads back.
        ImmutableArray<DagOperator> operators = [new("a", [0, 50]), new("b", [50, 0]), new("c", [0, 40])];
        ImmutableArray<DagTensor> tensors =
        [
            new("ab", 0, [1], [[new(null, 1, 0, 1, 0)]]),
            new("bc", 1, [2], [[new(null, 1, 0, 1, 0)]]),
        ];
        DagAnswer answer = DagLatency.Minimise(new(operators, tensors, [0]));
        Assert.Equal([0, 1, 1], answer.Partition.Places);
        Assert.Equal(41, answer.Value);
    }

    [Fact]
    public void Minimise_TheRawInputMustCross_ItIsPaidAndSoIsTheRoundTrip()
    {
        ImmutableArray<DagOperator> operators = [new("all", [100, 1])];
        DagTensor input = new("input", -1, [0], [[new(null, 1, 2, 30, 4)]]);
        Assert.Equal(1 + 2 + 30 + 4 + 20, DagLatency.Minimise(new(operators, [input], [20])).Value);
        Assert.Equal(100, DagLatency.Minimise(new([operators[0].On(0)], [input], [20])).Value);
        Assert.Equal(30, DagThroughput.Minimise(new(operators, [input], [20]), ToTheEnd, TestContext.Current.CancellationToken).Value);
    }

    [Fact]
    public void DagProblem_PartsThatDoNotFit_AreRefusedInOneSentence()
    {
        DagOperator op = new("op", [1, 1]);
        Assert.Contains("no operator", Refused(() => new([], [], [0])), StringComparison.Ordinal);
        Assert.Contains("each of the 3 nodes", Refused(() => new([op], [], [0, 0])), StringComparison.Ordinal);
        Assert.Contains("nothing makes 't'", Refused(() => new([op], [new("t", 1, [], [[]])], [0])), StringComparison.Ordinal);
        Assert.Contains("does not come after", Refused(() => new([op], [new("t", 0, [0], [[]])], [0])), StringComparison.Ordinal);
        Assert.Contains("NaN", Refused(() => new([new("op", [double.NaN, 1])], [], [0])), StringComparison.Ordinal);
        Assert.Contains("transfer of 't'", Refused(() => new([op], [new("t", -1, [0], [[new(null, 1, 0, -1, 0)]])], [0])), StringComparison.Ordinal);

        static string Refused(Func<DagProblem> make) => Assert.Throws<IsthmusException>(make).Message;
    }
}
