using Isthmus.EndToEnd.Tests;

[assembly: AssemblyFixture(typeof(SharedDataFolder))]

namespace Isthmus.EndToEnd.Tests;

/// <summary>The data folder of all processes that these tests start: not the developer's, and gone afterwards.</summary>
public sealed class SharedDataFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public static string Location { get; } = Directory.CreateTempSubdirectory("isthmus-e2e-data-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Location, recursive: true);
}
