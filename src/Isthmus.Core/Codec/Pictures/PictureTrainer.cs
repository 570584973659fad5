namespace Isthmus.Core.Codec.Pictures;

/// <summary>Counts what the embedded code begins with: `isthmus bench picture-start`. It codes photographs one after the other with one model, which is what is learnt.</summary>
public sealed class PictureTrainer
{
    private readonly PictureModel _model = PictureModel.Untrained();

    /// <summary>Learns from a picture.</summary>
    /// <param name="code">Its size.</param>
    /// <param name="pixels">Its pixels.</param>
    public void Add(PictureCode code, ReadOnlySpan<byte> pixels)
    {
        ArgumentNullException.ThrowIfNull(code);
        code.Encode(pixels, _model, PictureModel.TrainingLimit);
    }

    /// <summary>What was learnt: the content of src/Isthmus.Core/Codec/Pictures/picture-start.bin.</summary>
    public byte[] ToBytes() => _model.ToBytes();
}
