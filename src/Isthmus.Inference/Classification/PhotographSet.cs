using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;

namespace Isthmus.Inference.Classification;

/// <summary>The labelled photographs of a folder; those without a label are left out.</summary>
public sealed class PhotographSet : LabelledSet
{
    private readonly ImmutableArray<LabelledImage> _images;

    private PhotographSet(string name, ImmutableArray<LabelledImage> images)
    {
        Name = name;
        _images = images;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Count => _images.Length;

    /// <summary>Reads a folder.</summary>
    /// <param name="images">The folder.</param>
    /// <param name="labels">A CSV file with the columns file and class_index.</param>
    /// <param name="most">The most photographs; null for all.</param>
    /// <exception cref="IsthmusException">Either cannot be read, or no photograph has a label.</exception>
    public static new PhotographSet Load(string images, string labels, int? most = null)
    {
        ImmutableArray<LabelledImage> all = [.. LabelledImages.Load(images, labels).Where(i => i.ClassIndex is not null).Take(most ?? int.MaxValue)];
        if (all.IsEmpty) throw new IsthmusException(ErrorKind.Data, $"{Path.GetFileName(labels)} has no label for any photograph of {images}.");
        return new(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(images))), all);
    }

    /// <inheritdoc/>
    public override int ClassOf(int index) => _images[index].ClassIndex!.Value;

    /// <inheritdoc/>
    public override Tensor Input(int index, ImagePreprocessor preprocessor)
    {
        ArgumentNullException.ThrowIfNull(preprocessor);
        return preprocessor.FromFile(Bytes(index), _images[index].Name);
    }

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Bytes(int index)
    {
        try
        {
            return File.ReadAllBytes(_images[index].Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The picture {_images[index].Name} cannot be read: {e.Message}", e);
        }
    }
}
