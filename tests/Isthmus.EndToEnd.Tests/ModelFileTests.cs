using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

public sealed class ModelFileTests
{
    [Fact]
    public async Task Inspect_SmallNetwork_FindsItsNarrowPlace()
    {
        using TestFolder folder = new();
        JsonElement answer = (await IsthmusProcess.RunAsync("inspect", SmallNetwork.Write(folder), "--json")).Json();
        Assert.Contains(answer.GetProperty("cuts").EnumerateArray(), cut =>
            cut.GetProperty("tensors").EnumerateArray().Single().GetProperty("name").GetString() == SmallNetwork.Narrow
            && cut.GetProperty("bytes").GetInt64() == 4 * 8 * 8 * sizeof(float));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(2000)]
    public async Task Inspect_TruncatedSmallNetwork_IsAModelErrorThatNamesTheFile(int length)
    {
        using TestFolder folder = new();
        string path = folder.Write("cut-short.onnx", SmallNetwork.Onnx().AsSpan(0, length));
        string line = (await IsthmusProcess.RunAsync("inspect", path, "--json")).Refusal((int)ErrorKind.Model);
        Assert.Contains("cut-short", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_TruncatedMobileNet_IsAModelErrorThatNamesTheFile()
    {
        byte[] whole = await File.ReadAllBytesAsync(DevelopmentData.Model("mobilenet_v1_0.25_128.onnx"), TestContext.Current.CancellationToken);
        using TestFolder folder = new();
        string path = folder.Write("cut-short.onnx", whole.AsSpan(0, whole.Length / 2));
        string line = (await IsthmusProcess.RunAsync("inspect", path, "--json")).Refusal((int)ErrorKind.Model);
        Assert.Contains("cut-short", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_MissingFile_IsAFileErrorThatNamesIt()
    {
        string line = (await IsthmusProcess.RunAsync("inspect", "no-such.onnx", "--json")).Refusal((int)ErrorKind.File);
        Assert.Contains("no-such.onnx", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Split_SmallNetworkAtItsNarrowPlace_WritesSegmentsThatEqualTheWhole()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        JsonElement answer = (await IsthmusProcess.RunAsync("split", model, "--at", SmallNetwork.Narrow, "-o", folder["segments"], "--json")).Json();
        Assert.True(answer.GetProperty("sameTop1").GetBoolean());
        Assert.InRange(answer.GetProperty("maxRelError").GetDouble(), 0, 1e-5);
        Assert.Equal(2, answer.GetProperty("segments").GetArrayLength());
        Assert.Equal(2, Directory.GetFiles(folder["segments"], "*.onnx").Length);
    }

    [Fact]
    public async Task Split_UnknownCut_IsRefusedAndWritesNothing()
    {
        using TestFolder folder = new();
        ToolResult result = await IsthmusProcess.RunAsync("split", SmallNetwork.Write(folder), "--at", "no-such-tensor", "-o", folder["segments"], "--json");
        Assert.Contains("no-such-tensor", result.Refusal(result.ExitCode), StringComparison.Ordinal);
        Assert.NotEqual(0, result.ExitCode);
        Assert.False(Directory.Exists(folder["segments"]) && Directory.EnumerateFileSystemEntries(folder["segments"]).Any());
    }

    [Fact]
    public async Task Import_TruncatedTflite_IsAModelErrorAndWritesNothing()
    {
        byte[] whole = await File.ReadAllBytesAsync(DevelopmentData.InceptionTflite, TestContext.Current.CancellationToken);
        using TestFolder folder = new();
        string path = folder.Write("cut-short.tflite", whole.AsSpan(0, whole.Length / 2));
        string line = (await IsthmusProcess.RunAsync("import", path, "-o", folder["out.onnx"], "--json")).Refusal((int)ErrorKind.Model);
        Assert.Contains("cut-short", line, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Location));
    }
}
