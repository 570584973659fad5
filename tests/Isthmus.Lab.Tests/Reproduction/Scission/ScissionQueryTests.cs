using Isthmus.Lab.Reproduction.Scission;

namespace Isthmus.Lab.Tests.Reproduction.Scission;

public sealed class ScissionQueryTests
{
    [Fact]
    public void WithoutFolders_PathsOfThisMachine_LeavesOnlyNames()
    {
        string folder = Path.Combine(Path.GetTempPath(), "somewhere");
        ScissionQuery query = new(Path.Combine(folder, "benchmarks.json"), Path.Combine(folder, "links.csv"), "vgg19", Device: "!-1");
        ScissionQuery shown = query.WithoutFolders();
        Assert.Equal(query with { Benchmarks = "benchmarks.json", Links = "links.csv" }, shown);
        Assert.DoesNotContain(shown.Arguments, a => a.Contains("somewhere", StringComparison.Ordinal));
    }
}
