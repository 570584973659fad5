using Isthmus.Lab.Fuzzing;

namespace Isthmus.Lab.Tests.Fuzzing;

public sealed class FuzzJournalTests
{
    [Fact]
    public void Current_ReadByAnother_IsWhatTheThreadsWorkOn()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        try
        {
            using FuzzJournal reader = FuzzJournal.InFile(path);
            Assert.Empty(reader.Current);
            using (FuzzJournal writer = FuzzJournal.InFile(path))
            {
                writer.Begin(0, 17);
                writer.Finish(0, 5);
                writer.Begin(1, 0);
                writer.Begin(2, 9);
                writer.Begin(2, -1);
                writer.Finish(2, 8);
            }

            Assert.Equal([17, 0], reader.Current);
            Assert.Equal(13, reader.Done);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
