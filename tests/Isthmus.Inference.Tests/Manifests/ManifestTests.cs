using System.Text;
using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Tests.Manifests;

public sealed class ManifestTests
{
    private static readonly ModelManifest Full = new()
    {
        Width = 320,
        Height = 240,
        Crop = ImageCrop.Square(0.5),
        Filter = ResizeFilter.Lanczos3,
        Mean = new(104, 117.5, 123),
        Scale = new(1, 2, 3),
        ChannelOrder = ChannelOrder.Bgr,
        Layout = TensorLayout.Nhwc,
        InputType = ElementType.UInt8,
        Labels = "names/labels.txt",
        LabelOffset = 1,
        Softmax = true,
    };

    [Fact]
    public void Parse_WhatToJsonWrote_IsTheSame() => Assert.Equal(Full, ModelManifest.Parse(Full.ToJson()));

    [Fact]
    public void Parse_UncroppedManifest_IsTheSame()
    {
        ModelManifest manifest = Full with { Crop = ImageCrop.None, ChannelOrder = ChannelOrder.Grey };
        Assert.Equal(manifest, ModelManifest.Parse(manifest.ToJson()));
    }

    [Fact]
    public void ToJson_LabelsPathOfThisMachine_StaysHere() =>
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString((Full with { LabelsPath = "/secret/labels.txt" }).ToJson()));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"width":224}""")]
    [InlineData("""{"width":0,"height":224}""")]
    [InlineData("""{"width":-1,"height":224}""")]
    [InlineData("""{"width":9999999,"height":224}""")]
    [InlineData("""{"width":1e99,"height":224}""")]
    [InlineData("""{"width":"224","height":224}""")]
    [InlineData("""{"width":224,"height":224,"crop":0}""")]
    [InlineData("""{"width":224,"height":224,"crop":-0.5}""")]
    [InlineData("""{"width":224,"height":224,"crop":1e400}""")]
    [InlineData("""{"width":224,"height":224,"crop":null}""")]
    [InlineData("""{"width":224,"height":224,"crop":{}}""")]
    [InlineData("""{"width":224,"height":224,"mean":[1,2]}""")]
    [InlineData("""{"width":224,"height":224,"mean":"128"}""")]
    [InlineData("""{"width":224,"height":224,"scale":0}""")]
    [InlineData("""{"width":224,"height":224,"scale":[1,1,1e999]}""")]
    [InlineData("""{"width":224,"height":224,"channelOrder":7}""")]
    [InlineData("""{"width":224,"height":224,"channelOrder":"RBG"}""")]
    [InlineData("""{"width":224,"height":224,"inputType":"Int64"}""")]
    [InlineData("""{"width":224,"height":224,"labelOffset":-1}""")]
    [InlineData("""{"width":224,"height":224,"labels":""}""")]
    public void Parse_HostileJson_IsATypedError(string json)
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => ModelManifest.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(ErrorKind.Model, e.Kind);
        Assert.DoesNotContain("LineNumber", e.Message);
    }

    [Fact]
    public void Parse_RandomMutations_NeverThrowAnythingElse()
    {
        Random random = new(1);
        byte[] json = Full.ToJson();
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutated = [.. json];
            for (int k = random.Next(1, 4); k > 0; k--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            try
            {
                ModelManifest.Parse(mutated.AsSpan(0, random.Next(mutated.Length + 1)));
            }
            catch (IsthmusException)
            {
                // The only error there may be.
            }
        }
    }

    [Fact]
    public void Load_NoManifest_TakesSizeOffsetAndSoftmaxFromTheGraph()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("m.onnx", Classifier(1001, softmax: true).ToByteArray());
        ModelManifest manifest = ManifestFile.Load(path);
        Assert.Equal((160, 128), (manifest.Width, manifest.Height));
        Assert.Equal(1, manifest.LabelOffset);
        Assert.False(manifest.Softmax);
        Assert.Equal(new ChannelValues(128), manifest.Mean);
        Assert.Equal(ImageCrop.Default, manifest.Crop);
        Assert.Equal(ResizeFilter.Area, manifest.Filter);
        Assert.Equal(TensorLayout.Nchw, manifest.Layout);
    }

    [Fact]
    public void Load_ThousandLogits_NeedsSoftmaxAndHasNoOffset()
    {
        ModelManifest manifest = GraphDefaults.Of(Classifier(1000, softmax: false), "m");
        Assert.True(manifest.Softmax);
        Assert.Equal(0, manifest.LabelOffset);
        Assert.Equal(new ChannelValues(123.675, 116.28, 103.53), manifest.Mean);
    }

    [Fact]
    public void Defaults_ChannelsLast_IsNhwc()
    {
        ModelManifest manifest = GraphDefaults.Of(TinyModels.Graph([0, 96, 128, 3], [0, 10], TinyModels.Node("Identity", ["x"], ["y"])), "m");
        Assert.Equal(TensorLayout.Nhwc, manifest.Layout);
        Assert.Equal(new TensorShape(1, 96, 128, 3), manifest.InputShape);
    }

    [Fact]
    public void Defaults_OneChannel_IsGrey() =>
        Assert.Equal(new TensorShape(1, 1, 28, 28), GraphDefaults.Of(TinyModels.Graph([1, 1, 28, 28], [1, 10], TinyModels.Node("Identity", ["x"], ["y"])), "m").InputShape);

    [Fact]
    public void Defaults_TextModel_IsATypedError() =>
        Assert.Equal(ErrorKind.Model, Assert.Throws<IsthmusException>(() => GraphDefaults.Of(TinyModels.Graph([1, 128], [1, 2], TinyModels.Node("Identity", ["x"], ["y"])), "m")).Kind);

    [Fact]
    public void Load_ManifestAndFlags_FlagsWinOverFileOverGraph()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("m.onnx", Classifier(1000, softmax: true).ToByteArray());
        folder.Write("m.isthmus.json", """{"mean":[104,117,123],"scale":1,"channelOrder":"BGR","labels":"labels.txt","comment":"ignored"}""");
        folder.Write("labels.txt", "a\nb\n");
        ModelManifest manifest = ManifestFile.Load(path, new ManifestOverrides { Scale = new(2), Crop = ImageCrop.None });
        Assert.Equal(new ChannelValues(104, 117, 123), manifest.Mean);
        Assert.Equal(new ChannelValues(2), manifest.Scale);
        Assert.Equal(ChannelOrder.Bgr, manifest.ChannelOrder);
        Assert.Equal(ImageCrop.None, manifest.Crop);
        Assert.Equal(160, manifest.Width);
        Assert.Equal(folder.File("labels.txt"), manifest.LabelsPath);
    }

    [Fact]
    public void Save_ThenLoad_IsTheSame()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("m.onnx", Classifier(1000, softmax: true).ToByteArray());
        folder.Write("names/labels.txt", "a\n");
        ManifestFile.Save(path, Full);
        Assert.Equal(Full with { LabelsPath = folder.File("names/labels.txt") }, ManifestFile.Load(path));
    }

    [Theory]
    [InlineData("../labels.txt")]
    [InlineData("a/../../labels.txt")]
    [InlineData("/etc/passwd")]
    [InlineData(".")]
    [InlineData("a\0b")]
    public void Load_LabelsOutsideTheFolder_IsRefused(string labels)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("models/m.onnx", Classifier(1000, softmax: true).ToByteArray());
        folder.Write("labels.txt", "a\n");
        folder.Write("models/m.isthmus.json", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { labels }));
        IsthmusException e = Assert.Throws<IsthmusException>(() => ManifestFile.Load(path));
        Assert.Equal(ErrorKind.Model, e.Kind);
    }

    [Fact]
    public void Load_TextNamedOnnx_IsATypedError()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(ErrorKind.Model, Assert.Throws<IsthmusException>(() => ManifestFile.Load(folder.Write("m.onnx", "hello, I am no model"))).Kind);
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => ManifestFile.Load(folder.File("absent.onnx"))).Kind);
    }

    [Theory]
    [InlineData(0.875, 500, 375, 85.9375, 23.4375, 328.125)]
    [InlineData(1, 500, 375, 62.5, 0, 375)]
    [InlineData(0.5, 3, 2, 1, 0.5, 1)]
    public void Crop_OfAPicture_IsTheCentralSquare(double fraction, int width, int height, double left, double top, double side) =>
        Assert.Equal(new ImageArea(left, top, side, side), ImageCrop.Square(fraction).Of(width, height));

    private static ModelProto Classifier(long classes, bool softmax) => TinyModels.Graph(
        [0, 3, 128, 160],
        [0, classes],
        softmax ? [TinyModels.Node("Conv", ["x"], ["l"]), TinyModels.Node("Softmax", ["l"], ["s"]), TinyModels.Node("Reshape", ["s", "z"], ["y"])]
            : [TinyModels.Node("Conv", ["x"], ["y"])]);
}
