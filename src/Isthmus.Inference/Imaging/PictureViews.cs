using System.Buffers;
using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Inference.Imaging.Vips;

namespace Isthmus.Inference.Imaging;

/// <summary>
/// Many views of one photograph: square parts of it at several places and sizes, each a picture of its own. They overlap, so they say less than as many photographs would; but
/// where there are only a few photographs, a share of answers is no longer counted in fifths.
/// </summary>
public static class PictureViews
{
    // Sides as a share of the shorter side, and how many there are across and down.
    private static readonly ImmutableArray<(double Side, int Across)> Grids = [(1, 1), (0.8, 2), (0.6, 3)];

    /// <summary>How many views a photograph gives.</summary>
    public static int Count { get; } = Grids.Sum(g => g.Across * g.Across);

    /// <summary>Cuts the views out.</summary>
    /// <param name="imageFile">The photograph's file.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <returns><see cref="Count"/> PNG files: the central square first, then the parts of each size row by row.</returns>
    /// <exception cref="IsthmusException">It is no picture, damaged, or too large (<see cref="ErrorKind.Data"/>).</exception>
    public static unsafe ImmutableArray<byte[]> Cut(ReadOnlyMemory<byte> imageFile, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        LibVips.Require();
        if (imageFile.IsEmpty) throw new IsthmusException(ErrorKind.Data, $"{name} is empty.");
        using MemoryHandle pin = imageFile.Pin();
        ImmutableArray<byte[]>.Builder views = ImmutableArray.CreateBuilder<byte[]>(Count);
        try
        {
            using VipsImage stored = VipsImage.Load(pin.Pointer, (nuint)imageFile.Length, o => o.With("fail_on", "error"));
            if ((long)stored.Width * stored.Height > ImagePreprocessor.MaxPixels)
                throw new IsthmusException(ErrorKind.Data, $"{name} has {stored.Width}×{stored.Height} pixels; the limit is {ImagePreprocessor.MaxPixels / 1_000_000} million.");
            using VipsImage image = stored.Apply("autorot");
            foreach ((double share, int across) in Grids)
            {
                int side = Math.Max(1, (int)(Math.Min(image.Width, image.Height) * share));
                for (int i = 0; i < across * across; i++)
                {
                    using VipsImage view = image.Extract(At(i % across, across, image.Width - side), At(i / across, across, image.Height - side), side, side);
                    views.Add(view.Save("pngsave_buffer", o => o.With("compression", 1).With("keep", "none")));
                }
            }

            return views.MoveToImmutable();
        }
        catch (VipsException e)
        {
            throw new IsthmusException(ErrorKind.Data, $"{name} is no picture that can be read, or it is damaged ({e.Message}).", e);
        }
    }

    // From one edge to the other; the only one in the middle.
    private static int At(int step, int steps, int room) => steps == 1 ? room / 2 : room * step / (steps - 1);
}
