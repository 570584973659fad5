using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Storage;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>An input as a file: what the plan expects, and the frame's bytes. It outlives the run's seed, which means something else as soon as a codec is added.</summary>
/// <param name="Codec">The decoder.</param>
/// <param name="Expected">The shape that the plan expects.</param>
/// <param name="Frame">The bytes.</param>
/// <param name="Note">Where it comes from, for people.</param>
/// <param name="Tables">The trained tables that the plan names; null for none.</param>
public sealed record FuzzReproducer(CodecSpec Codec, TensorShape Expected, ReadOnlyMemory<byte> Frame, string Note, ReadOnlyMemory<byte>? Tables = null)
{
    // Hexadecimal takes two characters a byte; frames here are below a megabyte.
    private const long MaxFileBytes = 64_000_000;

    private sealed record Text(string Note, string Codec, TensorShape Expected, string Frame)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Tables { get; init; }
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => AtomicFile.WriteText(
        path, JsonSerializer.Serialize(new Text(Note, Codec.ToString(), Expected, Convert.ToHexString(Frame.Span)) { Tables = Tables is { } tables ? Convert.ToHexString(tables.Span) : null }, IsthmusJson.Indented) + "\n");

    /// <summary>Reads a file.</summary>
    /// <exception cref="IsthmusException">It cannot be read, or is no reproducer.</exception>
    public static FuzzReproducer Load(string path)
    {
        string name = Path.GetFileName(path);
        Text text = StrictJson.Parse<Text>(AtomicFile.ReadText(path, MaxFileBytes), name, "reproducer");
        if (text.Expected.ElementCount > int.MaxValue / 8)
            throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a reproducer: a tensor of shape {text.Expected} is too large.");
        return new(CodecSpec.Parse(text.Codec), text.Expected, Bytes(text.Frame, name), text.Note, text.Tables is null ? (ReadOnlyMemory<byte>?)null : Bytes(text.Tables, name));
    }

    private static byte[] Bytes(string text, string name)
    {
        byte[] bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out int read, out int written) == OperationStatus.Done && read == text.Length && written == bytes.Length ? bytes
            : throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a reproducer: its bytes are not hexadecimal.");
    }
}
