using System.IO.MemoryMappedFiles;

namespace Isthmus.Lab.Fuzzing;

/// <summary>
/// Which input each thread works on and how many it has done, in a mapped file: what is written there outlives the process, so that
/// whoever finds the process dead knows what killed it, and whoever waits for it knows how far it is.
/// </summary>
internal sealed class FuzzJournal : IDisposable
{
    private const int MaxThreads = 1024;
    // A cache line for each thread.
    private const int Row = 64;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private FuzzJournal(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor();
    }

    /// <summary>The total of what is done.</summary>
    public long Done => Enumerable.Range(0, MaxThreads).Sum(t => _view.ReadInt64((t * Row) + 8));

    /// <summary>The inputs that are being worked on.</summary>
    public IEnumerable<long> Current => Enumerable.Range(0, MaxThreads).Select(t => _view.ReadInt64(t * Row) - 1).Where(i => i >= 0);

    /// <summary>A journal in memory.</summary>
    public static FuzzJournal InMemory() => new(MemoryMappedFile.CreateNew(null, MaxThreads * Row));

    /// <summary>A journal in a file, which is made if it is not there.</summary>
    public static FuzzJournal InFile(string path)
    {
        FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return new(MemoryMappedFile.CreateFromFile(stream, null, MaxThreads * Row, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false));
    }

    /// <summary>Notes what a thread begins; −1 is nothing.</summary>
    public void Begin(int thread, long input) => _view.Write(thread * Row, input + 1);

    /// <summary>Notes how many inputs a thread has done.</summary>
    public void Finish(int thread, long done) => _view.Write((thread * Row) + 8, done);

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
