using System.Text.Json;
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
public sealed record FuzzReproducer(CodecSpec Codec, TensorShape Expected, ReadOnlyMemory<byte> Frame, string Note)
{
    // Hexadecimal takes two characters a byte; frames here are below a megabyte.
    private const long MaxFileBytes = 64_000_000;

    private sealed record Text(string Note, string Codec, TensorShape Expected, string Frame);

    /// <summary>Writes the file.</summary>
    public void Save(string path) => AtomicFile.WriteText(
        path, JsonSerializer.Serialize(new Text(Note, Codec.ToString(), Expected, Convert.ToHexString(Frame.Span)), IsthmusJson.Indented) + "\n");

    /// <summary>Reads a file.</summary>
    /// <exception cref="IsthmusException">It cannot be read, or is no reproducer.</exception>
    public static FuzzReproducer Load(string path)
    {
        string name = Path.GetFileName(path);
        Text text = StrictJson.Parse<Text>(AtomicFile.ReadText(path, MaxFileBytes), name, "reproducer");
        byte[] frame = new byte[text.Frame.Length / 2];
        if (Convert.FromHexString(text.Frame, frame, out int read, out int written) != System.Buffers.OperationStatus.Done || read != text.Frame.Length || written != frame.Length)
            throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a reproducer: its frame is not hexadecimal.");
        if (text.Expected.ElementCount > int.MaxValue / 8)
            throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a reproducer: a tensor of shape {text.Expected} is too large.");
        return new(CodecSpec.Parse(text.Codec), text.Expected, frame, text.Note);
    }
}
