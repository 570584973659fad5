using System.Collections.Concurrent;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;

namespace Isthmus.Node.Models;

/// <summary>
/// The trained tables that a node was sent, by the SHA-256 of their bytes. Written to a temporary file first, and read back when they are
/// not in memory. Several nodes may share the folder.
/// </summary>
internal sealed class TablesStore
{
    private const string Extension = ".istt";
    private const int MostInMemory = 256;

    private readonly string _folder;
    private readonly ConcurrentDictionary<string, CodecTables> _known = new(StringComparer.Ordinal);

    /// <summary>Opens the store.</summary>
    /// <exception cref="IsthmusException">Its folder cannot be made.</exception>
    public TablesStore(string dataFolder)
    {
        _folder = Path.Combine(dataFolder, "tables");
        try
        {
            Directory.CreateDirectory(_folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The folder of trained tables cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Whether a text is a hash that tables can have: 64 lower-case hexadecimal digits.</summary>
    public static bool IsHash(string? text) => text is { Length: 64 } && IsHexadecimal(text);

    /// <summary>The tables of this hash, or of this <see cref="CodecTables.Id"/>; null if there are none.</summary>
    public CodecTables? Find(string hash)
    {
        if (!IsHash(hash) && !IsId(hash)) return null;
        if (_known.TryGetValue(hash[..CodecTables.IdLength], out CodecTables? known)) return Named(known, hash);
        try
        {
            string? path = Directory.EnumerateFiles(_folder, hash + (IsId(hash) ? "*" : "") + Extension).FirstOrDefault();
            return path is null ? null : Named(Keep(CodecTables.Parse(File.ReadAllBytes(path))), hash);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IsthmusException)
        {
            return null;
        }
    }

    /// <summary>The tables that a request names; null if it names none.</summary>
    /// <exception cref="NodeRefusal">404: the node does not have them.</exception>
    public CodecTables? Require(string? hash) => string.IsNullOrEmpty(hash) ? null : Find(hash)
        ?? throw new NodeRefusal(404, $"The node does not have the trained tables {hash[..Math.Min(8, hash.Length)]}…; send them with PUT /v2/isthmus/tables/{{sha256}}.");

    /// <summary>Takes in tables.</summary>
    /// <returns>Whether they are new.</returns>
    /// <exception cref="NodeRefusal">400: the bytes have another hash. 507: they cannot be stored.</exception>
    /// <exception cref="IsthmusException">The bytes are no tables.</exception>
    public bool Put(string hash, byte[] bytes)
    {
        if (Find(hash) is not null) return false;
        CodecTables tables = CodecTables.Parse(bytes);
        if (tables.Hash != hash)
            throw new NodeRefusal(400, $"The {bytes.Length} bytes that arrived do not have the SHA-256 of the address; send the tables again, whole.");
        string temporary = Path.Combine(_folder, $".{hash[..8]}-{Guid.NewGuid():N}.part");
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, PathOf(hash), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeRefusal(507, "The node cannot store the tables: its disk is full or its data folder is not writable.");
        }
        finally
        {
            File.Delete(temporary);
        }

        Keep(tables);
        return true;
    }

    private static bool IsId(string text) => text.Length == CodecTables.IdLength && IsHexadecimal(text);

    private static bool IsHexadecimal(string text) => text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    private static CodecTables? Named(CodecTables tables, string hash) => tables.Hash.StartsWith(hash, StringComparison.Ordinal) ? tables : null;

    private CodecTables Keep(CodecTables tables)
    {
        // They are on the disk, so forgetting them costs a read.
        if (_known.Count >= MostInMemory) _known.Clear();
        return _known.GetOrAdd(tables.Id, tables);
    }

    private string PathOf(string hash) => Path.Combine(_folder, hash + Extension);
}
