using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;

namespace Isthmus.Inference.Classification;

/// <summary>Labelled pictures in a pair of IDX files, as MNIST, Fashion-MNIST and their kin have them: count × rows × columns, grey; or with three colours as a fourth dimension.</summary>
public sealed class IdxSet : LabelledSet
{
    private readonly IdxFile _images;
    private readonly IdxFile _labels;

    private IdxSet(string name, IdxFile images, IdxFile labels)
    {
        Name = name;
        _images = images;
        _labels = labels;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Count => _images.Count;

    /// <summary>Rows of a picture.</summary>
    public int Height => _images.Dimensions[1];

    /// <summary>Columns of a picture.</summary>
    public int Width => _images.Dimensions[2];

    /// <summary>Bytes of a pixel: 1, or 3 for red, green and blue.</summary>
    public int Bands => _images.Dimensions.Length == 4 ? _images.Dimensions[3] : 1;

    /// <summary>Reads a pair of files.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="labels">Their classes, a byte each.</param>
    /// <param name="most">The most pictures; null for all.</param>
    /// <exception cref="IsthmusException">A file cannot be read, or they do not belong together.</exception>
    public static new IdxSet Load(string images, string labels, int? most = null)
    {
        string name = Path.GetFileName(images);
        IdxFile pictures = IdxFile.Load(images, most), classes = IdxFile.Load(labels, most);
        if (pictures.Dimensions.Length is not (3 or 4) || (pictures.Dimensions.Length == 4 && pictures.Dimensions[3] is not (1 or 3)))
            throw new IsthmusException(ErrorKind.Data, $"{name} holds no pictures: count × rows × columns are expected, and perhaps × 3 colours.");
        if (classes.Dimensions.Length != 1) throw new IsthmusException(ErrorKind.Data, $"{Path.GetFileName(labels)} holds no labels: one dimension is expected.");
        if (classes.Count != pictures.Count) throw new IsthmusException(ErrorKind.Data, $"{name} has {pictures.Count} pictures, and {Path.GetFileName(labels)} has {classes.Count} labels: they do not belong together.");
        return new(name, pictures, classes);
    }

    /// <inheritdoc/>
    public override int ClassOf(int index) => _labels.Elements.Span[index];

    /// <inheritdoc/>
    public override Tensor Input(int index, ImagePreprocessor preprocessor)
    {
        ArgumentNullException.ThrowIfNull(preprocessor);
        return preprocessor.FromPixels(_images.Item(index).Span, Width, Height, Bands);
    }

    /// <summary>A picture's pixels, row by row.</summary>
    /// <param name="index">The picture's place, from 0.</param>
    public ReadOnlyMemory<byte> Pixels(int index) => _images.Item(index);

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Bytes(int index) => _images.Item(index);
}
