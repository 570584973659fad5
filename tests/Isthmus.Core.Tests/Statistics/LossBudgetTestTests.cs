using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Statistics;

public sealed class LossBudgetTestTests
{
    [Fact]
    public void Observe_LossOfExactlyTheLimit_IsStoppedInNoMoreOrdersThanTheErrorSays()
    {
        // All 924 orders of 6 lost among 12 images with the limit of a half.
        int orders = 0, stopped = 0;
        for (int mask = 0; mask < 1 << 12; mask++)
        {
            if (int.PopCount(mask) != 6) continue;
            orders++;
            LossBudgetTest test = new(0.5, 12, 0, error: 0.2);
            for (int i = 0; i < 12; i++) test.Observe(mask >> i & 1);
            if (test.Exceeded) stopped++;
        }

        Assert.Equal(924, orders);
        Assert.InRange(stopped, 1, (int)(0.2 * orders));
    }

    [Theory]
    [InlineData(100, 10, 0, 0, 0.1)]
    [InlineData(334, 33, 0, 0, 0.1)]
    [InlineData(334, 50, 17, -1, 0.1)]
    [InlineData(334, 90, 57, -1, 0.1)]
    [InlineData(40, 10, 8, -1, 0.05)]
    [InlineData(200, 4, 0, 0, 0.02)]
    public void Observe_LossWithinTheLimit_IsHardlyEverStopped(int images, int lost, int gained, int least, double limit)
    {
        Assert.True(lost - gained <= limit * images);
        // With an error that can be measured in few runs: one in twenty.
        const int Runs = 4000;
        Random random = new(7);
        int[] losses = [.. Enumerable.Repeat(1, lost), .. Enumerable.Repeat(-1, gained), .. Enumerable.Repeat(0, images - lost - gained)];
        int stopped = Enumerable.Range(0, Runs).Count(_ => Stops(losses, limit, least, 0.05, random) is not null);
        Assert.True(stopped <= (0.05 * Runs) + (3 * Math.Sqrt(0.05 * 0.95 * Runs)), $"{stopped} of {Runs}");
    }

    [Theory]
    [InlineData(1.0, 0, 12)]
    [InlineData(0.8, -1, 45)]
    [InlineData(0.5, 0, 45)]
    [InlineData(0.5, -1, 90)]
    [InlineData(0.25, -1, 300)]
    public void Observe_HopelessLoss_IsStoppedEarly(double loss, int least, int images)
    {
        Random random = new(3);
        int lost = (int)(334 * loss);
        int[] losses = [.. Enumerable.Repeat(1, lost), .. Enumerable.Repeat(0, 334 - lost)];
        for (int run = 0; run < 50; run++) Assert.InRange(Stops(losses, 0.1, least, LossBudgetTest.DefaultError, random) ?? int.MaxValue, 1, images);
    }

    [Fact]
    public void Observe_LimitCannotBeKeptAnyMore_IsStoppedWithCertainty()
    {
        LossBudgetTest test = new(0.1, 20, 0, error: 1e-12);
        Assert.False(test.Observe(1));
        Assert.False(test.Observe(1));
        Assert.True(test.Observe(1));
    }

    [Fact]
    public void Observe_LimitOfOne_NeverStops()
    {
        LossBudgetTest test = new(1, 50, 0);
        for (int i = 0; i < 50; i++) Assert.False(test.Observe(1));
        Assert.Throws<InvalidOperationException>(() => test.Observe(0));
    }

    [Fact]
    public void Observe_LimitOfZero_StopsAtTheFirstLossThatCannotBeRegained()
    {
        Assert.True(new LossBudgetTest(0, 50, 0).Observe(1));
        Assert.False(new LossBudgetTest(0, 50, -1).Observe(1));
    }

    [Fact]
    public void Resume_InTheMiddle_DecidesAsWithoutInterruption()
    {
        Random random = new(11);
        for (int run = 0; run < 40; run++)
        {
            LossBudgetTest whole = new(0.1, 120, -1), part = new(0.1, 120, -1);
            int sum = 0;
            for (int i = 0; i < 120; i++)
            {
                int loss = random.Next(10) < 4 ? 1 : random.Next(10) == 0 ? -1 : 0;
                sum += loss;
                Assert.Equal(whole.Observe(loss), part.Observe(loss));
                LossBudgetTest next = new(0.1, 120, -1);
                next.Resume(i + 1, sum, part.State, part.Exceeded);
                part = next;
            }
        }
    }

    [Fact]
    public void Resume_StateOfAnother_IsRefused()
    {
        LossBudgetTest test = new(0.1, 20, 0);
        Assert.Throws<ArgumentException>(() => test.Resume(5, 1, [0], exceeded: false));
        Assert.Throws<ArgumentException>(() => test.Resume(21, 1, test.State, exceeded: false));
    }

    // After how many images of a random order it stops; null if never.
    private static int? Stops(int[] losses, double limit, int least, double error, Random random)
    {
        int[] order = [.. losses];
        random.Shuffle(order);
        LossBudgetTest test = new(limit, order.Length, least, error);
        for (int i = 0; i < order.Length; i++)
        {
            if (test.Observe(order[i])) return i + 1;
        }

        return null;
    }
}
