using System.Collections.Immutable;
using Isthmus.Core.Codec.Pictures;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Progress;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;

namespace Isthmus.Bench.Probabilities;

/// <summary>`bench picture-start`: learns what the embedded picture code begins with, from the half of the photographs that `bench input` judges apart.</summary>
public static class PictureStart
{
    /// <summary>What the user types after `bench`.</summary>
    public const string Name = "picture-start";

    /// <summary>One sentence.</summary>
    public const string Summary = "Learns the probabilities and weights that the embedded picture code begins with, from half of the photographs (--images).";

    /// <summary>The sizes at which each photograph is coded, one after the other.</summary>
    public static ImmutableArray<int> Sizes { get; } = [299, 128, 224, 192];

    /// <summary>Whether a photograph is learnt from: half of all, as a hash (FNV-1a) of its name says.</summary>
    public static bool IsLearntFrom(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        uint hash = 2_166_136_261;
        foreach (char c in name) hash = (hash ^ c) * 16_777_619;
        return ((hash >> 7) & 1) == 0;
    }

    /// <summary>Learns.</summary>
    /// <param name="images">Folder with photographs.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The content of src/Isthmus.Core/Codec/Pictures/picture-start.bin.</returns>
    /// <exception cref="IsthmusException">The photographs are absent or damaged.</exception>
    public static byte[] Learn(string images, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        ImmutableArray<LabelledImage> some = [.. LabelledImages.Load(images, null).Where(i => IsLearntFrom(i.Name))];
        (ImagePreprocessor Preprocessor, PictureCode Code)[] sizes =
            [.. Sizes.Select(s => (new ImagePreprocessor(new ModelManifest { Width = s, Height = s }), new PictureCode(s, s, 3)))];
        PictureTrainer trainer = new();
        int done = 0;
        foreach (LabelledImage image in some)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] file = File.ReadAllBytes(image.Path);
            foreach ((ImagePreprocessor preprocessor, PictureCode code) in sizes) trainer.Add(code, preprocessor.Encode(file, InputEncoding.Pixels, image.Name));
            progress.Report(new(image.Name, (double)++done / some.Length));
        }

        return trainer.ToBytes();
    }
}
