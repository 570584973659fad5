using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Imaging;

/// <summary>EXIF's eight orientations: how the stored pixels must be turned to stand upright.</summary>
/// <param name="Value">EXIF's number, 1 (upright) … 8.</param>
internal readonly record struct Orientation(int Value)
{
    /// <summary>Whether rows are stored as columns.</summary>
    public bool Transposes => Value >= 5;

    /// <summary>Where the upright picture's pixel (x, y) is stored in a picture of this stored size.</summary>
    public (int X, int Y) Stored(int x, int y, int storedWidth, int storedHeight) => Value switch
    {
        2 => (storedWidth - 1 - x, y),
        3 => (storedWidth - 1 - x, storedHeight - 1 - y),
        4 => (x, storedHeight - 1 - y),
        5 => (y, x),
        6 => (y, storedHeight - 1 - x),
        7 => (storedWidth - 1 - y, storedHeight - 1 - x),
        8 => (storedWidth - 1 - y, x),
        _ => (x, y),
    };

    /// <summary>Where the upright picture's rectangle is stored in a picture of this stored size.</summary>
    public ImageArea Stored(ImageArea a, int storedWidth, int storedHeight)
    {
        // The distances from the other side.
        double right = (Transposes ? storedHeight : storedWidth) - a.Left - a.Width;
        double bottom = (Transposes ? storedWidth : storedHeight) - a.Top - a.Height;
        return Value switch
        {
            2 => new(right, a.Top, a.Width, a.Height),
            3 => new(right, bottom, a.Width, a.Height),
            4 => new(a.Left, bottom, a.Width, a.Height),
            5 => new(a.Top, a.Left, a.Height, a.Width),
            6 => new(a.Top, right, a.Height, a.Width),
            7 => new(bottom, right, a.Height, a.Width),
            8 => new(bottom, a.Left, a.Height, a.Width),
            _ => a,
        };
    }

    /// <summary>Turns stored pixels upright.</summary>
    public void Apply(ReadOnlySpan<byte> stored, int storedWidth, int storedHeight, int bands, Span<byte> upright)
    {
        if (Value is < 2 or > 8)
        {
            stored.CopyTo(upright);
            return;
        }

        (int width, int height) = Transposes ? (storedHeight, storedWidth) : (storedWidth, storedHeight);
        for (int y = 0, o = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, o += bands)
            {
                (int sx, int sy) = Stored(x, y, storedWidth, storedHeight);
                stored.Slice(((sy * storedWidth) + sx) * bands, bands).CopyTo(upright[o..]);
            }
        }
    }
}
