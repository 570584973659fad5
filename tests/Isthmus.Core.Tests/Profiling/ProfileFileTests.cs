using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tests.Planning;

namespace Isthmus.Core.Tests.Profiling;

public sealed class ProfileFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-profile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parse_WhatSerializeWrote_IsTheSameProfile()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            string json = ProfileFile.Serialize(RandomProfiles.Create(seed));
            Assert.Equal(json, ProfileFile.Serialize(ProfileFile.Parse(json)));
        }
    }

    [Fact]
    public void Load_WhatSaveWrote_IsTheSameProfileAndNothingElseIsThere()
    {
        string path = Path.Combine(_folder, "new", "a.json");
        Profile profile = SmallProfile.Create();
        ProfileFile.Save(path, profile);
        ProfileFile.Save(path, profile);
        Assert.Equal(ProfileFile.Serialize(profile), ProfileFile.Serialize(ProfileFile.Load(path, profile.Model)));
        Assert.Equal(["a.json"], Directory.EnumerateFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
    }

    [Fact]
    public void Serialize_Calibration_IsThereOnlyAfterOne()
    {
        Profile profile = SmallProfile.Create();
        string plain = ProfileFile.Serialize(profile);
        Assert.DoesNotContain("calibration", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("\"accuracy\"", plain, StringComparison.Ordinal);
        Profile calibrated = Calibrated(profile, new(0.006, -0.001, 0.014, 0.99) { Top1Change = -0.006, Top5Change = 0, McNemar = 0.5 });
        Profile again = ProfileFile.Parse(ProfileFile.Serialize(calibrated));
        Assert.Equal(calibrated.Calibration, again.Calibration);
        Assert.Equal(calibrated.Cuts[0].Codecs[0].Accuracy, again.Cuts[0].Codecs[0].Accuracy);
        Assert.Equal(calibrated.Inputs[0].Accuracy, again.Inputs[0].Accuracy);
    }

    [Theory]
    [InlineData(-1.1, -1.2, 1, 1, 0, "rawLoss")]
    [InlineData(0.1, 0.2, 0.3, 1, 0, "interval")]
    [InlineData(0.1, 0, 0.05, 1, 0, "interval")]
    [InlineData(0.1, 0, double.NaN, 1, 0, "high")]
    [InlineData(0.1, 0, 0.2, 1.5, 0, "agreement")]
    [InlineData(0.1, 0, 0.2, 0.9, -2, "top1Change")]
    public void Check_ImpossibleAccuracy_IsRefusedByName(double loss, double low, double high, double agreement, double top1, string named)
    {
        MeasuredAccuracy accuracy = new(loss, low, high, agreement) { Top1Change = top1 };
        Assert.Contains(named, Assert.Throws<IsthmusException>(() => ProfileRules.Check(Calibrated(SmallProfile.Create(), accuracy))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_StoppedSettingWithALossBelowOne_IsRefused()
    {
        Profile stopped = Calibrated(SmallProfile.Create(), new(0.3, 0.2, 0.4, 0.6) { Stopped = true });
        Assert.Contains("stopped early", Assert.Throws<IsthmusException>(() => ProfileRules.Check(stopped)).Message, StringComparison.Ordinal);
    }

    private static Profile Calibrated(Profile profile, MeasuredAccuracy accuracy) => profile with
    {
        Cuts = [.. profile.Cuts.Select(c => c with { Codecs = [.. c.Codecs.Select(k => k with { Accuracy = accuracy })] })],
        Inputs = [.. profile.Inputs.Select(i => i with { Accuracy = accuracy })],
        Calibration = new(profile.Model, profile.Model, 334, true, profile.Created, "1.0") { Top1 = 0.8 },
    };

    [Fact]
    public void Load_AnotherModel_IsRefusedWithTheWayOut()
    {
        string path = Path.Combine(_folder, "a.json");
        ProfileFile.Save(path, SmallProfile.Create());
        IsthmusException error = Assert.Throws<IsthmusException>(() => ProfileFile.Load(path, ModelHash.Of("other"u8)));
        Assert.Equal(ErrorKind.Planning, error.Kind);
        Assert.Contains("isthmus profile", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFile_IsAFileError() =>
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => ProfileFile.Load(Path.Combine(_folder, "none.json"))).Kind);

    [Fact]
    public void Load_Folder_IsAFileError() =>
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => ProfileFile.Load(_folder)).Kind);

    [Fact]
    public void Save_WhereAFileIsInTheWay_LeavesNothing()
    {
        string blocked = Path.Combine(_folder, "file");
        File.WriteAllText(blocked, "x");
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => ProfileFile.Save(Path.Combine(blocked, "a.json"), SmallProfile.Create())).Kind);
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("version", "2", "version")]
    [InlineData("model", "\"abc\"", "model")]
    [InlineData("modelName", "\"\"", "modelName")]
    [InlineData("modelName", "\"a\\u001b[31m\"", "modelName")]
    [InlineData("modelName", "null", "modelName")]
    [InlineData("created", "\"yesterday\"", "created")]
    [InlineData("sampleCount", "0", "sampleCount")]
    [InlineData("outputBytes", "-1", "outputBytes")]
    [InlineData("cuts", "null", "cuts")]
    [InlineData("cuts[0].id", "\"c01\"", "cuts[1].id")]
    [InlineData("cuts[0].bytes", "1.5", "cuts[0].bytes")]
    [InlineData("cuts[0].macShare", "1.01", "cuts[0].macShare")]
    [InlineData("cuts[0].macShare", "1e999", "cuts[0].macShare")]
    [InlineData("cuts[0].tensors", "[]", "cuts[0].tensors")]
    [InlineData("cuts[0].tensors[0].shape", "[-1]", "shape")]
    [InlineData("cuts[0].tensors[0].shape", "[9000000000,9000000000]", "shape")]
    [InlineData("cuts[1].codecs[0].codec", "\"zip\"", "cuts[1].codecs[0].codec")]
    [InlineData("cuts[1].codecs[0].codec", "\"huffman:4\"", "cuts[1].codecs[1]")]
    [InlineData("cuts[1].codecs[0].bytes", "-5", "cuts[1].codecs[0].bytes")]
    [InlineData("cuts[1].codecs[0].accuracyLoss", "-0.1", "cuts[1].codecs[0].accuracyLoss")]
    [InlineData("inputs[0].encoding", "\"local\"", "inputs[0].encoding")]
    [InlineData("inputs[0].encoding", "\"jpeg:101\"", "inputs[0].encoding")]
    [InlineData("inputs[0].encoding", "\"jpeg:75\"", "inputs[1].encoding")]
    [InlineData("nodes", "[]", "nodes")]
    [InlineData("nodes[0]", "null", "nodes[0]")]
    [InlineData("nodes[0].tier", "\"edge\"", "nodes")]
    [InlineData("nodes[0].power", "{\"busy\":-1,\"idle\":0}", "nodes[0].power.busy")]
    [InlineData("nodes[0].pricePerHour", "1e10", "nodes[0].pricePerHour")]
    [InlineData("links[0].joulesPerByte", "-0.1", "links[0].joulesPerByte")]
    [InlineData("links[0].pricePerGigabyte", "-1", "links[0].pricePerGigabyte")]
    [InlineData("nodes[1].tier", "\"moon\"", "nodes[1].tier")]
    [InlineData("nodes[1].tier", "7", "nodes[1].tier")]
    [InlineData("nodes[1].name", "\"device\"", "nodes[1].name")]
    [InlineData("nodes[1].slowdown", "0", "nodes[1].slowdown")]
    [InlineData("nodes[1].threads", "0", "nodes[1].threads")]
    [InlineData("nodes[1].overhead", "-1", "nodes[1].overhead")]
    [InlineData("nodes[1].overhead", "1e300", "nodes[1].overhead")]
    [InlineData("nodes[1].segments[0].from", "\"c77\"", "nodes[1].segments[0].from")]
    [InlineData("nodes[1].segments[1].from", "null", "nodes[1].segments[1]")]
    [InlineData("nodes[1].segments[1].to", "\"c00\"", "nodes[1].segments[1]")]
    [InlineData("nodes[1].segments[1].timing", "null", "nodes[1].segments[1].timing")]
    [InlineData("nodes[1].segments[1].timing.count", "0", "nodes[1].segments[1].timing")]
    [InlineData("nodes[1].segments[1].timing.p50", "-1", "nodes[1].segments[1].timing")]
    [InlineData("nodes[1].segments[1].timing.p50", "\"1\"", "nodes[1].segments[1].timing.p50")]
    [InlineData("nodes[1].codecs[0].cut", "\"c77\"", "nodes[1].codecs[0].cut")]
    [InlineData("nodes[1].codecs[0].encode", "-1", "nodes[1].codecs[0]")]
    [InlineData("nodes[1].inputs[0].encoding", "\"png\"", "nodes[1].inputs[0].encoding")]
    [InlineData("links[0].to", "\"mars\"", "links[0].to")]
    [InlineData("links[0].to", "\"device\"", "links[0]")]
    [InlineData("links[0].roundTrip", "-1", "links[0].roundTrip")]
    [InlineData("links[0].bandwidth", "0", "links[0].bandwidth")]
    [InlineData("links[0].emulated", "\"no\"", "links[0].emulated")]
    public void Parse_OneMemberWrong_IsRefusedByName(string member, string value, string named)
    {
        JsonNode json = JsonNode.Parse(ProfileFile.Serialize(SmallProfile.Create()))!;
        (JsonNode parent, object last) = Find(json, member);
        // Text, because a JsonNode cannot hold every number that JSON can.
        const string Mark = "@@mark@@";
        if (last is int index) parent[index] = Mark;
        else parent[(string)last] = Mark;
        string text = json.ToJsonString().Replace($"\"{Mark}\"", value, StringComparison.Ordinal);
        IsthmusException error = Assert.Throws<IsthmusException>(() => ProfileFile.Parse(text, "p.json"));
        Assert.Contains(error.Kind, new[] { ErrorKind.Data, ErrorKind.Planning });
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("'p.json'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Parse_AnyMemberMissing_IsRefused()
    {
        string json = ProfileFile.Serialize(SmallProfile.Create());
        JsonObject whole = JsonNode.Parse(json)!.AsObject();
        foreach (string member in whole.Select(m => m.Key).ToArray())
        {
            JsonObject less = JsonNode.Parse(json)!.AsObject();
            less.Remove(member);
            IsthmusException error = Assert.Throws<IsthmusException>(() => ProfileFile.Parse(less.ToJsonString()));
            Assert.Contains(member, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("42")]
    [InlineData("{}")]
    [InlineData("{\"version\":1")]
    [InlineData("\u0000\u0001PNG")]
    public void Parse_NotAProfile_IsRefused(string text) =>
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => ProfileFile.Parse(text)).Kind);

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        string deep = string.Concat("{\"cuts\":", new string('[', 100_000));
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => ProfileFile.Parse(deep)).Kind);
    }

    [Fact]
    public void Parse_DamagedText_IsRefusedOrStillAProfile()
    {
        byte[] json = Encoding.UTF8.GetBytes(ProfileFile.Serialize(SmallProfile.Create()));
        Random random = new(1);
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. json];
            for (int k = random.Next(4); k >= 0; k--) damaged[random.Next(damaged.Length)] = (byte)random.Next(32, 127);
            try
            {
                ProfileFile.Serialize(ProfileFile.Parse(Encoding.UTF8.GetString(damaged)));
            }
            catch (IsthmusException)
            {
                // What a damaged profile deserves.
            }
        }
    }

    [Fact]
    public void Serialize_BrokenProfile_IsRefused() =>
        Assert.Throws<IsthmusException>(() => ProfileFile.Serialize(SmallProfile.Create() with { SampleCount = 0 }));

    private static (JsonNode Parent, object Last) Find(JsonNode root, string member)
    {
        List<object> steps = [];
        foreach (string part in member.Split('.'))
        {
            string[] pieces = part.Split('[', ']');
            steps.Add(pieces[0]);
            if (pieces.Length > 1) steps.Add(int.Parse(pieces[1], CultureInfo.InvariantCulture));
        }

        JsonNode node = root;
        foreach (object step in steps.SkipLast(1)) node = step is int i ? node[i]! : node[(string)step]!;
        return (node, steps[^1]);
    }
}
