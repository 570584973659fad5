using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Inference.Classification;

namespace Isthmus.Runtime.Calibration;

/// <summary>The images of a calibration: which, in which order, and their identity.</summary>
internal sealed class CalibrationImages : IDisposable
{
    private readonly ImmutableArray<CalibrationImage> _byName;

    private CalibrationImages(ImmutableArray<CalibrationImage> byName, bool labelled, ImmutableArray<string> unreadable)
    {
        _byName = byName;
        Labelled = labelled;
        Unreadable = unreadable;
        // The SHA-256 of the contents orders them as if at random, and always in the same way: names often go by class, and the test that gives hopeless
        // settings up needs a random order.
        InOrder = [.. byName.OrderBy(i => Convert.ToHexString(i.Content.Span), StringComparer.Ordinal).ThenBy(i => i.Name, StringComparer.Ordinal)];
    }

    /// <summary>The images in the order in which they are processed.</summary>
    public ImmutableArray<CalibrationImage> InOrder { get; }

    /// <summary>Whether the classes of all are known.</summary>
    public bool Labelled { get; }

    /// <summary>Files that could not be read, with the reason.</summary>
    public ImmutableArray<string> Unreadable { get; }

    /// <summary>
    /// Chooses and reads the images: those with a label if any has one, of these at most <paramref name="most"/>, spread evenly in the order given.
    /// </summary>
    /// <exception cref="IsthmusException">None can be read.</exception>
    public static CalibrationImages Choose(IReadOnlyList<LabelledImage> images, int? most, CancellationToken cancellationToken)
    {
        bool labelled = images.Any(i => i.ClassIndex is not null);
        LabelledImage[] candidates = [.. images.Where(i => !labelled || i.ClassIndex is not null)];
        int count = Math.Min(most ?? int.MaxValue, candidates.Length);
        List<CalibrationImage> chosen = [];
        List<string> unreadable = [];
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LabelledImage image = candidates[(int)((long)i * candidates.Length / count)];
            try
            {
                using FileStream file = File.OpenRead(image.Path);
                chosen.Add(new(image.Path, image.Name, image.ClassIndex, SHA256.HashData(file)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unreadable.Add($"{image.Name}: {e.Message}");
            }
        }

        if (chosen.Count == 0) throw new IsthmusException(ErrorKind.File, "There is no picture to calibrate with: give a folder with --images.");
        return new([.. chosen.OrderBy(c => c.Name, StringComparer.Ordinal)], labelled, [.. unreadable]);
    }

    /// <summary>
    /// The identity of these images: SHA-256 over, for each in the order of the names, the SHA-256 of its file (32 bytes) and its class (4 bytes, least
    /// significant first; −1 without).
    /// </summary>
    /// <param name="used">Which of them count.</param>
    public ModelHash Hash(Func<CalibrationImage, bool> used)
    {
        using MemoryStream all = new();
        byte[] label = new byte[4];
        foreach (CalibrationImage image in _byName.Where(used))
        {
            all.Write(image.Content.Span);
            BinaryPrimitives.WriteInt32LittleEndian(label, image.Label ?? -1);
            all.Write(label);
        }

        return ModelHash.Of(all.GetBuffer().AsSpan(0, (int)all.Length));
    }

    public void Dispose()
    {
        foreach (CalibrationImage image in _byName) image.Dispose();
    }
}
