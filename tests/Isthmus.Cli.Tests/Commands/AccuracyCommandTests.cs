using System.Text.Json;
using Isthmus.Core.Variants;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Commands;

public sealed class AccuracyCommandTests : IDisposable
{
    private static readonly string Models = Path.Combine(DevelopmentData.Repository, "models", "fashion_mnist");

    private static readonly string[] TestSet = ["--images", Path.Combine(Models, "test", "t10k-images-idx3-ubyte.gz"), "--labels", Path.Combine(Models, "test", "t10k-labels-idx1-ubyte.gz")];

    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-accuracy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Accuracy_TwoNetworks_WritesTheLadderAndComparesThem()
    {
        string ladder = Path.Combine(_folder, "ladder.json");
        CommandRun run = await CommandRun.OfAsync(
            ["accuracy", Copy("fashion_0.5"), Copy("fashion_0.25"), .. TestSet, "--limit", "200", "--data-name", "some clothes", "-o", ladder, "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);

        VariantLadder written = VariantLadderFile.Load(_folder);
        Assert.Equal("some clothes", written.Data);
        Assert.Equal(["fashion_0.5.onnx", "fashion_0.25.onnx"], written.Variants.Select(v => v.File));
        Assert.All(written.Variants, v => Assert.Equal(200, v.Images));
        JsonElement json = run.Json();
        JsonElement[] networks = [.. json.GetProperty("networks").EnumerateArray()];
        Assert.Equal(written.Variants.Select(v => v.Top1), networks.Select(n => n.GetProperty("top1").GetDouble()));
        Assert.All(networks, n =>
        {
            Assert.InRange(n.GetProperty("top1").GetDouble(), n.GetProperty("top1Interval").GetProperty("low").GetDouble(), n.GetProperty("top1Interval").GetProperty("high").GetDouble());
            Assert.InRange(n.GetProperty("beside").GetProperty("mcNemar").GetDouble(), 0, 1);
            Assert.True(n.GetProperty("inferenceMs").GetProperty("p50").GetDouble() > 0);
        });
        Assert.Equal(written.DataSha256, json.GetProperty("ladder").GetProperty("dataSha256").GetString());
    }

    [Fact]
    public async Task Accuracy_Folder_IsMeasuredToo()
    {
        // Of 26 photographs of other things than clothes the classes are beyond what the network knows.
        string photographs = Path.Combine(DevelopmentData.Repository, "samples", "photos");
        CommandRun run = await CommandRun.OfAsync("accuracy", Path.Combine(Models, "fashion_0.25.onnx"), "--images", photographs, "--labels", Path.Combine(photographs, "labels.csv"));
        Assert.Contains("do not belong together", run.AssertRefused(5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accuracy_LadderElsewhere_IsRefused()
    {
        CommandRun run = await CommandRun.OfAsync(["accuracy", Path.Combine(Models, "fashion_0.25.onnx"), .. TestSet, "--limit", "1", "-o", Path.Combine(_folder, "ladder.json")]);
        Assert.Contains("beside the networks", run.AssertRefused(2), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Accuracy_DamagedPictures_IsOneSentence()
    {
        string images = Path.Combine(_folder, "images");
        await File.WriteAllBytesAsync(images, [0x1f, 0x8b, 1, 2, 3], TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("accuracy", Path.Combine(Models, "fashion_0.25.onnx"), "--images", images, "--labels", images);
        run.AssertRefused(5);
    }

    private string Copy(string name)
    {
        foreach (string file in new[] { $"{name}.onnx", $"{name}.isthmus.json", "classes.txt" }) File.Copy(Path.Combine(Models, file), Path.Combine(_folder, file), overwrite: true);
        return Path.Combine(_folder, $"{name}.onnx");
    }
}
