using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Storage;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>An input as a file: the form as which it is read, and its bytes. It outlives the run's seed, which means something else as soon as the corpus grows.</summary>
/// <param name="Form">The form.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="Note">Where it comes from, for people.</param>
public sealed record ImageReproducer(InputEncoding Form, ReadOnlyMemory<byte> Bytes, string Note)
{
    private const long MaxFileBytes = 64_000_000;

    private sealed record Text(string Note, string Form, string Bytes);

    /// <summary>Writes the file.</summary>
    public void Save(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(new Text(Note, Form.ToString(), Convert.ToBase64String(Bytes.Span)), IsthmusJson.Indented) + "\n");

    /// <summary>Reads a file.</summary>
    /// <exception cref="IsthmusException">It cannot be read, or is no reproducer.</exception>
    public static ImageReproducer Load(string path)
    {
        string name = Path.GetFileName(path);
        Text text = StrictJson.Parse<Text>(AtomicFile.ReadText(path, MaxFileBytes), name, "reproducer");
        try
        {
            return new(InputEncoding.Parse(text.Form), Convert.FromBase64String(text.Bytes), text.Note);
        }
        catch (FormatException e)
        {
            throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a reproducer: its bytes are not base64.", e);
        }
    }
}
