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

    /// <summary>Where the upright picture's rectangle is stored.</summary>
    public (int Left, int Top, int Width, int Height) Stored((int Left, int Top, int Width, int Height) r, int storedWidth, int storedHeight)
    {
        (int x0, int y0) = Stored(r.Left, r.Top, storedWidth, storedHeight);
        (int x1, int y1) = Stored(r.Left + r.Width - 1, r.Top + r.Height - 1, storedWidth, storedHeight);
        return (Math.Min(x0, x1), Math.Min(y0, y1), Math.Abs(x1 - x0) + 1, Math.Abs(y1 - y0) + 1);
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
