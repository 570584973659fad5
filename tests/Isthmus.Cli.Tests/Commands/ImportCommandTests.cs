using System.Text.Json;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-").FullName;

    private static string Labels => Path.Combine(Path.GetDirectoryName(DevelopmentData.InceptionTflite)!, "labels.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Import_WithLabels_WritesModelManifestAndClasses()
    {
        string model = Path.Combine(_folder, "inception.onnx");
        CommandRun run = await CommandRun.OfAsync("import", DevelopmentData.InceptionTflite, "-o", model, "--labels", Labels, "--quantized", "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement json = run.Json();
        Assert.Equal(model, json.GetProperty("model").GetString());
        Assert.Equal(1001, json.GetProperty("outputs").GetInt32());
        Assert.True(json.GetProperty("quantized").GetBoolean());
        Assert.Equal(["inception.isthmus.json", "inception.labels.txt", "inception.onnx"], Files());

        // The first of the 1001 names is the background's, and is no class.
        string[] classes = await File.ReadAllLinesAsync(Path.Combine(_folder, "inception.labels.txt"), TestContext.Current.CancellationToken);
        Assert.Equal((1000, "tench"), (classes.Length, classes[0]));
        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "inception.isthmus.json"), TestContext.Current.CancellationToken));
        Assert.Equal(1, manifest.RootElement.GetProperty("labelOffset").GetInt32());
        Assert.Equal("inception.labels.txt", manifest.RootElement.GetProperty("labels").GetString());
    }

    [Fact]
    public async Task Import_DamagedModel_LeavesNothing()
    {
        string source = Path.Combine(_folder, "half.tflite");
        byte[] whole = await File.ReadAllBytesAsync(DevelopmentData.InceptionTflite, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(source, whole[..(whole.Length / 2)], TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("import", source, "-o", Path.Combine(_folder, "half.onnx"));
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("half.tflite is damaged", run.Error, StringComparison.Ordinal);
        Assert.Equal(["half.tflite"], Files());
    }

    [Fact]
    public async Task Import_LabelsThatDoNotFit_LeavesNothing()
    {
        string labels = Path.Combine(_folder, "three.txt");
        await File.WriteAllTextAsync(labels, "a\nb\nc\n", TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("import", DevelopmentData.InceptionTflite, "-o", Path.Combine(_folder, "x.onnx"), "--labels", labels);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("3 names, but the network has 1001 outputs", run.Error, StringComparison.Ordinal);
        Assert.Equal(["three.txt"], Files());
    }

    [Fact]
    public async Task Import_MissingFileOrFolder_IsRefused()
    {
        (await CommandRun.OfAsync("import", "absent.tflite", "-o", Path.Combine(_folder, "x.onnx"))).AssertRefused(3);
        (await CommandRun.OfAsync("import", DevelopmentData.InceptionTflite, "-o", Path.Combine(_folder, "absent", "x.onnx"))).AssertRefused(3);
    }

    private string[] Files() => [.. Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order()];
}
