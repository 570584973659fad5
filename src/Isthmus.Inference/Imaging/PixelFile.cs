using Isthmus.Core.Errors;
using Isthmus.Inference.Imaging.Vips;

namespace Isthmus.Inference.Imaging;

/// <summary>Makes picture files of pixels.</summary>
public static class PixelFile
{
    /// <summary>A PNG file of pixels; nothing is lost.</summary>
    /// <param name="pixels">Rows from the top, pixels from the left; of each pixel a byte for grey, or one each for red, green and blue.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bands">Bytes of a pixel: 1 or 3.</param>
    /// <exception cref="IsthmusException">The numbers do not fit, or libvips is missing.</exception>
    public static unsafe byte[] Png(ReadOnlySpan<byte> pixels, int width, int height, int bands = 1)
    {
        if (width < 1 || height < 1 || bands is not (1 or 3) || pixels.Length != (long)width * height * bands)
            throw new IsthmusException(ErrorKind.Data, $"{pixels.Length} bytes are no {width}×{height} pixels of {bands} bytes each.");
        LibVips.Require();
        fixed (byte* data = pixels)
        {
            using VipsImage image = VipsImage.FromBytes(data, width, height, bands);
            return image.Save("pngsave_buffer", o => o.With("compression", 6).With("keep", "none"));
        }
    }
}
