using System.Globalization;
using System.Text;
using Isthmus.Core.Errors;

namespace Isthmus.Inference.Imaging;

/// <summary>
/// Pictures of the plainest form there is: PGM ("P5", grey) and PPM ("P6", colours), binary, a byte for each value. Read without libvips, whose builds mostly lack it, in microseconds.
/// </summary>
public static class Netpbm
{
    /// <summary>A picture file of pixels.</summary>
    /// <param name="pixels">Rows from the top, pixels from the left; of each pixel a byte for grey, or one each for red, green and blue.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bands">Bytes of a pixel: 1 or 3.</param>
    /// <exception cref="IsthmusException">The numbers do not fit.</exception>
    public static byte[] Write(ReadOnlySpan<byte> pixels, int width, int height, int bands = 1)
    {
        if (width < 1 || height < 1 || bands is not (1 or 3) || pixels.Length != (long)width * height * bands)
            throw new IsthmusException(ErrorKind.Data, $"{pixels.Length} bytes are no {width}×{height} pixels of {bands} bytes each.");
        return [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"P{(bands == 1 ? 5 : 6)}\n{width} {height}\n255\n")), .. pixels];
    }

    /// <summary>Whether a file begins as one of these.</summary>
    internal static bool Is(ReadOnlySpan<byte> file) => file.Length > 2 && file[0] == 'P' && file[1] is (byte)'5' or (byte)'6' && IsSpace(file[2]);

    /// <summary>Reads the header of such a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <returns>The size, the bytes of a pixel, and where the pixels begin; all of them are there.</returns>
    /// <exception cref="IsthmusException">It is damaged, too large, or has more than eight bits for a value.</exception>
    internal static (int Width, int Height, int Bands, int Start) Header(ReadOnlySpan<byte> file, string name)
    {
        int at = 2, bands = file[1] == '5' ? 1 : 3;
        int width = Number(file, ref at), height = Number(file, ref at), largest = Number(file, ref at);
        if (width < 1 || height < 1 || largest < 1 || at >= file.Length || !IsSpace(file[at])) throw new IsthmusException(ErrorKind.Data, $"{name} is damaged: it does not begin as a PGM or PPM picture does.");
        if (largest != 255) throw new IsthmusException(ErrorKind.Data, $"{name} has values up to {largest}; PGM and PPM pictures are read with values up to 255.");
        if ((long)width * height > ImagePreprocessor.MaxPixels)
            throw new IsthmusException(ErrorKind.Data, $"{name} has {width}×{height} pixels; the limit is {ImagePreprocessor.MaxPixels / 1_000_000} million, so scale it down first.");
        at++;
        return file.Length - at >= (long)width * height * bands ? (width, height, bands, at)
            : throw new IsthmusException(ErrorKind.Data, $"{name} is damaged: it ends after {file.Length - at} of {(long)width * height * bands} bytes of pixels.");
    }

    // The next number behind spaces and comments; −1 if there is none.
    private static int Number(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && (IsSpace(file[at]) || file[at] == '#'))
        {
            if (file[at] == '#')
            {
                while (at < file.Length && file[at] is not ((byte)'\n' or (byte)'\r')) at++;
            }
            else
            {
                at++;
            }
        }

        int number = -1;
        // Nine digits fit; more are no size that anybody has.
        for (int digits = 0; at < file.Length && file[at] is >= (byte)'0' and <= (byte)'9'; at++, digits++)
        {
            if (digits == 9) return -1;
            number = (Math.Max(number, 0) * 10) + (file[at] - '0');
        }

        return number;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0b or 0x0c;
}
