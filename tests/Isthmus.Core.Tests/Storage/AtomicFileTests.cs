using Isthmus.Core.Errors;
using Isthmus.Core.Storage;

namespace Isthmus.Core.Tests.Storage;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-atomic").FullName;

    [Fact]
    public void Write_TextAndBytes_ReplacesTheFileAndLeavesNothingElse()
    {
        string path = Path.Combine(_folder, "new", "file");
        AtomicFile.WriteText(path, "one");
        Assert.Equal("one", File.ReadAllText(path));
        AtomicFile.WriteBytes(path, [1, 2, 255]);
        Assert.Equal([1, 2, 255], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void WriteBytes_WhereAFolderIs_IsATypedErrorAndLeavesNothing()
    {
        string path = Path.Combine(_folder, "taken");
        Directory.CreateDirectory(Path.Combine(path, "inside"));
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => AtomicFile.WriteBytes(path, [1])).Kind);
        Assert.Empty(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
