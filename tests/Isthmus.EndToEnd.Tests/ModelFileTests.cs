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
}
