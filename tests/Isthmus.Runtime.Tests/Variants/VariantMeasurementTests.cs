using Isthmus.Core.Errors;
using Isthmus.Core.Statistics;
using Isthmus.Core.Variants;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Variants;
using Isthmus.Tests.Shared;

namespace Isthmus.Runtime.Tests.Variants;

public sealed class VariantMeasurementTests
{
    private static readonly string Folder = Path.Combine(DevelopmentData.Repository, "models", "fashion_mnist");

    [Theory]
    [InlineData("fashion_0.25", 3)]
    // Integer kernels differ between processors, and where a value lies between two steps so does its rounding.
    [InlineData("fashion_0.25_int8", 30)]
    public void Measure_CommittedNetwork_IsWhatTheLadderSays(string name, int tolerance)
    {
        VariantLadder ladder = VariantLadderFile.Load(Folder);
        Variant expected = ladder.Get(name);
        Network network = Network.Load(VariantLadderFile.PathOf(Folder, expected));
        LabelledSet set = TestSet();
        MeasuredVariant found = new VariantMeasurement(set).Measure(name, expected.File, network, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected.Sha256, found.Variant.Sha256);
        Assert.Equal(expected.Images, found.Variant.Images);
        Assert.InRange(found.Variant.Right1, expected.Right1 - tolerance, expected.Right1 + tolerance);
        Assert.InRange(found.Variant.Right5, expected.Right5 - tolerance, expected.Right5 + tolerance);
        Assert.Equal(ladder.DataSha256, set.Sha256());
    }

    [Fact]
    public void Load_CommittedLadder_IsOfTheCommittedNetworks()
    {
        VariantLadder ladder = VariantLadderFile.Load(Folder);
        Assert.Equal(8, ladder.Variants.Length);
        foreach (Variant variant in ladder.Variants)
        {
            Network network = Network.Load(VariantLadderFile.PathOf(Folder, variant));
            VariantLadderFile.Check(variant, network.Model.Hash);
            Assert.Equal(28, network.Manifest.Width);
            Assert.Equal(1, network.Manifest.Channels);
            Assert.True(network.Manifest.Softmax);
            Assert.NotNull(network.Manifest.LabelsPath);
        }
    }

    [Fact]
    public void Beside_TwoNetworks_CountsThePairs()
    {
        VariantMeasurement measurement = new(TestSet(300));
        MeasuredVariant a = Measure("fashion_0.5"), b = Measure("fashion_0.25");
        PairedProportions pairs = a.Beside(b);
        Assert.Equal(300, pairs.Count);
        Assert.Equal(a.Variant.Right1, pairs.Both + pairs.FirstOnly);
        Assert.Equal(b.Variant.Right1, pairs.Both + pairs.SecondOnly);
        Assert.Equal((double)(a.Variant.Right1 - b.Variant.Right1) / 300, pairs.Difference, 1e-12);

        MeasuredVariant Measure(string name) => measurement.Measure(name, $"{name}.onnx", Network.Load(Path.Combine(Folder, $"{name}.onnx")), cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Measure_ClassesThatTheNetworkDoesNotKnow_AreRefused()
    {
        string photographs = TinyNetwork.Photos;
        VariantMeasurement measurement = new(LabelledSet.Load(photographs, Path.Combine(photographs, "labels.csv")));
        IsthmusException error = Assert.Throws<IsthmusException>(() => measurement.Measure("tiny", "tiny.onnx", TinyNetwork.Create(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("do not belong together", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_Cancelled_Ends()
    {
        using CancellationTokenSource cancelled = new();
        VariantMeasurement measurement = new(TestSet());
        Assert.ThrowsAny<OperationCanceledException>(() => measurement.Measure("a", "a.onnx", Network.Load(Path.Combine(Folder, "fashion_0.25.onnx")), share => cancelled.Cancel(), cancelled.Token));
    }

    private static LabelledSet TestSet(int? most = null) =>
        LabelledSet.Load(Path.Combine(Folder, "test", "t10k-images-idx3-ubyte.gz"), Path.Combine(Folder, "test", "t10k-labels-idx1-ubyte.gz"), most);
}
