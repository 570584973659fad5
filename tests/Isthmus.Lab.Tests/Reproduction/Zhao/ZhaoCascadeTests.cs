using Isthmus.Core.Profiling.Curves;
using Isthmus.Inference.Classification;
using Isthmus.Lab.Reproduction.Zhao;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Tests.Reproduction.Zhao;

public sealed class ZhaoCascadeTests
{
    // The small network is sure of half of the pictures, and right there; the other is right with all of the picture, and with half of it where the small one is sure.
    private static readonly ConfidenceTable Table = new(
        default, "small", "embedded", [0.5, 1], [new(0, 100, 0, [0, 100]), new(0.7, 100, 100, [100, 100])]);

    [Fact]
    public void Of_ConfidenceTellsHardPictures_SendsOnlyThem()
    {
        ImageReport[] local = [.. Enumerable.Range(0, 10).Select(i => Report(i % 2 == 0 ? 1 : 9, i % 2 == 0 ? 0.9 : 0.3, 0))];
        ImageReport[] half = [.. Enumerable.Range(0, 10).Select(i => Report(i % 2 == 0 ? 1 : 9, 0.5, 500))], all = [.. Enumerable.Range(0, 10).Select(_ => Report(1, 0.5, 1000))];
        ZhaoCascade cascade = ZhaoCascade.Of("small", "large", Table, local, new Dictionary<double, ImageReport[]> { [0.5] = half, [1] = all }, [.. Enumerable.Repeat((int?)1, 10)]);
        Assert.Equal([0, 0.5, 1], cascade.Rows.Select(r => r.Fraction));
        Assert.Equal([0, 500, 500], cascade.Rows.Select(r => r.CascadeBytes));
        Assert.Equal([5, 10, 10], cascade.Rows.Select(r => r.ByConfidence.Right));
        Assert.Equal([5, 5, 10], cascade.Rows.Select(r => r.Alike.Right));
        Assert.Equal([0, 0.5, 0.5], cascade.Rows.Select(r => r.Sent));
        Assert.Equal(0.5, cascade.BytesSaved!.Value, 9);
        Assert.Equal(0.5, cascade.MedianGain!.Value, 9);
    }

    private static ImageReport Report(int answer, double confidence, long bytes) => new() { File = "p", Top1 = new ClassScore(answer, $"class {answer}", confidence), BytesSent = bytes };
}
