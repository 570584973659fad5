namespace Isthmus.EndToEnd.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Location { get; } = Directory.CreateTempSubdirectory("isthmus-e2e-").FullName;

    public string this[string name] => Path.Combine(Location, name);

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Location, recursive: true);
}
