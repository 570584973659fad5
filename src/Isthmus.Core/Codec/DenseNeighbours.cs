namespace Isthmus.Core.Codec;

/// <summary>The magnitudes around a position, with the same borders as <see cref="DenseState"/>.</summary>
internal readonly ref struct DenseNeighbours(ReadOnlySpan<byte> magnitudes, int channel, int y, int x, int width, int height, double mean)
{
    private readonly ReadOnlySpan<byte> _plane = magnitudes.Slice(channel * width * height, width * height);

    /// <summary>The magnitude so many rows below and columns right of here.</summary>
    public double At(int down, int right)
    {
        int row = y + down, column = x + right;
        if (row < 0) return mean;
        if (row >= height) row = height - 1;
        if (column >= width) column = width - 1;
        if (column < 0)
        {
            // Beside a row lies the first value of the row above.
            if (row == 0) return mean;
            row--;
            column = 0;
        }

        return Math.Min((int)_plane[(row * width) + column], DenseState.Cap);
    }
}
