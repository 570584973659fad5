namespace Isthmus.Core.Tests.Codec.Pictures;

/// <summary>Pictures made with integers alone, so that a hash of their code means the same on every machine.</summary>
internal static class InventedPicture
{
    /// <summary>Soft shapes, an edge and some grain.</summary>
    public static byte[] Of(int width, int height, int channels, uint seed = 1)
    {
        byte[] pixels = new byte[width * height * channels];
        uint state = seed;
        int i = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int c = 0; c < channels; c++)
                {
                    state = (state * 1_664_525) + 1_013_904_223;
                    int wave = Triangle((5 * x) + (3 * y) + (40 * c)) + Triangle((2 * x) - (7 * y) + 300);
                    int edge = (3 * x) + (2 * y) > 2 * (width + height) ? 60 : 0;
                    pixels[i++] = (byte)Math.Clamp(40 + wave + edge + (int)(state >> 28), 0, 255);
                }
            }
        }

        return pixels;
    }

    /// <summary>The mean squared difference.</summary>
    public static double Error(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum / a.Length;
    }

    private static int Triangle(int x) => Math.Abs((((x % 128) + 128) % 128) - 64);
}
