using System.Text.Json;
using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Commands;

public sealed class GraphCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-split-").FullName;
    private readonly string _model;
    private readonly string _output;

    public GraphCommandTests()
    {
        NetworkBuilder builder = new();
        string x = builder.ConvRelu(builder.Image(3, 8), 3, 4, 3);
        builder.Classifier(builder.ConvRelu(x, 4, 4, 3), 4, 10);
        _model = Path.Combine(_folder, "small.onnx");
        _output = Path.Combine(_folder, "out");
        File.WriteAllBytes(_model, builder.Model.ToByteArray());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Inspect_Json_HasWhatScriptsRelyOn()
    {
        CommandRun run = await CommandRun.OfAsync("inspect", _model, "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("small", json.GetProperty("model").GetString());
        Assert.Equal(OnnxModel.Load(_model).Hash.ToString(), json.GetProperty("sha256").GetString());
        Assert.Equal(13, json.GetProperty("opset").GetInt32());
        Assert.Equal(8, json.GetProperty("nodes").GetInt32());
        Assert.Equal((4 * 64 * 27) + (4 * 64 * 36) + 40, json.GetProperty("macs").GetInt64());
        Assert.Equal((4 * 28) + (4 * 37) + 50, json.GetProperty("parameters").GetInt64());
        Assert.Equal("image", Assert.Single(json.GetProperty("inputs").EnumerateArray()).GetProperty("name").GetString());
        Assert.Single(json.GetProperty("outputs").EnumerateArray());
        JsonElement cut = json.GetProperty("cuts")[0];
        Assert.Equal("c00", cut.GetProperty("id").GetString());
        Assert.Equal(1024, cut.GetProperty("bytes").GetInt64());
        Assert.Equal(1024, cut.GetProperty("tensors")[0].GetProperty("bytes").GetInt64());
        Assert.Equal([1, 4, 8, 8], cut.GetProperty("tensors")[0].GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()));
        Assert.InRange(cut.GetProperty("macShare").GetDouble(), 0.4, 0.5);
    }

    [Fact]
    public async Task Split_TwoCuts_WritesThreeSegmentsThatAreTheWhole()
    {
        // The order in which cuts are named does not matter.
        CommandRun run = await CommandRun.OfAsync("split", _model, "--at", "c01", "--at", "c00", "-o", _output, "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(["small.head.onnx", "small.middle.onnx", "small.tail.onnx"], json.GetProperty("segments").EnumerateArray().Select(s => Path.GetFileName(s.GetString())));
        Assert.True(json.GetProperty("sameTop1").GetBoolean());
        Assert.InRange(json.GetProperty("maxRelError").GetDouble(), 0, 1e-5);
        Assert.InRange(json.GetProperty("maxAbsError").GetDouble(), 0, 1e-5);
        Assert.Equal(3, Directory.GetFiles(_output).Length);
        Assert.All(json.GetProperty("segments").EnumerateArray(), s => OnnxModel.Load(s.GetString()!));
    }

    [Theory]
    [InlineData("c77")]
    [InlineData("no such tensor")]
    [InlineData("image")]
    public async Task Split_NoCut_IsRefusedAndLeavesNothing(string at)
    {
        CommandRun run = await CommandRun.OfAsync("split", _model, "--at", at, "-o", _output);
        Assert.Contains("inspect", Refused(run, ErrorKind.Usage), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_output));
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("split", "--at", "c00", "-o", "out")]
    public async Task Command_TextFileOrTruncatedModelOrNone_IsRefused(string command, params string[] options)
    {
        string text = Path.Combine(_folder, "text.onnx"), truncated = Path.Combine(_folder, "truncated.onnx");
        File.WriteAllText(text, "no model");
        File.WriteAllBytes(truncated, File.ReadAllBytes(_model)[..500]);
        (await CommandRun.OfAsync([command, text, .. options])).AssertRefused((int)ErrorKind.Model);
        (await CommandRun.OfAsync([command, truncated, .. options])).AssertRefused((int)ErrorKind.Model);
        (await CommandRun.OfAsync([command, Path.Combine(_folder, "none.onnx"), .. options])).AssertRefused((int)ErrorKind.File);
    }

    [Fact]
    public async Task Split_FolderThatCannotBeMade_IsRefusedAndLeavesNothing()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Refused(await CommandRun.OfAsync("split", _model, "--at", "c00", "-o", file), ErrorKind.File);
        Assert.Equal(["file", "small.onnx"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Split_MissingImages_IsRefusedAndLeavesNothing()
    {
        Refused(await CommandRun.OfAsync("split", _model, "--at", "c00", "-o", _output, "--images", Path.Combine(_folder, "none")), ErrorKind.File);
        Assert.False(Directory.Exists(_output));
    }

    // Like AssertRefused, but the model was run before: a slow machine may have shown progress on stderr.
    private static string Refused(CommandRun run, ErrorKind kind)
    {
        Assert.Equal((int)kind, run.ExitCode);
        Assert.Equal("", run.Output);
        return Assert.Single(run.Error.Split('\n'), line => line.StartsWith("isthmus: ", StringComparison.Ordinal));
    }
}
