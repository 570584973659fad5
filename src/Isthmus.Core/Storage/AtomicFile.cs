using Isthmus.Core.Errors;

namespace Isthmus.Core.Storage;

/// <summary>Writes and reads small files so that nobody ever sees half of one.</summary>
public static class AtomicFile
{
    /// <summary>Writes beside the file and renames: the file is the old one or the new one, never something between.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="text">Its content, written as UTF-8.</param>
    /// <exception cref="IsthmusException">The file cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, temporary => File.WriteAllText(temporary, text));

    /// <summary>Writes beside the file and renames: the file is the old one or the new one, never something between.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="IsthmusException">The file cannot be written.</exception>
    public static void WriteBytes(string path, byte[] bytes) => Write(path, temporary => File.WriteAllBytes(temporary, bytes));

    /// <summary>Reads a whole text file that must not be larger than a limit.</summary>
    /// <exception cref="IsthmusException">The file does not exist, cannot be read, or is too large.</exception>
    public static string ReadText(string path, long maxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            // The length of a pipe or a device says nothing: count what is really read.
            byte[] buffer = new byte[81920];
            using MemoryStream content = new();
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                if (content.Length + read > maxBytes)
                    throw new IsthmusException(ErrorKind.File, $"'{path}' is larger than {maxBytes / 1_000_000} MB: it is not a file of this kind.");
                content.Write(buffer, 0, read);
            }

            content.Position = 0;
            using StreamReader reader = new(content);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IsthmusException(ErrorKind.File, $"'{path}' does not exist: check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IsthmusException(ErrorKind.File, $"'{path}' cannot be read ({e.Message.TrimEnd('.')}): check its kind and your rights.", e);
        }
    }

    private static void Write(string path, Action<string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            write(temporary);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Remove(temporary);
            throw new IsthmusException(ErrorKind.File, $"'{path}' cannot be written ({e.Message.TrimEnd('.')}): choose another path, or free the space.", e);
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write has failed already, and that is what the user must hear.
        }
    }
}
