using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Runtime.Tests.Links;

public sealed class LinkScheduleTests
{
    private static LinkConditions Conditions(double bitsPerSecond, double delay, double jitter = 0, double loss = 0) =>
        new(new BitsPerSecond(bitsPerSecond), new Milliseconds(delay), new Milliseconds(jitter), loss);

    [Fact]
    public void Send_AnyChunkingOfABurst_LastByteArrivesAfterBytesOverRatePlusDelay() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<NonNegativeInt>(),
            (sizes, rate, delay) =>
            {
                double bitsPerSecond = 1e4 * rate.Get;
                LinkSchedule schedule = new(Conditions(bitsPerSecond, delay.Get), seed: 1);
                LinkPacket last = default;
                foreach (PositiveInt size in sizes.Get) last = schedule.Send(new Milliseconds(3), size.Get, moreFollow: true);
                double expected = 3 + sizes.Get.Sum(s => (double)s.Get) * 8e3 / bitsPerSecond + delay.Get;
                return Math.Abs(last.Arrival.Value - expected) <= 1e-9 * expected;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Send_PacketsReadyAtAnyTimes_KeepOrderAndNeverExceedTheRate() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(), ArbMap.Default.ArbFor<int>(), (gaps, seed) =>
        {
            LinkSchedule schedule = new(Conditions(1e6, 20), seed);
            Random random = new(seed);
            Milliseconds ready = default, departed = default;
            foreach (PositiveInt gap in gaps.Get)
            {
                ready += new Milliseconds(gap.Get / 7.0);
                int size = random.Next(1, 1501);
                LinkPacket packet = schedule.Send(ready, size, moreFollow: false);
                double onTheLine = packet.Departure.Value - packet.Start.Value;
                if (packet.Start < departed || packet.Start < ready || Math.Abs(onTheLine - size / 125.0) > 1e-6) return false;
                if (packet.Start > ready && packet.Start != departed) return false;
                departed = packet.Departure;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Send_TwoSendersShareTheLine_TogetherTakeTheTimeOfAllTheirBytes()
    {
        LinkSchedule schedule = new(Conditions(8e6, 5), seed: 1);
        LinkPacket last = default;
        for (int i = 0; i < 100; i++) last = schedule.Send(Milliseconds.Zero, 1000, moreFollow: i % 2 == 0);
        Assert.Equal(100 + 5, last.Arrival.Value, 6);
    }

    [Fact]
    public void Send_RateChanges_NewRateHoldsForPacketsThatHaveNotStarted()
    {
        LinkSchedule schedule = new(Conditions(8e6, 0), seed: 1);
        schedule.Send(Milliseconds.Zero, 1000, moreFollow: true);
        schedule.Conditions = Conditions(8e5, 7);
        Assert.Equal(1 + 10 + 7, schedule.Send(Milliseconds.Zero, 1000, moreFollow: true).Arrival.Value, 9);
    }

    [Fact]
    public void Send_Jitter_StaysWithinItsBoundsAndFillsThem()
    {
        LinkSchedule schedule = new(Conditions(1e9, 30, jitter: 10), seed: 5);
        double[] delays = [.. Enumerable.Range(1, 2000).Select(i => schedule.Send(new Milliseconds(i), 100, false)).Select(p => (p.Arrival - p.Departure).Value)];
        Assert.All(delays, delay => Assert.InRange(delay, 20, 40));
        Assert.True(delays.Min() < 21 && delays.Max() > 39);
    }

    [Fact]
    public void Send_JitterAboveTheDelay_NeverArrivesBeforeItLeft()
    {
        LinkSchedule schedule = new(Conditions(1e9, 1, jitter: 10), seed: 5);
        for (int i = 1; i <= 500; i++)
        {
            LinkPacket packet = schedule.Send(new Milliseconds(i), 100, false);
            Assert.True(packet.Arrival >= packet.Departure);
        }
    }

    [Fact]
    public void Send_LossyLine_LosesThatShareAndWaitsForARoundTripOrATimeout()
    {
        LinkSchedule schedule = new(Conditions(1e9, 25, loss: 0.1), seed: 3);
        int lost = 0;
        for (int i = 1; i <= 20_000; i++)
        {
            bool moreFollow = i % 2 == 0;
            LinkPacket packet = schedule.Send(new Milliseconds(10 * i), 1500, moreFollow);
            lost += packet.Losses;
            double recovery = (packet.Arrival - packet.Departure).Value - 25;
            if (packet.Losses == 0) Assert.Equal(0, recovery, 6);
            if (packet.Losses == 1) Assert.Equal(moreFollow ? 50 : 200, recovery, 6);
            if (packet.Losses == 2) Assert.Equal(moreFollow ? 250 : 600, recovery, 6);
        }

        // Retransmissions are lost as well: 0.1 / 0.9 losses per segment.
        Assert.InRange(lost / 20_000.0, 0.10, 0.123);
    }

    [Theory]
    [InlineData(1e5, 62)]
    [InlineData(1e6, 625)]
    [InlineData(1e8, 1500)]
    [InlineData(double.PositiveInfinity, 1500)]
    public void PacketBytes_AnyRate_IsAtMostFiveMillisecondsOfTheLine(double rate, int bytes) =>
        Assert.Equal(bytes, new LinkSchedule(Conditions(rate, 0), seed: 1).PacketBytes);

    [Theory]
    [InlineData(999, 0, 0, 0)]
    [InlineData(double.NaN, 0, 0, 0)]
    [InlineData(1e6, -1, 0, 0)]
    [InlineData(1e6, 60_001, 0, 0)]
    [InlineData(1e6, 0, double.NaN, 0)]
    [InlineData(1e6, 0, 0, 1)]
    [InlineData(1e6, 0, 0, -0.1)]
    public void Validated_FigureOutOfRange_Throws(double rate, double delay, double jitter, double loss) =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => Conditions(rate, delay, jitter, loss).Validated()).Kind);
}
