using System.Collections.Immutable;
using Isthmus.Bench.Zoo;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;

namespace Isthmus.Cli.Tests.Bench.Zoo;

public sealed class ZooStudyTests
{
    private static readonly ZooOptions Options = new() { Models = ".", Images = ".", Profiles = ".", DeviceSlowdown = 10, EdgeSlowdown = 2 };

    [Fact]
    public void Plan_AnyNetwork_AnswersEveryQuestionOnceAndKeepsThePictureWhereItMustStay()
    {
        ZooAnswer[] answers = [.. ZooStudy.Plan("net", Invented(whole: 30, 10, 10, 10), Options)];
        Assert.Equal(2 * ZooLink.All.Length * ZooCompression.All.Length, answers.Select(a => (a.Link, a.Compression, a.PictureStays)).Distinct().Count());
        Assert.Equal(2 * ZooLink.All.Length * ZooCompression.All.Length, answers.Length);
        Assert.All(answers.Where(a => a.PictureStays), a =>
        {
            Assert.StartsWith("device", a.Plan, StringComparison.Ordinal);
            Assert.Equal("device", a.UnsplitPlan);
            // The whole network, ten times as slow, and a millisecond, ten times as slow, to read the picture.
            Assert.Equal(310, a.UnsplitMs, 6);
        });
        Assert.All(answers, a => Assert.True(a.Gain >= 1));
        Assert.Contains(answers, a => a.Splits);
        Assert.Contains(answers, a => a.Where == "cloud");
    }

    [Fact]
    public void Plan_BlocksThatTakeLongerAlone_AreScaledToTheWhole()
    {
        // The same network, measured block by block in three times the time: nothing changes but the sum.
        ZooAnswer[] alone = [.. ZooStudy.Plan("net", Invented(whole: 30, 30, 30, 30), Options)];
        Assert.Equal([.. ZooStudy.Plan("net", Invented(whole: 30, 10, 10, 10), Options)], alone);
        Assert.Equal(2, ZooNetwork.Of("net", Invented(whole: 30, 30, 30, 30)).AdditivityError, 9);
    }

    [Fact]
    public void Write_Report_CountsEveryNetworkInEveryRow()
    {
        Profile profile = Invented(whole: 30, 10, 10, 10);
        ZooReport report = new(10, 2, [ZooNetwork.Of("a", profile), ZooNetwork.Of("b", profile)], [.. ZooStudy.Plan("a", profile, Options), .. ZooStudy.Plan("b", profile, Options)], 1);
        Assert.All(report.Cells, c => Assert.Equal(2, c.Device + c.Edge + c.Cloud + c.Split));
        Assert.Equal(2 * ZooLink.All.Length * ZooCompression.All.Length, report.Cells.Count());
        string text = ZooMarkdown.Write(report);
        Assert.Contains("| 20 Mbit/s | raw |", text, StringComparison.Ordinal);
        Assert.Contains("| b | ", text, StringComparison.Ordinal);
    }

    // One node, two cuts of which the second is small.
    private static Profile Invented(double whole, params double[] blocks)
    {
        CutProfile[] cuts = [.. new[] { ("c00", 200_000), ("c01", 20_000) }.Select((c, i) => new CutProfile(
            c.Item1, [new($"t{i}", new TensorShape([1, c.Item2 / 4]))], new(c.Item2), (i + 1) / 3.0,
            [.. ZooCompression.AllCodecs.Select(k => new CodecProfile(k, new(k == CodecSpec.Raw ? c.Item2 : c.Item2 / 8), 0, 1))]))];
        string?[] places = [null, "c00", "c01", null];
        NodeProfile node = new(
            "device", Tier.Device, null, 1, "invented", "invented", 1, Milliseconds.Zero,
            [new(null, null, Time(whole)), .. blocks.Select((b, i) => new SegmentTiming(places[i], places[i + 1], Time(b)))],
            [.. cuts.SelectMany(c => ZooCompression.AllCodecs.Select(k => new CodecTiming(c.Id, k, new(0.1), new(0.1))))],
            [new(InputEncoding.Local, Milliseconds.Zero, new(1)), .. ZooCompression.Inputs.Select(x => new InputTiming(x, new(0.5), new(1)))]);
        ImmutableArray<InputProfile> inputs = [.. ZooCompression.Inputs.Select((x, i) => new InputProfile(x, new(60_000 + (i * 10_000)), 0, 1))];
        return new(Profile.CurrentVersion, ModelHash.Of([1, 2, 3]), "net.onnx", DateTimeOffset.UnixEpoch, "test", 1, 4000, [.. cuts], inputs, [node], []) { Macs = 1000 };

        static Timing Time(double ms) => new(new(ms), new(ms), 3);
    }
}
