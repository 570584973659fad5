using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration.Policies;

namespace Isthmus.Core.Tests.Orchestration.Policies;

public sealed class PolicyStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-policies-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JsonObject Knowledge(int value) => new() { ["value"] = value };

    private static (string? Used, ImmutableArray<string> Refused, int? Value) Restore(PolicyStore store)
    {
        int? value = null;
        (string? used, ImmutableArray<string> refused) = store.Restore(k => value = (int)k["value"]!);
        return (used, refused, value);
    }

    [Fact]
    public void Restore_NothingSaved_IsNothing() => Assert.Equal((null, 0, null), Restore(new(Path.Combine(_folder, "new"))) is var (used, refused, value) ? (used, refused.Length, value) : default);

    [Fact]
    public void Save_MoreThanAreKept_TheNewestStayAndAreRestored()
    {
        PolicyStore store = new(_folder, keep: 3);
        for (int i = 1; i <= 7; i++) store.Save(Knowledge(i));
        Assert.Equal(["policy-00000005.json", "policy-00000006.json", "policy-00000007.json"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        Assert.Equal(("policy-00000007.json", 7), Restore(new(_folder)) is var (used, _, value) ? (used, value) : default);
        // One that opens the folder later goes on counting.
        Assert.Equal("policy-00000008.json", new PolicyStore(_folder, keep: 3).Save(Knowledge(8)));
    }

    [Theory]
    [InlineData("cut off")]
    [InlineData("a bit flipped")]
    [InlineData("empty")]
    [InlineData("noise")]
    [InlineData("another version")]
    public void Restore_TheNewestIsCorrupt_ItIsRefusedByNameAndTheOneBeforeIsUsed(string how)
    {
        PolicyStore store = new(_folder);
        store.Save(Knowledge(1));
        string path = Path.Combine(_folder, store.Save(Knowledge(2)));
        string text = File.ReadAllText(path);
        File.WriteAllText(path, how switch
        {
            "cut off" => text[..^6],
            "a bit flipped" => text.Replace("\"value\":2", "\"value\":3", StringComparison.Ordinal),
            "empty" => "",
            "another version" => text.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal),
            _ => "\0\u0001{{{{",
        });
        (string? used, ImmutableArray<string> refused, int? value) = Restore(new(_folder));
        Assert.Equal(("policy-00000001.json", 1), (used, value));
        Assert.Contains("policy-00000002.json", Assert.Single(refused), StringComparison.Ordinal);
        // It is not overwritten by the next one.
        Assert.Equal("policy-00000003.json", new PolicyStore(_folder).Save(Knowledge(3)));
    }

    [Fact]
    public void Restore_APolicyThatCannotBeUsed_IsRefusedByNameToo()
    {
        PolicyStore store = new(_folder);
        store.Save(Knowledge(1));
        store.Save(Knowledge(2));
        (string? used, ImmutableArray<string> refused) = store.Restore(k => _ = (int)k["value"]! == 1 ? 0 : throw new IsthmusException(ErrorKind.Data, "It is of no use."));
        Assert.Equal("policy-00000001.json", used);
        Assert.Contains("policy-00000002.json", Assert.Single(refused), StringComparison.Ordinal);
    }

    [Fact]
    public void Save_AProcessThatDiesInBetween_LeavesTheOneBefore()
    {
        PolicyStore store = new(_folder);
        store.Save(Knowledge(1));
        // What a crash leaves of a file that was being written.
        File.WriteAllText(Path.Combine(_folder, "policy-00000002.json.0123.tmp"), "{\"isthmus\":");
        Assert.Equal(1, Restore(new(_folder)).Value);
    }

    [Fact]
    public void Parse_RandomlyDamagedFiles_AreRefusedOrTheSame()
    {
        string text = PolicyFile.Serialize(4, new() { ["a"] = new JsonArray(1, 2.5, "x"), ["b"] = new JsonObject() });
        Random random = new(1);
        for (int i = 0; i < 3000; i++)
        {
            char[] damaged = text.ToCharArray();
            for (int n = random.Next(1, 4); n > 0; n--) damaged[random.Next(damaged.Length)] = (char)random.Next(0, 130);
            string changed = random.Next(4) == 0 ? new string(damaged)[..random.Next(damaged.Length)] : new string(damaged);
            try
            {
                // What is before the checksum may change harmlessly, the knowledge may not.
                Assert.Equal("""{"a":[1,2.5,"x"],"b":{}}""", PolicyFile.Parse(changed, "policy").Knowledge.ToJsonString());
            }
            catch (IsthmusException e)
            {
                Assert.Contains("policy", e.Message, StringComparison.Ordinal);
            }
        }
    }
}
