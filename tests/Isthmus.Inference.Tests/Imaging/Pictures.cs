using Isthmus.Inference.Imaging.Vips;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Tests.Imaging;

/// <summary>Pictures that tests make for themselves.</summary>
internal static class Pictures
{
    public static ModelManifest Whole(int width, int height) => new() { Width = width, Height = height, Crop = ImageCrop.None };

    /// <summary>Random bytes.</summary>
    public static byte[] Noise(int length, int seed)
    {
        byte[] pixels = new byte[length];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    /// <summary>A smooth picture, as JPEG likes them, different in every corner and colour.</summary>
    public static byte[] Smooth(int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int y = 0, o = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                pixels[o++] = (byte)(255 * x / Math.Max(width - 1, 1));
                pixels[o++] = (byte)(255 * y / Math.Max(height - 1, 1));
                pixels[o++] = (byte)(127 + (120 * Math.Sin((x + (2 * y)) * 6.0 / width)));
            }
        }

        return pixels;
    }

    /// <summary>A picture file of these bytes.</summary>
    public static unsafe byte[] File(byte[] pixels, int width, int height, int bands, string saver = "pngsave_buffer", Func<VipsImage, VipsImage>? change = null, Action<VipsOperation>? options = null)
    {
        LibVips.Require();
        fixed (byte* data = pixels)
        {
            using VipsImage image = VipsImage.FromBytes(data, width, height, bands);
            using VipsImage changed = change?.Invoke(image) ?? image.Apply("copy");
            return changed.Save(saver, options);
        }
    }

    /// <summary>A PNG with a header that claims this size, and next to nothing behind it.</summary>
    public static byte[] Bomb(uint width, uint height)
    {
        byte[] png = File(new byte[3], 1, 1, 3);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(20), height);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        return png;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }
}
