using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Runtime.Tests.Links;

public sealed class LinkEstimatorTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(0.1e6, 100)]
    [InlineData(1e6, 50)]
    [InlineData(8e6, 20)]
    [InlineData(100e6, 5)]
    [InlineData(1e9, 0.5)]
    public void Record_TransfersOverAKnownLink_FindsRoundTripAndBandwidth(double bitsPerSecond, double roundTrip)
    {
        LinkEstimator link = new(_clock);
        Random random = new(1);
        for (int i = 0; i < 20; i++)
        {
            Transfer(link, 0, bitsPerSecond, roundTrip, 1);
            Transfer(link, random.Next(20_000, 2_000_000), bitsPerSecond, roundTrip, 1);
        }

        Assert.InRange(link.Current.RoundTrip.Value, roundTrip * 0.99, roundTrip * 1.01);
        Assert.InRange(link.Current.Bandwidth.Value, bitsPerSecond * 0.97, bitsPerSecond * 1.03);
    }

    [Fact]
    public void Record_TransfersWithJitter_StaysNearTheTruth()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            LinkEstimator link = new(_clock);
            Random random = new(seed);
            for (int i = 0; i < 40; i++)
            {
                Transfer(link, 0, 8e6, 20, 1 + (0.2 * random.NextDouble()));
                Transfer(link, random.Next(30_000, 200_000), 8e6, 20, 0.9 + (0.2 * random.NextDouble()));
            }

            Assert.InRange(link.Current.RoundTrip.Value, 18, 24);
            Assert.InRange(link.Current.Bandwidth.Value, 8e6 * 0.8, 8e6 * 1.25);
        }
    }

    [Theory]
    [InlineData(20e6, 1e6)]
    [InlineData(1e6, 20e6)]
    public void Record_LinkSteps_FollowsWithinThreeTransfers(double before, double after)
    {
        LinkEstimator link = new(_clock);
        for (int i = 0; i < 20; i++) Transfer(link, i % 4 == 0 ? 0 : 60_000, before, 20, 1);
        for (int i = 0; i < 3; i++) Transfer(link, 60_000, after, 20, 1);
        Assert.InRange(link.Current.Bandwidth.Value, after * 0.8, after * 1.25);
    }

    [Fact]
    public void Record_OneOutlierAmongMany_MovesLittle()
    {
        LinkEstimator link = new(_clock);
        for (int i = 0; i < 20; i++) Transfer(link, i % 2 == 0 ? 0 : 80_000, 8e6, 20, 1);
        link.Record(new(80_000), new(250));
        link.Record(new(0), new(500));
        for (int i = 0; i < 2; i++) Transfer(link, 80_000, 8e6, 20, 1);
        Assert.InRange(link.Current.Bandwidth.Value, 8e6 * 0.75, 8e6 * 1.25);
        Assert.InRange(link.Current.RoundTrip.Value, 19.9, 20.1);
    }

    [Fact]
    public void Record_NothingButSmallTransfers_KeepsTheBandwidth()
    {
        LinkEstimator link = new(_clock);
        link.Seed(new(20), new(8e6));
        for (int i = 0; i < 20; i++) Transfer(link, 200, 8e6, 5, 1);
        Assert.Equal(8e6, link.Current.Bandwidth.Value, 1.0);
        Assert.InRange(link.Current.RoundTrip.Value, 4.8, 5.2);
    }

    [Fact]
    public void Record_ATransferShorterThanTheRoundTrip_LowersIt()
    {
        LinkEstimator link = new(_clock);
        link.Seed(new(100), new(50e6));
        for (int i = 0; i < 5; i++) link.Record(new(50_000), new(28));
        Assert.True(link.Current.RoundTrip.Value <= 28);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Record_NoPositiveDuration_IsIgnored(double duration)
    {
        LinkEstimator link = new(_clock);
        LinkEstimate before = link.Current;
        link.Record(new(50_000), new(duration));
        Assert.Equal(before, link.Current);
    }

    [Fact]
    public void Current_NothingRecorded_IsInfinitelyOld()
    {
        LinkEstimator link = new(_clock);
        Assert.Equal(Milliseconds.Infinite, link.Current.Age);
        link.Record(new(0), new(10));
        _clock.Advance(1500);
        Assert.Equal(1500, link.Current.Age.Value, 0.001);
    }

    [Fact]
    public void Record_ByManyThreads_StaysFiniteAndPlausible()
    {
        LinkEstimator link = new(_clock);
        Parallel.For(0, 2000, i => Transfer(link, i % 3 == 0 ? 0 : 40_000 + i, 8e6, 20, 1));
        Assert.InRange(link.Current.Bandwidth.Value, 7.9e6, 8.1e6);
    }

    [Theory]
    [InlineData(1e6, 1e6)]
    [InlineData(1e6, 20e6)]
    [InlineData(20e6, 0.5e6)]
    [InlineData(0.3e6, 20e6)]
    public void RecordPaced_SenderHoldsItselfBackToTheEstimate_FindsTheLink(double before, double after)
    {
        LinkEstimator link = new(_clock);
        link.Seed(new(20), new(before));
        // As a stream of pictures goes: at a little more than what is believed, over a link that may be slower or faster than that.
        for (int i = 0; i < 60; i++) Paced(link, 20_000, after);
        Assert.InRange(link.Current.Bandwidth.Value, after * 0.75, after * 1.3);
    }

    [Fact]
    public void RecordPaced_HeldBackByTheSender_NeverLowersTheEstimate()
    {
        LinkEstimator link = new(_clock);
        link.Seed(new(20), new(8e6));
        for (int i = 0; i < 30; i++)
        {
            // Twenty times slower than the link, as a sender that waits for its own scans.
            link.RecordPaced(new(20_000), new(400), new(400), isCut: false);
            _clock.Advance(1000);
        }

        Assert.Equal(8e6, link.Current.Bandwidth.Value, 1);
        Assert.Equal(20, link.Current.RoundTrip.Value);
    }

    [Fact]
    public void RecordPaced_CutOff_CountsWhatCame()
    {
        LinkEstimator link = new(_clock);
        link.Seed(new(20), new(8e6));
        for (int i = 0; i < 5; i++) link.RecordPaced(new(10_000), new(160), new(20), isCut: true);
        Assert.InRange(link.Current.Bandwidth.Value, 0.45e6, 0.6e6);
    }

    [Fact]
    public void RecordPaced_ReceiverReadsEverythingAtOnce_IsNoInfinitelyFastLink()
    {
        LinkEstimator link = new(_clock);
        link.Seed(new(20), new(1e6));
        for (int i = 0; i < 10; i++) link.RecordPaced(new(20_000), new(0.05), new(160), isCut: false);
        Assert.Equal(1e6, link.Current.Bandwidth.Value, 1);
    }

    private void Paced(LinkEstimator link, int bytes, double bitsPerSecond)
    {
        double pace = link.Current.Bandwidth.Value * LinkEstimator.PaceGain;
        double sending = bytes * 8e3 / pace, arrival = Math.Max(sending, bytes * 8e3 / bitsPerSecond);
        _clock.Advance(arrival);
        link.RecordPaced(new(bytes), new(arrival), new(sending), isCut: false);
    }

    private void Transfer(LinkEstimator link, long bytes, double bitsPerSecond, double roundTrip, double noise)
    {
        double duration = (roundTrip + (bytes * 8e3 / bitsPerSecond)) * noise;
        _clock.Advance(duration);
        link.Record(new(bytes), new(duration));
    }
}
