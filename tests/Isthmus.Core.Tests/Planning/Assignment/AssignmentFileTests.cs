using Isthmus.Core.Errors;
using Isthmus.Core.Planning.Assignment;

namespace Isthmus.Core.Tests.Planning.Assignment;

public sealed class AssignmentFileTests
{
    [Fact]
    public void Parse_CountAndMembers_AreRead()
    {
        AssignmentRequest[] all = [.. AssignmentFile.Parse("""{ "version": 1, "requests": [ { "name": "a", "maxMs": 80, "minAccuracy": 0.7, "bytes": 9000 }, { "name": "b", "count": 3, "perSecond": 2, "weight": 4, "device": "phone" } ] }""")];
        Assert.Equal(["a", "b-1", "b-2", "b-3"], all.Select(r => r.Name));
        Assert.Equal(new("a") { MaxMs = 80, MinAccuracy = 0.7, Bytes = 9000 }, all[0]);
        Assert.Equal(new("b-2") { PerSecond = 2, Weight = 4, Device = "phone" }, all[2]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "version": 2, "requests": [ { "name": "a" } ] }""")]
    [InlineData("""{ "version": 1, "requests": [] }""")]
    [InlineData("""{ "version": 1, "requests": [ null ] }""")]
    [InlineData("""{ "version": 1, "requests": [ { "name": "a", "deadline": 5 } ] }""")]
    [InlineData("""{ "version": 1, "requests": [ { "name": "a", "maxMs": "5" } ] }""")]
    [InlineData("""{ "version": 1, "requests": [ { "name": "a", "count": 0 } ] }""")]
    [InlineData("""{ "version": 1, "requests": [ { "name": "a", "count": 2000000000 } ] }""")]
    [InlineData("""{ "version": 1, "requests": [ { } ] }""")]
    public void Parse_Malformed_IsOneSentence(string json)
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => AssignmentFile.Parse(json, "r.json"));
        Assert.StartsWith("'r.json' is not a file of requests", e.Message, StringComparison.Ordinal);
    }
}
