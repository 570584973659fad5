using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Simulation;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Orchestration.Simulation;

public sealed class SharedProcessorTests
{
    // Beside a simulation that keeps what is left of every request and subtracts from all of them at every event.
    [Fact]
    public void Take_RandomRequestsAndSpeeds_IsWhenPlainSubtractionSays() => Prop.ForAll(Gen.Choose(1, 1_000_000).ToArbitrary(), seed =>
    {
        SeededRandom random = new(seed);
        ContentionCurve curve = random.Next(2) == 0 ? ContentionCurve.TakingTurns(1 + random.Next(3)) : new([1, 1.5, 1.7], 0.3);
        int count = 1 + random.Next(20);
        (double At, double Work)[] requests = [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 100, random.NextExponential() * 10)).OrderBy(r => r.Item1)];
        double slowAt = random.NextDouble() * 100, slow = 0.2 + random.NextDouble();
        double[] actual = new double[count], expected = new double[count];

        SharedProcessor machine = new(curve);
        int next = 0;
        bool slowed = false;
        for (int done = 0; done < count;)
        {
            double arrival = next < count ? requests[next].At : double.PositiveInfinity, change = slowed ? double.PositiveInfinity : slowAt, now = Math.Min(Math.Min(arrival, change), machine.NextAt);
            if (now == machine.NextAt)
            {
                actual[machine.Take(now)] = now;
                done++;
            }
            else if (now == change)
            {
                machine.SetSpeed(now, slow);
                slowed = true;
            }
            else
            {
                machine.Add(now, next, requests[next].Work);
                next++;
            }
        }

        double[] left = [.. requests.Select(r => r.Work)];
        bool[] there = new bool[count], gone = new bool[count];
        double time = 0, speed = 1;
        while (gone.Contains(false))
        {
            int here = Enumerable.Range(0, count).Count(i => there[i] && !gone[i]);
            double rate = speed / curve.At(Math.Max(1, here)), soonest = double.PositiveInfinity;
            for (int i = 0; i < count; i++)
            {
                if (!there[i]) soonest = Math.Min(soonest, requests[i].At);
                else if (!gone[i]) soonest = Math.Min(soonest, time + (left[i] / rate));
            }

            if (speed != slow) soonest = Math.Min(soonest, slowAt);
            for (int i = 0; i < count; i++)
            {
                if (there[i] && !gone[i]) left[i] -= (soonest - time) * rate;
                if (there[i] && !gone[i] && left[i] <= 1e-9) (gone[i], expected[i]) = (true, soonest);
                if (!there[i] && requests[i].At <= soonest) there[i] = true;
            }

            time = soonest;
            if (time >= slowAt) speed = slow;
        }

        return actual.Zip(expected).All(p => Math.Abs(p.First - p.Second) < 1e-6);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
