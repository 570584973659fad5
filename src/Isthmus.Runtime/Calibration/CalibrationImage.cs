using System.Security.Cryptography;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;

namespace Isthmus.Runtime.Calibration;

/// <summary>An image that a calibration uses.</summary>
/// <param name="path">Where its file lies.</param>
/// <param name="name">What to call it.</param>
/// <param name="label">Its class; null if it is not known.</param>
/// <param name="content">The SHA-256 of its file.</param>
internal sealed class CalibrationImage(string path, string name, int? label, byte[] content) : IDisposable
{
    private Tensor? _kept;

    public string Name { get; } = name;

    public int? Label { get; } = label;

    public ReadOnlyMemory<byte> Content { get; } = content;

    /// <summary>The file's bytes.</summary>
    /// <exception cref="IsthmusException">It cannot be read any more, or is another file by now.</exception>
    public byte[] Read()
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The picture {Name} cannot be read: {e.Message}", e);
        }

        if (!SHA256.HashData(file).AsSpan().SequenceEqual(Content.Span))
            throw new IsthmusException(ErrorKind.Data, $"The picture {Name} was changed while the calibration ran: run it again.");
        return file;
    }

    /// <summary>Uses the network's input for it.</summary>
    /// <param name="preprocessor">Makes it.</param>
    /// <param name="memory">Keeps it, as long as there is room.</param>
    /// <param name="use">What to do with it.</param>
    public void WithInput(ImagePreprocessor preprocessor, InputMemory memory, Action<Tensor> use)
    {
        if (_kept is { } kept)
        {
            use(kept);
            return;
        }

        Tensor input = preprocessor.FromFile(Read(), Name);
        if (memory.Take(input.Bytes.Length))
        {
            _kept = input;
            use(input);
            return;
        }

        using (input) use(input);
    }

    public void Dispose() => _kept?.Dispose();
}
